"""`robust`: nondominated portfolios under incomplete information, and plans protected against cost overrun."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Finding, InputError
from ..i18n import N_, _
from .base import Exact, Whole, a_path, argument, command, json_option, option
from .output import check_targets, parse_overrides, recordable, say_written, write_all
from .robust_plans import PlanFolder
from .steps import Steps
from .targets import Target, TargetFolder

if TYPE_CHECKING:
    from ..domain.robust import RobustQuestion


@command("robust", help=N_("Weighs portfolios under uncertain weights, scores and costs (Robust Portfolio Modeling): which projects are core, borderline or exterior, maximin and minimax-regret portfolios, what to refine next; and protects the plan against cost overrun, with the price of robustness."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--question", type=a_path(), help=N_("The robust question (YAML): weights, scores, costs, protection; a file with a section robust: is read too. Default: that section of the scenario. Its format: renewal-opt schema robust --page"))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", "page", type=Target(".html"), help=N_("Write a page that needs no network: price of robustness, core index, portfolios, what to refine."))
@option("--png", type=Target(".png"), help=N_("Write the charts as a picture."))
@option("--plans", type=TargetFolder(), help=N_("Folder for the plans as plan files that verify, show and compare take: plan-gamma-0.json, ..., plan-maximin.json, plan-minimax-regret.json."))
@option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=N_("Change a policy value for this solve, for example funding.channels.special_bond.cap.2025=200000; may be given several times."))
@option("--most-portfolios", type=Whole(1, 10_000), help=N_("How many nondominated portfolios may be listed before the search turns to single projects; default: the question's (100)."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time for the portfolios, and for each protected plan; default: the question's (300)."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr and no tables."))
def robust(
    scenario: Path,
    question: Path | None,
    output: Path | None,
    xlsx: Path | None,
    page: Path | None,
    png: Path | None,
    plans: Path | None,
    sets: tuple[str, ...],
    most_portfolios: int | None,
    seconds: Decimal | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Answer a robust question."""
    from ..io.load import load_inputs
    from ..io.robustfile import answer_to_json, format_hint, load_question

    overrides = parse_overrides(sets)
    inputs = load_inputs(scenario, overrides=overrides)
    stated: RobustQuestion | None = load_question(question) if question is not None else inputs.scenario.robust
    if stated is None:
        raise InputError([Finding("no_question", file=str(scenario), path="robust", expected=_("a section robust, or a file named with --question"), hint=format_hint())])
    changed = {"seconds": seconds, "most_portfolios": most_portfolios}
    asked = stated.model_copy(update={key: value for key, value in changed.items() if value is not None})
    targets = [p for p in (output, xlsx, page, png) if p is not None]
    read = [p for _role, p in inputs.files] + [p for p in (question,) if p is not None]
    folder = None if plans is None else PlanFolder(plans, asked, read)
    check_targets([*targets, *(folder.targets if folder is not None else ())], read)
    with Steps(quiet=quiet, stopping=_("Stopping; what is proven so far will be written. Ctrl-C again ends at once.")) as steps:
        from ..analysis.robust.run import robust as answered

        kept = None if folder is None else folder.keep
        answer = answered(inputs, asked, file=str(question or scenario), cancel=steps.cancel, tell=steps.tell, keep=kept, overrides=recordable(overrides))
        stopped = steps.cancel.is_set()
    writers: dict[Path, Any] = {}
    if output is not None:
        writers[output] = lambda path: path.write_text(answer_to_json(answer), encoding="utf-8", newline="\n")
    if xlsx is not None:
        from ..report.robust_xlsx import write_robust

        writers[xlsx] = lambda path: write_robust(answer, inputs.policy, inputs.library, path)
    if page is not None:
        from ..report.robust_html import write_robust_page

        writers[page] = lambda path: write_robust_page(answer, inputs.policy, inputs.library, path)
    if png is not None:
        from ..report.robust_png import write_robust_png

        writers[png] = lambda path: write_robust_png(answer, inputs.policy, inputs.library, path)
    if folder is not None:
        writers |= folder.writers()
    written = write_all(writers, read)
    if as_json:
        click.echo(answer_to_json(answer), nl=False)
    elif not quiet:
        from ..report.robust_terminal import print_robust

        print_robust(answer, inputs.policy, inputs.library, sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)
    if folder is not None and not quiet:
        folder.say()
    return 130 if stopped else 0
