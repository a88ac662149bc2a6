"""`solve`: a scenario to an annual plan, with its files and tables."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..i18n import N_, _
from .base import Exact, Whole, a_path, argument, command, json_option, option
from .output import check_targets, parse_overrides, recordable, say_written, write_all
from .progress import Progress
from .targets import Target

if TYPE_CHECKING:
    from ..domain.plan import Plan
    from ..io.load import Inputs


@command("solve", help=N_("Solves a scenario to a proven, exactly re-checked annual plan, prints its tables and writes its files."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("-o", "--output", type=Target(".json"), help=N_("Write the plan as JSON; renewal-opt verify reads it."))
@option("--xlsx", type=Target(".xlsx"), help=N_("Write the plan as an Excel workbook."))
@option("--png", type=Target(".png"), help=N_("Draw the plan on one page."))
@option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=N_("Change a policy value for this solve, for example funding.channels.special_bond.cap.2025=200000; may be given several times."))
@option("--gap", type=Exact("0", "1"), help=N_("Relative gap to the proven bound at which the solve ends; default: the scenario's (1e-4)."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time limit; default: the scenario's (60)."))
@option("--threads", type=Whole(1, 256), help=N_("Threads of the solver; default: the scenario's (1)."))
@option("--seed", type=Whole(0, 2_147_483_647), help=N_("Random seed of the solver; default: the scenario's (0)."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr and no tables."))
def solve(
    scenario: Path,
    output: Path | None,
    xlsx: Path | None,
    png: Path | None,
    sets: tuple[str, ...],
    gap: Decimal | None,
    seconds: Decimal | None,
    threads: int | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the main job."""
    from ..io.load import load_inputs

    overrides = parse_overrides(sets)
    recorded: dict[str, Any] = {"overrides": recordable(overrides)} if overrides else {}
    inputs = load_inputs(scenario, overrides=overrides)
    changed = {k: v for k, v in (("gap", gap), ("seconds", seconds), ("threads", threads), ("seed", seed)) if v is not None}
    if changed:
        inputs = _with_solver(inputs, changed)
        recorded["solver"] = recordable(changed)
    targets = [p for p in (output, xlsx, png) if p is not None]
    read = [p for _role, p in inputs.files]
    check_targets(targets, read)
    plan = _run(inputs, recorded, quiet)
    if output is not None:
        from ..io.nearby import plan_near

        plan = plan_near(plan, output)
    _write(plan, inputs, output, xlsx, png, quiet)
    if as_json:
        from ..io.planfile import plan_to_json

        click.echo(plan_to_json(plan), nl=False)
    elif not quiet:
        from ..report.terminal import print_plan

        print_plan(plan, inputs.policy, inputs.library, sys.stdout)


def _with_solver(inputs: Inputs, changed: dict[str, Any]) -> Inputs:
    solver = inputs.scenario.solver.model_copy(update=changed)
    return replace(inputs, scenario=inputs.scenario.model_copy(update={"solver": solver}))


def _run(inputs: Inputs, recorded: dict[str, Any], quiet: bool) -> Plan:
    with Progress(quiet=quiet, gap=float(inputs.scenario.solver.gap)) as progress:
        from ..analysis.annual import solve_annual

        return solve_annual(inputs, progress=progress.report, cancel=progress.cancel, options=recorded)


def _write(plan: Plan, inputs: Inputs, output: Path | None, xlsx: Path | None, png: Path | None, quiet: bool) -> None:
    """Write all files asked for, or none."""
    from ..io.planfile import plan_to_json
    from ..report.png import write_png
    from ..report.xlsx import write_workbook

    writers: dict[Path, Any] = {}
    if output is not None:
        writers[output] = lambda path: path.write_text(plan_to_json(plan), encoding="utf-8", newline="\n")
    if xlsx is not None:
        writers[xlsx] = lambda path: write_workbook(plan, inputs.policy, inputs.library, path)
    if png is not None:
        writers[png] = lambda path: write_png(plan, inputs.policy, inputs.library, path)
    written = write_all(writers, [p for _role, p in inputs.files])
    renamed = list(writers) != written
    if writers and (not quiet or renamed):
        say_written(writers, written)
    if not writers and not quiet:
        click.echo(_("Nothing is written; -o plan.json, --xlsx and --png write the plan."), err=True)
