"""`fund stress`: what shocks on money do to a plan."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from .. import targets
from ..base import Whole, json_option, option
from ..base import command as a_command
from ..output import give_out, text_writer
from .asked import quietly, read_apart, stoppable, the_file, the_sets

if TYPE_CHECKING:
    from ...analysis.fund.stress.run import Asked
    from ...analysis.fund.target import Target
    from ...domain.fund_stress import Case, StressAnswer


@a_command("stress", help=N_("Tries a plan under shocks: channels cut or late, rates up, revenue down, cost up, one by one or in a grid. Which projects fall first and what stops them, what the best plan then loses, how far each shock may go, and the plan that survives all of them."))
@the_file
@option("--cut", "cuts", multiple=True, metavar="[CHANNEL=]P,...", help=N_("Cut a channel's yearly caps (all channels without a name), for example special_bond=10%,20%; may be given several times."))
@option("--late", "lates", multiple=True, metavar="[CHANNEL=]N", help=N_("A channel's money comes so many years later."))
@option("--rate", "rates", multiple=True, metavar="[CHANNEL=]P,...", help=N_("Raise the yearly rate of a debt channel (all without a name) by points, for example 0.5%,1%."))
@option("--revenue", "revenues", multiple=True, metavar="P,...", help=N_("Cut all pledged net revenue, for example 30%,50%,70%."))
@option("--cost", "costs", multiple=True, metavar="P,...", help=N_("Raise all spending to come, for example 10%,20%."))
@option("--grid", is_flag=True, help=N_("Try all combinations of the shocks too, not each by itself alone."))
@option("--held/--no-held", default=True, help=N_("Whether the plan's projects are held (default: they are): which fall, and why."))
@option("--again/--no-again", default=True, help=N_("Whether the plan is solved anew under each case (default: it is)."))
@option("--far", is_flag=True, help=N_("Find how far each shock named, but --late, may go before the plan's projects can no longer all be funded."))
@option("--survive", is_flag=True, help=N_("Find the best plan that can be funded as stated and under every case."))
@option("--workers", type=Whole(1, 1024), help=N_("Number of processes; default: one for each core."))
@option("-o", "--output", type=targets.Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=targets.Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", type=targets.Target(".html", ".htm"), help=N_("Write the answer as a page that needs no network."))
@the_sets
@json_option
@quietly
@click.pass_context
def command(
    ctx: click.Context,
    path: Path,
    cuts: tuple[str, ...],
    lates: tuple[str, ...],
    rates: tuple[str, ...],
    revenues: tuple[str, ...],
    costs: tuple[str, ...],
    grid: bool,
    held: bool,
    again: bool,
    far: bool,
    survive: bool,
    workers: int | None,
    output: Path | None,
    xlsx: Path | None,
    html: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Try a plan under shocks."""
    from ...io.answerfile import answer_to_json
    from ...report.fund_stress_terminal import print_stress

    words = [*(("cut", w) for w in cuts), *(("late", w) for w in lates), *(("rate", w) for w in rates)]
    words += [*(("revenue", w) for w in revenues), *(("cost", w) for w in costs)]
    if not words:
        raise InputError([Finding("no_shock", file=str(path), expected=_("at least one of --cut, --late, --rate, --revenue, --cost"))])
    if not held and not again:
        expected = _("one of the two at least: with neither, no case has an answer")
        raise InputError([Finding("nothing_asked", file=str(path), value="--no-held --no-again", expected=expected)])
    target, read = read_apart(path, sets, quiet, [output, xlsx, html])
    asked = _asked(target, words, grid=grid, held=held, again=again, far=far, survive=survive)
    answer = _run(target, asked, workers or os.cpu_count() or 1, quiet)
    text = answer_to_json(answer)

    def workbook(to: Path) -> None:
        from ...report.fund_stress_xlsx import write_stress

        write_stress(answer, to)

    def page(to: Path) -> None:
        from ...report.fund_stress_html import write_stress_page

        write_stress_page(answer, to)

    files = [(output, text_writer(text)), (xlsx, workbook), (html, page)]
    give_out(files, read, text, lambda to: print_stress(answer, to), as_json=as_json, quiet=quiet)
    if answer.stopped:
        ctx.exit(130)


def _asked(target: Target, words: list[tuple[str, str]], *, grid: bool, held: bool, again: bool, far: bool, survive: bool) -> Asked:
    from ...analysis.fund.stress.reach import ENDS
    from ...analysis.fund.stress.run import Asked
    from ...analysis.fund.stress.shocks import combined, read_shocks

    rows = read_shocks(words, target.inputs.policy.funding)
    kinds = tuple((row[0].kind, row[0].target) for row in rows if row[0].kind in ENDS) if far else ()
    left = tuple(dict.fromkeys((row[0].kind, row[0].target) for row in rows if row[0].kind not in ENDS)) if far else ()
    return Asked(tuple(combined(rows, grid=grid)), hold=held, again=again, far=kinds, not_far=left, survive=survive)


def _run(target: Target, asked: Asked, workers: int, quiet: bool) -> StressAnswer:
    from ...analysis.fund.stress.run import stress
    from ...report.fund_stress_words import best_words, case_name, held_words
    from ...report.numbers import places_for

    channels = {k: c.label for k, c in target.inputs.policy.funding.channels.items()}
    with stoppable(_("Stopping; the cases done so far are told. Ctrl-C again ends at once."), quiet=quiet) as progress:
        places = places_for(target.plan.objective.value)

        def show(case: Case) -> None:
            if not quiet:
                told = ", ".join(w for w in (held_words(case.held), best_words(case.best, places)) if w)
                click.echo(f"{case_name(case, channels)}: {told}", err=True)

        return stress(target, asked, workers=workers, cancel=progress.cancel, show=show)
