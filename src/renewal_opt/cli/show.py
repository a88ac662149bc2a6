"""`show`: policy, scenario, plan and formulation as text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Collector, InputError
from ..i18n import N_, _, get_language
from .base import Group, a_path, argument, json_option, option
from .output import print_json

if TYPE_CHECKING:
    from ..domain.library import Library
    from ..domain.plan import Plan
    from ..domain.policy import Policy
    from ..io.policy import LoadedPolicy

_origins = option("--origins/--no-origins", default=True, help=N_("Whether each value stands with its origin (default: it does)."))
_assumptions = option("--assumptions", is_flag=True, help=N_("List what has no official source: where, why, whether it acts."))

show = Group("show", help=N_("Shows a policy, a scenario, a plan, or the formulation of the model."))


@show.command("policy", help=N_("Shows a policy merged from its files (and a scenario's overrides), each value with its origin."))
@argument("path", type=a_path(), about=N_("Folder of the policy, or a scenario file."))
@_assumptions
@_origins
@json_option
def show_policy(path: Path, assumptions: bool, origins: bool, as_json: bool) -> None:
    """Show a policy."""
    from ..report.policytext import assumed, plain, policy_text, print_assumed

    loaded = _policy(path)
    if assumptions:
        rows = assumed(loaded.policy)
        if as_json:
            print_json({"city": loaded.policy.city.label.model_dump(), "assumptions": [r.document() for r in rows]})
        else:
            print_assumed(rows, loaded.policy, sys.stdout)
    elif as_json:
        print_json({"policy": plain(loaded.tree)} | ({"origins": loaded.origins} if origins else {}))
    else:
        click.echo(policy_text(loaded.tree, loaded.origins if origins else {}))


def _policy(path: Path) -> LoadedPolicy:
    """Read a policy folder, or the policy of a scenario with its overrides."""
    from ..io.policy import load_policy
    from ..io.scenario import read_scenario

    if path.is_dir():
        return load_policy(path)
    found = Collector()
    raw = read_scenario(path, found)
    found.raise_errors()
    if raw is None or raw.policy_path is None:  # pragma: no cover - read_scenario adds an error in these cases
        raise InputError(found.findings)
    return load_policy(raw.policy_path, collector=found, layers=raw.override_layers())


@show.command("scenario", help=N_("Shows a scenario merged with those that it extends, each value with its origin."))
@argument("path", type=a_path(), about=N_("Scenario file (YAML)."))
@_origins
@json_option
def show_scenario(path: Path, origins: bool, as_json: bool) -> None:
    """Show a scenario."""
    from ..io.scenario import read_scenario
    from ..report.policytext import plain, policy_text

    found = Collector()
    raw = read_scenario(path, found)
    found.raise_errors()
    if raw is None:  # pragma: no cover - read_scenario adds an error in this case
        raise InputError(found.findings)
    stated = raw.places.origins(raw.tree) if origins else {}
    if as_json:
        print_json({"scenario": plain(raw.tree), "files": [str(f) for f in raw.files]} | ({"origins": stated} if origins else {}))
    else:
        click.echo(policy_text(raw.tree, stated))


@show.command("plan", help=N_("Shows the tables of a plan file."))
@argument("path", type=a_path(), about=N_("Plan file (JSON)."))
@_assumptions
@option("--bottlenecks", is_flag=True, help=N_("List the sets of channels that hold the plan back: needed and available money."))
@json_option
def show_plan(path: Path, assumptions: bool, bottlenecks: bool, as_json: bool) -> None:
    """Show a plan."""
    from ..io.planfile import plan_to_json, read_plan

    plan = read_plan(path)
    if bottlenecks:
        _bottlenecks(plan, path, as_json)
        return
    if as_json and assumptions:
        print_json({"synthetic": plan.synthetic, "assumptions": [a.model_dump(mode="json") for a in plan.assumptions]})
        return
    if as_json:
        click.echo(plan_to_json(plan), nl=False)
        return
    from ..report.terminal import print_plan, print_plan_assumptions

    if assumptions:
        print_plan_assumptions(plan, sys.stdout)
        return
    policy, library = _inputs(plan, path)
    print_plan(plan, policy, library, sys.stdout)


def _bottlenecks(plan: Plan, path: Path, as_json: bool) -> None:
    """Print the tight funding rows of a plan, from its inputs as they are read again."""
    from ..analysis.annual import make_problem
    from ..analysis.bottlenecks import bottlenecks
    from ..errors import Finding
    from ..io.planinputs import read_plan_inputs
    from ..report.bottlenecks import document, print_bottlenecks

    inputs = read_plan_inputs(plan, path)
    if inputs is None:
        raise InputError([Finding("inputs_changed", file=str(path), expected=_("the inputs of the plan, unchanged: bottlenecks are computed from them"))])
    found = bottlenecks(make_problem(inputs), plan)
    if as_json:
        print_json({"plan": str(path), "bottlenecks": document(found)})
    else:
        print_bottlenecks(found, sys.stdout, paid=any(m.yuan for c in plan.chosen for m in c.money))


def _inputs(plan: Plan, path: Path) -> tuple[Policy | None, Library | None]:
    """Read the plan's inputs for names; where they have changed or are gone, ids are shown."""
    from ..io.planinputs import read_plan_inputs

    inputs = read_plan_inputs(plan, path)
    if inputs is None:
        click.echo(_("The plan's inputs are gone or have changed; ids are shown in place of names."), err=True)
        return None, None
    return inputs.policy, inputs.library


@show.command("formulation", help=N_("Shows the model: sets, variables, each rule's formula and sentence (Markdown)."))
@argument("path", type=a_path(), required=False, about=N_("Folder of a policy, or a scenario file, whose weights are listed too; default: the model alone."))
@json_option
def show_formulation(path: Path | None, as_json: bool) -> None:
    """Show the formulation."""
    from ..model.formulation import formulation

    text: Any = formulation(None if path is None else _policy(path).policy, get_language())
    if as_json:
        print_json({"formulation": text})
    else:
        click.echo(text)
