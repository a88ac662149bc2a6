"""`fund worth`: what one more 亿元 is worth in each channel and year, alone and together, and score against money."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from .. import targets
from ..base import Exact, Whole, json_option, option
from ..base import command as a_command
from ..output import give_out, text_writer
from .asked import quietly, read_apart, stoppable, the_file, the_sets

if TYPE_CHECKING:
    from ...analysis.fund.target import Target
    from ...analysis.fund.worth.answer import Drawn
    from ...analysis.fund.worth.base import Asked
    from ...domain.fund_worth import WorthAnswer


@a_command("worth", help=N_("What another 100m yuan is worth, and as much less, in each channel, sub-channel, cap and budget by year: the price of the linear relaxation left and right, and beside it what is proven of the true change; caps together; score against money. The projects are chosen anew for each."))
@the_file
@option("--step", type=Exact("0", "1e8", open_low=True), default=Decimal(10000), help=N_("One step, 10k yuan; default: 10000, which is 100m yuan."))
@option("--channels", metavar="ID,ID,...", help=N_("Only these channels (their sub-channels included), sub-channels, caps or budgets; default: all."))
@option("--years", metavar="YEAR,YEAR,...", help=N_("Only these years; default: all."))
@option("--pairs", is_flag=True, help=N_("Also caps together: pairs of one year, and the sets that are bottlenecks of the plan."))
@option("--points", type=Whole(0, 10_000), default=0, help=N_("Most solves for each curve of score against money; default: 0, no curve."))
@option("--curve", "curves", multiple=True, metavar="AXIS:CAPS", help=N_("Curve to draw, may be given several times: total (all money of the plan) or scale (all caps times a factor), with caps yearly, carried (what is left goes on) or summed (years added up); default: total:yearly and total:summed."))
@option("--exact", is_flag=True, help=N_("Solve each to gap 0, within --seconds."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time of each solve; default: the scenario's."))
@option("--time", "most", type=Exact("0", "1e9", open_low=True), default=Decimal(300), help=N_("Seconds for each part, not for all: for the single caps, for the sets, and for each curve; what is not reached keeps the bounds known by then. Default: 300."))
@option("--workers", type=Whole(1, 1024), default=1, help=N_("Number of processes; default: 1."))
@option("-o", "--output", type=targets.Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=targets.Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", "page", type=targets.Target(".html", ".htm"), help=N_("Write the answer as an HTML page with charts."))
@the_sets
@json_option
@quietly
@click.pass_context
def command(
    ctx: click.Context,
    path: Path,
    step: Decimal,
    channels: str | None,
    years: str | None,
    pairs: bool,
    points: int,
    curves: tuple[str, ...],
    exact: bool,
    seconds: Decimal | None,
    most: Decimal,
    workers: int,
    output: Path | None,
    xlsx: Path | None,
    page: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Tell what money is worth."""
    from ...analysis.fund.worth.base import Asked
    from ...io.answerfile import answer_to_json
    from ...report.fund_worth_terminal import print_worth

    faults: list[Finding] = []
    drawn, wanted, yuan = _curves(curves, faults), _years(years, faults), _yuan(step, faults)
    if faults:
        raise InputError(faults)
    target, read = read_apart(path, sets, quiet, [output, xlsx, page])
    named = tuple(c for c in (channels or "").split(",") if c)
    limit = float(seconds if seconds is not None else target.inputs.scenario.solver.seconds)
    answer, stopped = _answer(target, Asked(yuan, named, wanted, limit, float(most), exact, workers), pairs, points, drawn, quiet)
    text = answer_to_json(answer)

    def workbook(to: Path) -> None:
        from ...report.fund_worth_xlsx import write_worth

        write_worth(answer, target.inputs.library, to)

    def html(to: Path) -> None:
        from ...report.fund_worth_html import write_worth_page

        write_worth_page(answer, target.inputs.library, to)

    files = [(output, text_writer(text)), (xlsx, workbook), (page, html)]
    give_out(files, read, text, lambda to: print_worth(answer, to), as_json=as_json, quiet=quiet)
    if stopped:
        ctx.exit(130)


def _answer(target: Target, asked: Asked, pairs: bool, points: int, drawn: list[Drawn], quiet: bool) -> tuple[WorthAnswer, bool]:
    from ...analysis.fund.worth.answer import worth

    def tell(words: str) -> None:
        if not quiet:
            click.echo(words, err=True)

    stopping = _("Stopping; what is proven so far will be written. Ctrl-C again ends at once.")
    with stoppable(stopping, quiet=quiet) as progress:
        more: dict[str, Any] = {"curves": drawn} if drawn else {}
        return worth(target, asked, pairs=pairs, points=points, tell=tell, cancel=progress.cancel, **more), progress.cancel.is_set()


def _yuan(step: Decimal, faults: list[Finding]) -> int:
    yuan = step * 10_000
    if yuan != int(yuan):
        faults.append(Finding("bad_step", file="--step", value=str(step), expected=_("10k yuan with at most four decimals: whole yuan")))
    return int(yuan)


def _years(text: str | None, faults: list[Finding]) -> tuple[int, ...]:
    parts = [p.strip() for p in (text or "").split(",") if p.strip()]
    wrong = [p for p in parts if not (p.isascii() and p.isdigit() and len(p) == 4)]
    faults += [Finding("bad_year", file="--years", value=p, expected=_("a calendar year, such as 2026")) for p in wrong]
    return tuple(int(p) for p in parts if p not in wrong)


def _curves(texts: tuple[str, ...], faults: list[Finding]) -> list[Drawn]:
    from ...domain.fund_worth import Axis, Caps

    out: list[Any] = []
    for text in texts:
        axis, _colon, caps = text.partition(":")
        if axis in get_args(Axis) and (caps or "yearly") in get_args(Caps):
            out.append((axis, caps or "yearly"))
        else:
            faults.append(Finding("bad_curve", file="--curve", value=text, expected=_("total or scale, then yearly, carried or summed, such as total:carried")))
    return list(dict.fromkeys(out))
