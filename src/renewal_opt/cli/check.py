"""`check` and `screen`: what is wrong with the input, and who may be picked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..errors import Collector, Finding, InputError, render_findings
from ..i18n import N_, _
from .base import a_path, argument, command, json_option, option
from .errors import finding_document
from .output import print_json, say_written
from .targets import Target


@command("check", help=N_("Checks policy, library and scenario, and tells every fault at once."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--marked", type=Target(".xlsx"), help=N_("Write a copy of the library as a workbook with the faulty cells marked."))
@json_option
def check(scenario: Path, marked: Path | None, as_json: bool) -> None:
    """Read everything and report."""
    from ..io.load import read_inputs

    found = Collector()
    inputs = read_inputs(scenario, found)
    if marked is not None:
        _write_marked(scenario, found, marked)
    found.raise_errors()
    if inputs is None:  # pragma: no cover - read_inputs adds an error whenever it returns None
        raise InputError(found.findings)
    library, policy = inputs.library, inputs.policy
    if as_json:
        facts = {"city": policy.city.label.model_dump(), "plan_year": inputs.scenario.plan_year, "synthetic": library.synthetic or policy.city.synthetic}
        parts = {part: sum(p.part == part for p in library.projects) for part in ("carry_over", "new_start", "reserve", "withdrawn")}
        print_json({"ok": True, "scenario": inputs.scenario.name, **facts, "projects": parts, "warnings": [finding_document(f) for f in inputs.warnings]})
        return
    from ..report.view import synthetic_notice

    if library.synthetic or policy.city.synthetic:
        click.echo(f"【{synthetic_notice()}】")
    words = _("No faults: {city}, {year}; {projects} projects, {revenue} revenue rows, {relations} relations, {files} files.")
    click.echo(
        words.format(
            city=policy.city.label.text(), year=inputs.scenario.plan_year, projects=len(library.projects),
            revenue=len(library.revenue), relations=len(library.relations), files=len(inputs.files),
        )
    )  # fmt: skip
    if inputs.warnings:
        click.echo(_("{number} warnings:").format(number=len(inputs.warnings)))
        click.echo(render_findings(inputs.warnings))


def _write_marked(scenario: Path, found: Collector, marked: Path) -> None:
    from ..io.marked import write_marked
    from ..io.scenario import read_scenario

    raw = read_scenario(scenario, Collector())
    if raw is None or raw.library_path is None or not raw.library_path.exists():
        found.add(Finding("not_marked", file=str(marked), expected=_("a library that can be read: there is nothing to mark"), severity="warning"))
        return
    say_written([marked], [write_marked(raw.library_path, found.findings, marked)])


@command("screen", help=N_("Tells for every project whether it may be picked: passed, failed or unclear, clause by clause."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--project", "project_id", metavar="ID", help=N_("Show every clause of one project with its evidence."))
@json_option
def screen(scenario: Path, project_id: str | None, as_json: bool) -> None:
    """Screen the library of a scenario."""
    from ..io.load import load_inputs
    from ..screening import screen as screened

    inputs = load_inputs(scenario)
    results: dict[str, Any] = screened(inputs.policy, inputs.library, inputs.scenario.plan_year)
    if project_id is not None:
        results = _only(results, project_id, scenario)
    if as_json:
        synthetic = inputs.library.synthetic or inputs.policy.city.synthetic
        print_json({"plan_year": inputs.scenario.plan_year, "synthetic": synthetic, "projects": [s.model_dump(mode="json") for s in results.values()]})
        return
    from ..report.screened import print_screening

    print_screening(list(results.values()), inputs.policy, inputs.library, sys.stdout, every=project_id is not None)


def _only(results: dict[str, Any], project_id: str, scenario: Path) -> dict[str, Any]:
    from ..io.nearest import did_you_mean

    if project_id not in results:
        hint = did_you_mean(project_id, results)
        raise InputError([Finding("unknown_id", file=str(scenario), path="--project", value=project_id, expected=_("a project of the library"), hint=hint)])
    return {project_id: results[project_id]}
