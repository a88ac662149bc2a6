"""`fund bond-file`: special-bond projects and batches in the layout of the disclosure form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ...i18n import N_
from ..base import command as a_command
from ..base import json_option, option
from ..output import check_targets, say_written, write_all
from ..targets import Target
from .asked import quietly, read_target, the_file, the_sets


@a_command("bond-file", help=N_("Makes the file of each special-bond project and batch: investment by source and year, revenue, drawdown, interest, repayment and cover, in the layout of the Ministry of Finance's disclosure form."))
@the_file
@option("--project", "only", multiple=True, metavar="ID", help=N_("Only this project; may be given several times. Default: every project with special bonds."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the forms as an Excel workbook: a sheet a batch, a sheet a project."))
@the_sets
@json_option
@quietly
def command(path: Path, only: tuple[str, ...], output: Path | None, xlsx: Path | None, sets: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Make a bond file."""
    from ...analysis.fund.bond_file import bond_file

    target = read_target(path, sets, quiet)
    read = [path, *(p for _role, p in target.inputs.files)]
    check_targets([p for p in (output, xlsx) if p is not None], read)
    answer = bond_file(target, only)
    text = answer.model_dump_json(indent=1) + "\n"
    writers: dict[Path, Any] = {}
    if output is not None:
        writers[output] = lambda to: to.write_text(text, encoding="utf-8", newline="\n")
    if xlsx is not None:
        from ...report.fund_bond_xlsx import write_bond_file

        writers[xlsx] = lambda to: write_bond_file(answer, target.inputs.policy, to)
    written = write_all(writers, read)
    if as_json:
        click.echo(text, nl=False)
    elif not quiet:
        from ...report.fund_bond_terminal import print_bond_file

        print_bond_file(answer, sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)
