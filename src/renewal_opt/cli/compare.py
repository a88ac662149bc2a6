"""`compare`: plans side by side, with what changed between them and why projects enter or leave."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..i18n import N_
from .base import a_path, argument, command, json_option, option
from .output import check_targets, print_json, say_written, write_all
from .targets import Target


@command("compare", help=N_("Puts plans side by side: which projects enter and leave and why, money by channel, criteria, bounds, how often each project is chosen. The first plan is the reference unless another is named."))
@argument("plans", type=a_path(), nargs=-1, required=True, about=N_("Plan files (JSON), or folders of a sweep."))
@option("--reference", metavar="PLAN", help=N_("The plan that the others are compared with: its file, or its name where a folder of a sweep is given; default: the first."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the comparison as an Excel workbook."))
@option("--html", type=Target(".html", ".htm"), help=N_("Write the comparison as one HTML page with charts that needs no network."))
@json_option
def compare(plans: tuple[Path, ...], reference: str | None, xlsx: Path | None, html: Path | None, as_json: bool) -> None:
    """Compare plans."""
    from ..analysis.compare import compare_files
    from ..report.compare_view import CompareView

    comparison = compare_files(plans, reference=reference)
    targets = [p for p in (xlsx, html) if p is not None]
    check_targets(targets, comparison.files)
    view = CompareView(comparison)
    writers: dict[Path, Any] = {}
    if xlsx is not None:
        from ..report.compare_xlsx import write_comparison

        writers[xlsx] = lambda path: write_comparison(view, path)
    if html is not None:
        from ..report.compare_html import write_page

        writers[html] = lambda path: write_page(view, path)
    written = write_all(writers, comparison.files)
    if as_json:
        from ..report.compare_json import document

        print_json(document(view))
    else:
        from ..report.compare_terminal import print_comparison

        print_comparison(view, sys.stdout)
    if writers:
        say_written(writers, written)
