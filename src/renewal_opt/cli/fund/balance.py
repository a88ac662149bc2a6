"""`fund balance`: the price in score of balancing by project, area, district or city-wide."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from ..base import Choice, Exact, a_path, argument, json_option, option
from ..base import command as a_command
from ..output import check_targets, give_out, parse_overrides, text_writer
from ..targets import Target
from .asked import quietly, stoppable, the_sets

LEVELS = ("city", "district", "area", "project")


@a_command("balance", help=N_("Finds the price in score of fund balance: the best plan when the whole city, each district, each coordinated area or each project alone must balance, against the plan without."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--level", "levels", multiple=True, type=Choice(LEVELS), help=N_("Who balances: city, district, area or project; may be given several times. Default: all four."))
@option("--of", "of", type=Choice(["debt", "cost"]), default="debt", help=N_("debt: revenue covers principal and interest; cost: revenue and grants cover investment, interest and fees. Default: debt."))
@option("--ratio", type=Exact("0", "100", open_low=True), default="1", help=N_("Least ratio; default 1."))
@option("--time", "seconds", type=Exact("0", "1e9", open_low=True), help=N_("Seconds for the whole command: each solve gets what is left, at most what the scenario gives; levels that are not reached are not told."))
@option("-o", "--output", type=Target(".json", ".html", ".htm"), help=N_("Write the answer: as JSON, or, where the name ends in .html, as a page with a plot."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", type=Target(".html", ".htm"), help=N_("Write the answer as one HTML page with plots."))
@the_sets
@json_option
@quietly
@click.pass_context
def command(
    ctx: click.Context, scenario: Path, levels: tuple[str, ...], of: str, ratio: Decimal, seconds: Decimal | None, output: Path | None, xlsx: Path | None, html: Path | None,
    sets: tuple[str, ...], as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Find the price of balancing."""
    from ...analysis.fund.target import is_plan
    from ...io.answerfile import answer_to_json
    from ...io.load import load_inputs
    from ...report.fund_balance_terminal import print_balance_price

    if is_plan(scenario):
        words = _("a scenario (YAML): the projects are selected anew for each level")
        raise InputError([Finding("scenario_needed", file=str(scenario), value=scenario.name, expected=words)])
    inputs = load_inputs(scenario, overrides=parse_overrides(sets))
    read = [p for _role, p in inputs.files]
    check_targets([p for p in (output, xlsx, html) if p is not None], read)
    with stoppable(_("Stopping; the levels solved so far are told. Ctrl-C again ends at once."), quiet=quiet, gap=float(inputs.scenario.solver.gap)) as progress:
        from ...analysis.fund.balance import price_of_balancing
        from ...report.fund_balance_words import level_name

        def tell(level: str) -> None:
            if not quiet:
                click.echo(_("solving: {level}").format(level=level_name(level)), err=True)

        answer = price_of_balancing(inputs, tuple(k for k in LEVELS if k in levels or not levels), of, ratio, cancel=progress.cancel, tell=tell, seconds=None if seconds is None else float(seconds))
    text = answer_to_json(answer)

    def workbook(to: Path) -> None:
        from ...report.fund_balance_xlsx import write_balance_price

        write_balance_price(answer, to)

    def page(to: Path) -> None:
        from ...report.fund_balance_html import write_balance_page

        write_balance_page(answer, to)

    as_page = output is not None and output.suffix.lower() != ".json"
    files = [(output, page if as_page else text_writer(text)), (xlsx, workbook), (html, page)]
    give_out(files, read, text, lambda to: print_balance_price(answer, to), as_json=as_json, quiet=quiet)
    if progress.cancel.is_set():
        ctx.exit(130)
