"""`fund least`: the least government money that delivers a chosen score, or the list of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from ..base import command as a_command
from ..base import json_option, option
from ..output import give_out
from ..targets import Target
from .asked import quietly, read_apart, the_file, the_sets
from .mix import mix_files, no_mix, tell_money


@a_command("least", help=N_("Finds the least government money that delivers a chosen score of a scenario (projects are selected anew), or the list of a plan; with the proven bound."))
@the_file
@option("--score", metavar="VALUE|PERCENT%", help=N_("Score that the projects have to reach: a number, or a percentage of the best score such as 90%. Needed for a scenario, not allowed for a plan."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the answer as a plan (JSON); renewal-opt verify reads it."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the answer as an Excel workbook."))
@option("--html", type=Target(".html", ".htm"), help=N_("Write the answer as an HTML page with charts."))
@the_sets
@json_option
@quietly
@click.pass_context
def command(
    ctx: click.Context, path: Path, score: str | None, output: Path | None, xlsx: Path | None, html: Path | None, sets: tuple[str, ...], as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Find the least money."""
    from ...analysis.fund.least import asked_score, least_for_score, least_of_list
    from ...analysis.fund.target import is_plan
    from ...io.answerfile import answer_to_json
    from ...report.fund_least_terminal import print_least
    from ...report.fund_mix_terminal import print_mix

    a_plan = is_plan(path)
    if a_plan and score is not None:
        words = _("a scenario: --score needs a scenario; without it, the least money of the projects of the plan is found")
        raise InputError([Finding("score_asked", file=str(path), value=path.name, expected=words)])
    if not a_plan and score is None:
        words = _("a score to reach, for example --score 90%; or a plan file, whose projects stay")
        raise InputError([Finding("score_asked", file="--score", value=score or "", expected=words)])
    if score is not None:
        from fractions import Fraction

        asked_score(score, Fraction(1))  # a slip is told before the solve
    target, read = read_apart(path, sets, quiet, [output, xlsx, html], keep_projects=True)
    tell_money(quiet)
    answer = least_of_list(target) if score is None else least_for_score(target, score)
    data, mix, policy = answer.data, answer.mix.data, target.inputs.policy
    text = answer_to_json(mix if data is None else data)

    def show(to: IO[str]) -> None:
        if data is None:
            print_mix(mix, policy, to)
        else:
            print_least(data, policy, to)

    give_out(mix_files(answer.mix, policy, output, xlsx, html, data), read, text, show, as_json=as_json, quiet=quiet)
    if data is None:
        no_mix(output)
        ctx.exit(3)
