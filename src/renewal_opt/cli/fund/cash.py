"""`fund cash`: money in and out up to the last repayment, cover, fund balance of areas."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...i18n import N_
from ..base import Choice, Exact, json_option, option
from ..base import command as a_command
from ..output import give_out, text_writer
from ..targets import Target
from .asked import quietly, read_apart, the_file, the_sets


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
    from ...analysis.fund.cash import agreed_basis, cash_of
    from ...io.answerfile import answer_to_json
    from ...report.fund_cash_terminal import print_cash

    target, read = read_apart(path, sets, quiet, [output, xlsx, html], before=lambda inputs: agreed_basis(inputs.library, basis))
    answer = cash_of(target, discount=None if discount is None else Fraction(discount), basis=basis)
    text = answer_to_json(answer)

    def workbook(to: Path) -> None:
        from ...report.fund_cash_xlsx import write_cash

        write_cash(answer, to)

    def page(to: Path) -> None:
        from ...report.fund_cash_html import write_cash_page

        write_cash_page(answer, to)

    files = [(output, text_writer(text)), (xlsx, workbook), (html, page)]
    give_out(files, read, text, lambda to: print_cash(answer, to), as_json=as_json, quiet=quiet)
