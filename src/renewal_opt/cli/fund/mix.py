"""`fund mix`: the best money for projects that stay as they are, or why there is none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from ..base import Choice, Exact, json_option, option
from ..base import command as a_command
from ..output import Writer, give_out, text_writer
from ..targets import Target
from .asked import quietly, read_apart, the_file, the_sets

if TYPE_CHECKING:
    from ...analysis.fund.mix.run import MixAnswer
    from ...analysis.fund.mix.stages import Aim
    from ...domain.fund_least import FundLeast
    from ...domain.policy import Policy


@a_command("mix", help=N_("Finds the best money for projects that stay as they are: least government money, least cost of capital, best leverage, in a stated order, with every rule of the policy; or says which projects cannot be funded, which rule stops each, and which channels are the bottleneck (exit code 3)."))
@the_file
@option("--order", default="fiscal,cost,leverage", metavar="AIMS", help=N_("Aims in their order, a comma between: fiscal (least government money), cost (least cost of capital), leverage (most market for government money). Default: fiscal,cost,leverage."))
@option("--discount", type=Exact("0", "1"), help=N_("Discount the cost of capital at this yearly rate, for example 0.04: present value of all dues less the money drawn. Default: nominal interest and fees."))
@option("--leave-out", "leave", type=Choice(("score", "number")), help=N_("Where not all projects can be funded, leave some out first: at the least loss of score, or as few as possible."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the mix as a plan (JSON): the same projects with other money; renewal-opt verify reads it."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", type=Target(".html", ".htm"), help=N_("Write the answer as an HTML page with charts."))
@the_sets
@json_option
@quietly
@click.pass_context
def command(
    ctx: click.Context, path: Path, order: str, discount: Decimal | None, leave: Any, output: Path | None, xlsx: Path | None, html: Path | None,
    sets: tuple[str, ...], as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Find a mix."""
    from ...analysis.fund.mix.run import MixQuestion, fund_mix
    from ...io.answerfile import answer_to_json
    from ...report.fund_mix_terminal import print_mix

    aims = _aims(order)
    target, read = read_apart(path, sets, quiet, [output, xlsx, html], keep_projects=True)
    tell_money(quiet)
    answer = fund_mix(target, MixQuestion(aims, None if discount is None else Fraction(discount), leave))
    data, policy = answer.data, target.inputs.policy
    text = answer_to_json(data)
    give_out(mix_files(answer, policy, output, xlsx, html), read, text, lambda to: print_mix(data, policy, to), as_json=as_json, quiet=quiet)
    if not data.funded:
        no_mix(output)
        ctx.exit(3)


def tell_money(quiet: bool) -> None:
    """Say on stderr that the money is being found."""
    if not quiet:
        click.echo(_("solving: the money of the projects"), err=True)


def no_mix(output: Path | None) -> None:
    """Say that the plan asked for is not written, for there is none."""
    if output is not None:
        click.echo(_("There is no mix to write to {path}.").format(path=output), err=True)


def mix_files(
    answer: MixAnswer, policy: Policy, output: Path | None, xlsx: Path | None, html: Path | None, least: FundLeast | None = None
) -> list[tuple[Path | None, Writer]]:
    """Return the files of a mix with what writes each: its plan, whose inputs are named from its own folder, the workbook and the page."""
    files: list[tuple[Path | None, Writer]] = []
    if output is not None and answer.plan is not None:
        from ...io.nearby import plan_near
        from ...io.planfile import plan_to_json

        files.append((output, text_writer(plan_to_json(plan_near(answer.plan, output)))))

    def workbook(to: Path) -> None:
        from ...report.fund_mix_xlsx import write_mix

        write_mix(answer.data, policy, to, least)

    def page(to: Path) -> None:
        from ...report.fund_mix_html import write_page

        write_page(answer.data, policy, to, least)

    return [*files, (xlsx, workbook), (html, page)]


def _aims(text: str) -> tuple[Aim, ...]:
    from ...domain.fund_mix import MixAim

    words = [w.strip() for w in text.split(",")]
    known: tuple[Aim, ...] = get_args(MixAim)
    found = tuple(aim for w in words for aim in known if aim == w)
    if len(found) < len(words) or len(set(words)) < len(words):
        raise InputError([Finding("bad_order", file="--order", value=text, expected=_("each of these at most once, a comma between: {words}").format(words=", ".join(known)))])
    return found
