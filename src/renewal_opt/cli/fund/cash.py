"""`fund cash`: money in and out up to the last repayment, cover, fund balance of areas."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from ...i18n import N_
from ..base import Choice, Exact, json_option, option
from ..base import command as a_command
from ..output import check_targets, say_written, write_all
from ..targets import Target
from .asked import quietly, read_target, the_file, the_sets


@a_command("cash", help=N_("Shows the cash of a plan up to the last repayment: outlay, drawdown, interest in building time, fees, repayment and revenue by year and channel, cumulative cash, cover by project and area without and with documented help, and the fund balance of coordinated areas, payer by payee."))
@the_file
@option("--discount", type=Exact("0", "1"), help=N_("Yearly rate of present values, 0.04 for 4 %; default: no present values."))
@option("--basis", metavar="KIND", type=Choice(["static", "dynamic"]), help=N_("static or dynamic: whether total investment leaves out (static) or holds (dynamic) interest in building time, where the library does not say it."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", type=Target(".html", ".htm"), help=N_("Write the answer as one HTML page with plots."))
@the_sets
@json_option
@quietly
def command(
    path: Path, discount: Decimal | None, basis: Any, output: Path | None, xlsx: Path | None, html: Path | None, sets: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Show the cash of a plan."""
    from ...analysis.fund.cash import cash_of
    from ...io.cashfile import cash_to_json

    target = read_target(path, sets, quiet)
    read = [path, *(p for _role, p in target.inputs.files)]
    check_targets([p for p in (output, xlsx, html) if p is not None], read)
    answer = cash_of(target, discount=None if discount is None else Fraction(discount), basis=basis)
    writers: dict[Path, Any] = {}
    if output is not None:
        writers[output] = lambda to: to.write_text(cash_to_json(answer), encoding="utf-8", newline="\n")
    if xlsx is not None:
        from ...report.fund_cash_xlsx import write_cash

        writers[xlsx] = lambda to: write_cash(answer, to)
    if html is not None:
        from ...report.fund_cash_html import write_cash_page

        writers[html] = lambda to: write_cash_page(answer, to)
    written = write_all(writers, read)
    if as_json:
        click.echo(cash_to_json(answer), nl=False)
    elif not quiet:
        from ...report.fund_cash_terminal import print_cash

        print_cash(answer, sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)
