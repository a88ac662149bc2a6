"""Scenario files and grids become cases: whole scenarios with checked inputs, each with a name and a key."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...domain.base import Label
from ...domain.scenario import Scenario
from ...errors import Collector, Finding
from ...i18n import _
from ...io.load import Inputs
from ...io.naming import case_label, case_name, file_safe, grid_words, same_file
from ...io.nearby import near
from ...io.places import Layer
from ...io.pydantic_findings import findings_of
from ...io.scenario import RawScenario
from ...io.synth.write import dump_yaml
from ...io.yamltext import flow
from .factors import factored
from .grid import Axis
from .reading import Reader, fresh

#: more cases than this are refused: a slip of the grid
MOST_CASES = 10_000
#: folder of the scenario files that a sweep writes, below the sweep's own
SCENARIOS = "scenarios"

Change = tuple[Axis, Any]


@dataclass(frozen=True)
class Case:
    """One scenario of a sweep.

    Attributes
    ----------
    name : str
        Unique in the sweep, safe as a file name.
    source : Path
        Scenario file as given.
    grid : dict
        Grid key to its value as text.
    inputs : Inputs
        Checked; `inputs.files` names what `renewal-opt verify` will read again.
    text : str or None
        Scenario file that the sweep writes for a case of a grid; None where the source is solved as it stands.
    options : dict
        What the plan records beside its inputs.
    key : str
        SHA-256 over everything that the answer depends on.
    """

    name: str
    source: Path
    grid: dict[str, str]
    inputs: Inputs
    text: str | None
    options: dict[str, Any]
    key: str

    @property
    def file(self) -> str:
        """Name of the plan file."""
        return f"{self.name}.plan.json"


class Cases:
    """Makes the cases of one sweep.

    Parameters
    ----------
    folder : Path
        The sweep's folder; scenario files of grid cases go into its folder `scenarios`.
    axes : sequence of Axis
        May be empty: then each scenario is one case.
    solver : mapping
        Options of the solver that differ from the scenarios': gap, seconds, seed.
    program : mapping
        Versions of everything that computes; part of the keys.
    reader : Reader
    """

    def __init__(self, folder: Path, axes: Sequence[Axis], solver: Mapping[str, Any], program: Mapping[str, str], reader: Reader) -> None:
        self.folder, self.axes, self.solver, self.program, self.reader = folder, tuple(axes), dict(solver), dict(program), reader

    def of(self, paths: Sequence[Path], collector: Collector) -> list[Case]:
        """Return the cases: scenario by scenario, the last grid key changing first.

        Every fault of every case goes to the collector, each once; then the list is of no use.
        """
        combinations = list(itertools.islice(itertools.product(*(a.values for a in self.axes)), MOST_CASES + 1))
        if len(combinations) * len(paths) > MOST_CASES:
            collector.add(Finding("too_many_cases", file="--grid", expected=_("at most {n} cases in one sweep").format(n=MOST_CASES)))
            return []
        out: list[Case] = []
        found: dict[Finding, None] = {}
        threads: dict[int, Path] = {}
        for path in dict.fromkeys(paths):
            if paths.count(path) > 1:
                found[Finding("duplicate_name", file=str(path), expected=_("each scenario file once"))] = None
            inner = Collector()
            raw = self.reader.scenario(path, inner)
            found |= dict.fromkeys(inner.findings)
            if raw is None or raw.scenario is None:
                continue
            threads.setdefault(raw.scenario.solver.threads, path)
            alone = dict.fromkeys(self._alone(path, raw))
            found |= alone
            if any(f.severity == "error" for f in alone):
                continue  # the combinations would tell the same again, and hide what each of them hides
            for values in combinations:
                inner = Collector()
                case = self._case(path, raw, list(zip(self.axes, values, strict=True)), inner)
                found |= dict.fromkeys(inner.findings)
                out += [] if case is None else [case]
        if len(threads) > 1:
            expected = _("the same number of threads in all scenarios of a sweep, best 1")
            found |= {Finding("threads", file=str(p), path="solver.threads", value=str(n), expected=expected): None for n, p in threads.items()}
        found |= dict.fromkeys(_same_names(out))
        collector.findings.extend(_each_once(found))
        return out

    def _alone(self, path: Path, raw: RawScenario) -> Iterator[Finding]:
        """Yield the faults of each value of each key by itself: one fault does not hide those of other keys."""
        for axis in self.axes if len(self.axes) > 1 else ():
            for value in axis.values:
                inner = Collector()
                self._case(path, raw, [(axis, value)], inner)
                yield from inner.findings

    def _case(self, path: Path, raw: RawScenario, changes: list[Change], collector: Collector) -> Case | None:
        changed = fresh(raw) if changes else raw
        self._apply(changed, changes, collector)
        inputs = None if changed.scenario is None else self.reader.inputs(changed, collector)
        if inputs is None or collector.errors:
            return None
        scenario = inputs.scenario
        solver = self._solver(scenario)
        options: dict[str, Any] = {"solver": {k: _plain(v) for k, v in solver.items()}} if solver else {}
        grid = {axis.key: flow(value) for axis, value in changes}
        name, text = file_safe(scenario.name), None
        if changes:
            name = case_name(scenario.name, ((a.key, v) for a, v in changes))
            text, scenario = self._written(name, changed, scenario, inputs.policy.city.label, grid)
            options["sweep"] = {"scenario": str(raw.tree["name"]), "grid": grid}
            file = self.folder / SCENARIOS / f"{name}.yaml"
            inputs = replace(inputs, files=(("scenario", file), *(f for f in inputs.files if f[0] != "scenario")))
        scenario = scenario.model_copy(update={"solver": scenario.solver.model_copy(update=solver)})
        inputs = replace(inputs, scenario=scenario)
        return Case(name, path, grid, inputs, text, options, self._key(name, inputs, text, options))

    def _solver(self, scenario: Scenario) -> dict[str, Any]:
        """Return what the sweep changes in the solver's options: what was asked, and one thread a worker."""
        return self.solver | ({} if scenario.solver.threads == 1 else {"threads": 1})

    def _apply(self, raw: RawScenario, changes: list[Change], collector: Collector) -> None:
        """Change a scenario as read: its own keys, then paths of the policy, then factors; validate it again."""
        for axis, value in changes:
            if axis.kind == "scenario":
                _put(raw, axis.path, value, axis.told(value))
            elif axis.kind == "policy":
                _override(raw, axis.key, value, axis.told(value))
        if any(axis.kind in ("budget", "caps") for axis, _value in changes) and raw.policy_path is not None:
            loaded = self.reader.policy(raw.policy_path, Collector(), layers=raw.override_layers())
            if loaded is not None:  # else what is wrong with it is told when the inputs are read
                for path, (value, told) in factored(loaded.policy, changes, collector).items():
                    _override(raw, path, value, told)
        if changes:
            try:
                raw.scenario = Scenario.model_validate(raw.tree)
            except ValidationError as error:
                raw.scenario = None
                collector.findings.extend(findings_of(error, Scenario, raw.tree, raw.places))

    def _written(self, name: str, raw: RawScenario, scenario: Scenario, city: Label, grid: Mapping[str, str]) -> tuple[str, Scenario]:
        """Return the scenario file of a grid case, and the scenario that it holds."""
        label = case_label(scenario.title(city), grid)
        assert raw.policy_path is not None
        assert raw.library_path is not None
        home = self.folder / SCENARIOS
        places = {"policy": near(raw.policy_path, home, self.folder), "library": near(raw.library_path, home, self.folder)}
        tree: dict[Any, Any] = {"name": name, "label": label.model_dump(), **{k: v for k, v in raw.tree.items() if k not in ("name", "label")}, **places}
        head = f"由 renewal-opt sweep 生成 / written by renewal-opt sweep: {raw.tree['name']}, {grid_words(grid)}"
        return dump_yaml(tree, head), scenario.model_copy(update={"name": name, "label": label, **places})

    def _key(self, name: str, inputs: Inputs, text: str | None, options: Mapping[str, Any]) -> str:
        files = [
            [role, hashlib.sha256(text.encode()).hexdigest() if text is not None and role == "scenario" else self.reader.sha256(Path(path)), Path(path).name]
            for role, path in inputs.files
        ]
        data = {"name": name, "files": files, "options": options, "program": self.program}
        return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _put(raw: RawScenario, path: tuple[str, ...], value: Any, told: str) -> None:
    """Set a value of the scenario's tree; null removes it."""
    here: dict[Any, Any] = raw.tree
    for part in path[:-1]:
        inner = here.get(part)
        if not isinstance(inner, dict):
            inner = here[part] = {}
        here = inner
    if value is None:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    raw.places.state(path, Layer("grid", told))


def _override(raw: RawScenario, path: str, value: Any, told: str) -> None:
    """Add an override of the policy, after all that the scenario states."""
    overrides = raw.tree.get("overrides")
    if not isinstance(overrides, dict):
        overrides = raw.tree["overrides"] = {}
    overrides.pop(path, None)
    overrides[path] = value
    raw.places.state(("overrides", path), Layer("grid", told))


def _plain(value: Any) -> int | float:
    """Return a number of the solver's options as JSON, so that `verify` reads back the same decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return int(value)


def _each_once(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that another value of the same grid key has brought already: such a fault is the key's."""
    out: dict[Finding, Finding] = {}
    for finding in findings:
        head, equals, _value = finding.file.partition("=")
        told_by = replace(finding, file=head) if equals and head.startswith("--grid ") else finding
        out.setdefault(told_by, finding)
    return list(out.values())


def _same_names(cases: Sequence[Case]) -> list[Finding]:
    """Return a finding for each case whose name another has, as far as some file system tells names apart."""
    seen: dict[str, Case] = {}
    out: list[Finding] = []
    for case in cases:
        first = seen.setdefault(same_file(case.name), case)
        if first is not case:
            expected = _("a name of its own for each scenario and each value of the grid; {other} has this one too").format(other=str(first.source))
            out.append(Finding("duplicate_name", file=str(case.source), value=case.name, expected=expected))
    return out
