"""`robust`: nondominated portfolios under incomplete information, and plans protected against cost overrun."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Finding, InputError
from ..i18n import N_, _
from .base import Exact, a_path, argument, command, json_option, option
from .output import check_targets, parse_overrides, say_written, write_all
from .progress import Progress
from .targets import Target

if TYPE_CHECKING:
    from ..domain.robust import RobustAnswer, RobustQuestion
    from ..io.load import Inputs


@command("robust", help=N_("Weighs portfolios under uncertain weights, scores and costs (Robust Portfolio Modeling): which projects are core, borderline or exterior, maximin and minimax-regret portfolios, what to refine next; and protects the plan against cost overrun, with the price of robustness."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--question", type=a_path(), help=N_("The robust question (YAML): weights, scores, costs, protection; a file with a section robust: is read too. Default: that section of the scenario. Its format: renewal-opt schema robust --page"))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=N_("Change a policy value for this solve, for example funding.channels.special_bond.cap.2025=200000; may be given several times."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time for the portfolios, and for each protected plan; default: the question's (300)."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr and no tables."))
def robust(
    scenario: Path,
    question: Path | None,
    output: Path | None,
    xlsx: Path | None,
    sets: tuple[str, ...],
    seconds: Decimal | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Answer a robust question."""
    from ..io.load import load_inputs
    from ..io.robustfile import answer_to_json, format_hint, load_question

    inputs = load_inputs(scenario, overrides=parse_overrides(sets))
    stated: RobustQuestion | None = load_question(question) if question is not None else inputs.scenario.robust
    if stated is None:
        raise InputError([Finding("no_question", file=str(scenario), path="robust", expected=_("a section robust, or a file named with --question"), hint=format_hint())])
    asked = stated if seconds is None else stated.model_copy(update={"seconds": seconds})
    targets = [p for p in (output, xlsx) if p is not None]
    read = [p for _role, p in inputs.files] + [p for p in (question,) if p is not None]
    check_targets(targets, read)
    answer = _run(inputs, asked, str(question or scenario), quiet)
    writers: dict[Path, Any] = {}
    if output is not None:
        writers[output] = lambda path: path.write_text(answer_to_json(answer), encoding="utf-8", newline="\n")
    if xlsx is not None:
        from ..report.robust_xlsx import write_robust

        writers[xlsx] = lambda path: write_robust(answer, inputs.policy, inputs.library, path)
    written = write_all(writers, read)
    if as_json:
        click.echo(answer_to_json(answer), nl=False)
    elif not quiet:
        from ..report.robust_terminal import print_robust

        print_robust(answer, inputs.policy, inputs.library, sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)


def _run(inputs: Inputs, question: RobustQuestion, file: str, quiet: bool) -> RobustAnswer:
    stopping = _("Stopping; what is proven so far will be written. Ctrl-C again ends at once.")
    with Progress(quiet=quiet, gap=float(inputs.scenario.solver.gap), stopping=stopping) as progress:
        from ..analysis.robust.run import robust as answer

        def tell(words: str) -> None:
            if not quiet:
                click.echo(words, err=True)

        return answer(inputs, question, file=file, cancel=progress.cancel, tell=tell)
