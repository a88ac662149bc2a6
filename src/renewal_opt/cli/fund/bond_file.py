"""`fund bond-file`: special-bond projects and batches in the layout of the disclosure form."""

from __future__ import annotations

from pathlib import Path

from ...i18n import N_
from ..base import command as a_command
from ..base import json_option, option
from ..output import give_out, text_writer
from ..targets import Target
from .asked import quietly, read_apart, the_file, the_sets


@a_command("bond-file", help=N_("Makes the file of each special-bond project and batch: investment by source and year, revenue, drawdown, interest, repayment and cover, in the layout of the Ministry of Finance's disclosure form."))
@the_file
@option("--project", "only", multiple=True, metavar="ID", help=N_("Only this project; may be given several times. Default: every project with special-purpose bonds."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as JSON."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the forms as an Excel workbook: a sheet a batch, a sheet a project."))
@the_sets
@json_option
@quietly
def command(path: Path, only: tuple[str, ...], output: Path | None, xlsx: Path | None, sets: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Make a bond file."""
    from ...analysis.fund.bond_file import bond_file
    from ...io.answerfile import answer_to_json
    from ...report.fund_bond_terminal import print_bond_file

    target, read = read_apart(path, sets, quiet, [output, xlsx])
    answer = bond_file(target, only)
    text = answer_to_json(answer)

    def workbook(to: Path) -> None:
        from ...report.fund_bond_xlsx import write_bond_file

        write_bond_file(answer, target.inputs.policy, to)

    give_out([(output, text_writer(text)), (xlsx, workbook)], read, text, lambda to: print_bond_file(answer, to), as_json=as_json, quiet=quiet)
