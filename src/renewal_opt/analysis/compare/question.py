"""In which the questions of two plans differ: settings, weights, values of the scenario, files, bounds of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...domain.plan import Plan
from ...errors import Collector
from ...io.atomic import sha256_file
from ...io.scenario import read_scenario
from ...io.yamltext import flow
from .data import Change, Named

#: keys of a scenario that are no part of the question, or that the plan itself states
_TOLD = ("schema_version", "name", "label", "note", "policy", "library", "extends", "plan_year", "window", "basis", "weights", "ahp", "solver")
#: families whose bounds the plan tells as money of the plan at hand (a share of another sum): they say nothing of the rule
FLOATING = ("ratios", "reserved", "fund_balance")
_YEAR = re.compile(r"(.+)\.((?:19|20|21)\d\d)")


@dataclass(frozen=True)
class Question:
    """What a plan was asked.

    Attributes
    ----------
    plan : Plan
    values : dict or None
        Path to text of every value that the scenario or the command line states; None where the scenario's files
        have changed or are gone.
    """

    plan: Plan
    values: dict[str, str] | None

    @property
    def settings(self) -> dict[str, str]:
        """Basis, plan year, window and gap asked."""
        o = self.plan.objective
        return {"basis": o.basis, "plan_year": str(self.plan.plan_year), "window": str(self.plan.window), "gap": o.gap_asked}

    @property
    def grid(self) -> dict[str, str]:
        """Keys of a sweep's grid with their values."""
        sweep = self.plan.options.get("sweep")
        grid = sweep.get("grid") if isinstance(sweep, Mapping) else None
        return {str(k): str(v) for k, v in grid.items()} if isinstance(grid, Mapping) else {}

    @property
    def files(self) -> dict[tuple[str, str], str]:
        """Role and file name to hash, scenarios left out."""
        return {(i.role, Path(i.path).name): i.sha256 for i in self.plan.inputs if i.role != "scenario"}


def question(named: Named) -> Question:
    """Return the question of a plan; the scenario's files are read again where their hashes are the plan's."""
    plan, folder = named.plan, named.path.resolve().parent
    scenarios = [i for i in plan.inputs if i.role == "scenario"]
    try:
        sound = bool(scenarios) and all(sha256_file(folder / i.path) == i.sha256 for i in scenarios)
        raw = read_scenario(folder / scenarios[0].path, Collector()) if sound else None
    except (OSError, ValueError):
        raw = None
    if raw is None:
        return Question(plan, None)
    values = {path: text for key, value in raw.tree.items() if key not in (*_TOLD, "overrides") for path, text in _leaves(str(key), value)}
    given = plan.options.get("overrides")
    for overrides in (raw.tree.get("overrides"), given):
        for path, value in overrides.items() if isinstance(overrides, Mapping) else ():
            _state(values, f"policy.{path}", value)
    return Question(plan, values)


def _state(values: dict[str, str], path: str, value: Any) -> None:
    """State a value of the policy: it replaces all that stood at its path."""
    for old in [p for p in values if p == path or p.startswith(path + ".")]:
        del values[old]
    values |= {path: "null"} if value is None else dict(_leaves(path, value))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}", inner)
    else:
        yield path, flow(value)


def changes(before: Question, after: Question) -> tuple[Change, ...]:
    """Return in which two questions differ: the sweep's own keys first, then what these and all else amount to."""
    out = [Change("grid", k, a, b) for k, a, b in _differing(before.grid, after.grid)]
    out += [Change("setting", k, a, b) for k, a, b in _differing(before.settings, after.settings)]
    weights = ({w.criterion: str(Fraction(w.weight)) for w in q.plan.weights.rows} for q in (before, after))
    out += [Change("weight", k, a, b) for k, a, b in _differing(*weights)]
    if before.values is not None and after.values is not None:
        out += _by_year([(k, a, b) for k, a, b in _differing(before.values, after.values)])
    out += [Change("file", f"{role}: {name}", a[:12], b[:12]) for (role, name), a, b in _differing(before.files, after.files)]
    return (*out, *_bounds(before.plan, after.plan))


def _differing(before: Mapping[Any, str], after: Mapping[Any, str]) -> Iterator[tuple[Any, str, str]]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key, "") != after.get(key, ""):
            yield key, before.get(key, ""), after.get(key, "")


def _by_year(found: list[tuple[str, str, str]]) -> list[Change]:
    """Return the changes of values, those that differ by year alone put together."""
    out: dict[str, Change] = {}
    for path, before, after in found:
        match = _YEAR.fullmatch(path)
        key, year = (match.group(1), match.group(2)) if match else (path, "")
        old = out.get(key, Change("scenario", key))
        out[key] = Change("scenario", key, old.before, old.after, (*old.years, (year, before, after))) if year else Change("scenario", key, before, after, old.years)
    return list(out.values())


def _bounds(before: Plan, after: Plan) -> list[Change]:
    """Return the rows that both plans list, with other bounds."""
    old = {u.row: u for u in before.use if u.family not in FLOATING}
    out = []
    for use in after.use:
        first = old.get(use.row)
        if first is not None and (first.at_least, first.at_most) != (use.at_least, use.at_most):
            out.append(Change("bound", use.row, _range(first.at_least, first.at_most), _range(use.at_least, use.at_most), row=use))
    return out


def _range(least: str | None, most: str | None) -> str:
    return f"{least or ''}..{most or ''}"
