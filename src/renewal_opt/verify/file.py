"""Re-check of a plan file: its inputs by path and hash, read again, then every family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import NoneType

from ..domain import Plan, Scenario
from ..domain.base import Label
from ..errors import Collector, InputError
from ..io.atomic import sha256_file
from ..io.naming import case_label, case_name
from ..io.planinputs import exact, solved_with
from ..io.yamlfile import parse_yaml
from .rows import Breach, FamilyResult, Same, number
from .walk import judge, verify_plan

#: what a plan's options may hold
_OPTIONS = {"overrides", "solver", "sweep", "pareto", "fund", "robust"}


@dataclass(frozen=True)
class VerifyReport:
    """Result of the re-check of a plan file; the family `inputs` comes first, the others only where inputs can be read."""

    path: Path
    plan: Plan
    families: tuple[FamilyResult, ...]

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return all(f.holds for f in self.families)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """All that fails, in the order of the families."""
        return tuple(b for f in self.families for b in f.breaches)


def verify_file(path: str | Path) -> VerifyReport:
    """Re-check a plan file exactly (issue 3 section 5).

    The inputs' paths count from the plan's folder. The scenario that was solved is the first input with the
    role `scenario`; those that it extends come after it (the order of `load_inputs`).

    Raises
    ------
    InputError
        The file is no plan, or one of an unknown version.
    """
    from ..io.planfile import read_plan

    path = Path(path)
    plan = read_plan(path)
    folder = path.resolve().parent
    results = [judge("inputs", _hashes(plan, folder))]
    scenarios = [folder / i.path for i in plan.inputs if i.role == "scenario"]
    if scenarios:
        results += _again(plan, folder, scenarios[0])
    else:
        results.append(judge("inputs", iter([Same("inputs", "no scenario", "a scenario", kind="missing")])))
    first = FamilyResult("inputs", sum(r.rows for r in results[:2]), tuple(b for r in results[:2] for b in r.breaches))
    return VerifyReport(path, plan, (first, *results[2:]))


def _again(plan: Plan, folder: Path, scenario: Path) -> list[FamilyResult]:
    """Read the inputs again: what became of that, then the families."""
    from ..io.load import load_inputs

    overrides = plan.options.get("overrides")
    try:
        inputs = load_inputs(scenario, overrides=exact(overrides) if isinstance(overrides, Mapping) else None)
    except InputError as error:
        return [judge("inputs", iter([Same("inputs", str(error), "inputs without faults", at=scenario.name, kind="unreadable")]))]
    times = Counter((i.role, (folder / i.path).resolve()) for i in plan.inputs)
    listed = set(times)
    read = [Same("inputs", (role, Path(f).resolve()) in listed, True, at=str(f), kind="unknown") for role, f in inputs.files]
    read.append(Same("inputs", sorted(map(str, listed - {(role, Path(f).resolve()) for role, f in inputs.files})), [], at="not read", kind="unknown"))
    read.append(Same("inputs", sorted(f"{p}: {n}" for (_role, p), n in times.items() if n > 1), [], at="twice"))
    try:
        scenario_solved, fits = solved_with(plan, scenario, inputs.scenario), True
    except InputError:
        scenario_solved, fits = inputs.scenario, False
    read.append(Same("options", fits and isinstance(overrides, (Mapping, NoneType)), True, kind="unknown"))
    read.append(Same("options", sorted(plan.options.keys() - _OPTIONS), [], at="keys", kind="unknown"))
    if "sweep" in plan.options:
        read.append(Same("options.sweep", _swept(plan.options["sweep"], inputs.scenario), True))
    if "fund" in plan.options:
        read.append(Same("options.fund", _funded(plan.options["fund"], plan), True))
    return [judge("inputs", iter(read)), *verify_plan(plan, inputs.policy, inputs.library, scenario_solved)]


def _hashes(plan: Plan, folder: Path) -> Iterator[Same]:
    for i in plan.inputs:
        try:
            regular = (folder / i.path).is_file()  # a device or a pipe would never end
            found, kind = (sha256_file(folder / i.path), "unequal") if regular else ("no file", "missing")
        except (OSError, ValueError) as error:
            found, kind = str(error), "missing"
        yield Same("inputs", found, i.sha256, at=i.path, kind=kind)


def _funded(said: object, plan: Plan) -> bool:
    """Return whether what a plan says of a funding question is one, and holds of its projects and its score."""
    if not (isinstance(said, Mapping) and said.keys() <= {"question", "order", "discount", "left_out", "score", "level"} and said.get("question") in ("mix", "least")):
        return False
    order, gone, least = said.get("order"), said.get("left_out", []), said["question"] == "least"
    if not (isinstance(order, list) and order and all(order.count(a) == 1 and a in ("fiscal", "cost", "leverage") for a in order)):
        return False
    chosen, others = {c.id for c in plan.chosen}, {r.id for r in plan.reserve} | {r.id for r in plan.refused}
    if not (isinstance(gone, list) and all(isinstance(i, str) and i in others - chosen and gone.count(i) == 1 for i in gone)):
        return False
    rate = _exact(said.get("discount", "0"))
    if (least and order != ["fiscal"]) or rate is None or not 0 <= rate < 1:
        return False
    if "score" not in said and "level" not in said:
        return True
    level, value, asked = _exact(said.get("level")), _exact(plan.objective.value), said.get("score")
    share = isinstance(asked, str) and asked.strip().endswith("%")
    return least and isinstance(asked, str) and level is not None and value is not None and level <= value and (share or _exact(asked.strip()) == level)


def _exact(text: object) -> Fraction | None:
    found = number(text) if isinstance(text, str) else None
    return found if isinstance(found, Fraction) else None


def _swept(said: object, scenario: Scenario) -> bool:
    """Return whether what a plan says of a sweep's grid is what name and label of its scenario say: both were made of it."""
    if not (isinstance(said, Mapping) and said.keys() == {"scenario", "grid"} and isinstance(said["scenario"], str)):
        return False
    grid = said["grid"]
    if not (isinstance(grid, Mapping) and grid and all(isinstance(v, str) for v in grid.values())):
        return False
    found = Collector()
    nodes = [parse_yaml(f"value: {text}\n", found) for text in grid.values()]
    if found.findings or scenario.label is None:
        return False
    values = [node.data.get("value") for node in nodes if node is not None]
    end, label = case_label(Label(zh="", en=""), grid), scenario.label
    named = case_name(said["scenario"], zip(grid, values, strict=True))
    return named == scenario.name and label.zh.endswith(end.zh) and label.en.endswith(end.en)
