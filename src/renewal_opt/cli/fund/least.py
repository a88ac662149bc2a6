"""`fund least`: the least government money that delivers a chosen score, or the list of a plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ...errors import Finding, InputError
from ...i18n import N_, _
from ..base import command as a_command
from ..base import json_option, option
from ..output import check_targets, say_written, write_all
from ..targets import Target
from .asked import quietly, read_target, the_file, the_sets
from .mix import plan_writer


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

    a_plan = is_plan(path)
    if a_plan is (score is not None):
        words = _("a scenario: the projects of a plan stay as they are") if a_plan else _("a score to reach, for example --score 90%; or a plan file, whose projects stay")
        raise InputError([Finding("score_asked", file="--score", value=score or "", expected=words)])
    if score is not None:
        from fractions import Fraction

        asked_score(score, Fraction(1))  # a slip is told before the solve
    target = read_target(path, sets, quiet, keep_projects=True)
    read = [path, *(p for _role, p in target.inputs.files)]
    check_targets([p for p in (output, xlsx, html) if p is not None], read)
    answer = least_of_list(target) if score is None else least_for_score(target, score)
    data, mix, policy = answer.data, answer.mix.data, target.inputs.policy
    writers: dict[Path, Any] = {}
    if output is not None and answer.mix.plan is not None:
        writers[output] = plan_writer(answer.mix.plan, output)
    if xlsx is not None:
        from ...report.fund_mix_xlsx import write_mix

        writers[xlsx] = lambda to: write_mix(mix, policy, to, data)
    if html is not None:
        from ...report.fund_mix_html import write_page

        writers[html] = lambda to: write_page(mix, policy, to, data)
    written = write_all(writers, read)
    if as_json:
        click.echo((mix if data is None else data).model_dump_json(indent=1))
    elif not quiet:
        from ...report.fund_least_terminal import print_least
        from ...report.fund_mix_terminal import print_mix

        if data is None:
            print_mix(mix, policy, sys.stdout)
        else:
            print_least(data, policy, sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)
    if data is None:
        ctx.exit(3)
