"""Random changes to a whole input, each with what may come of it.

`draw(chooser, case)` returns the changed case and the change, of `CHANGES` by name: a change that `patches` must always
be patched; the others may also ask for a rebuild, for one of the reasons named.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from typing import Any

from instances import T0, Chooser, Draw, entry, wan

from renewal_opt.analysis.annual import make_problem
from renewal_opt.domain import Library, Policy, Project, Relation, Scenario
from renewal_opt.io.load import Inputs
from renewal_opt.model.patch import RebuildReason as R
from renewal_opt.problem import Problem


@dataclass(frozen=True)
class Case:
    """A whole input whose policy is still raw."""

    raw: dict[str, Any]
    library: Library
    scenario: Scenario

    def problem(self) -> Problem:
        """Return its tables."""
        return make_problem(Inputs(Policy.model_validate(copy.deepcopy(self.raw)), self.library, self.scenario))

    def with_project(self, i: int, **values: Any) -> Case:
        """Return the case with another project at place `i`."""
        projects = list(self.library.projects)
        projects[i] = Project.model_validate(projects[i].model_dump(by_alias=True) | values)
        return replace(self, library=self.library.model_copy(update={"projects": tuple(projects)}))

    def with_scenario(self, **values: Any) -> Case:
        """Return the case with other keys in its scenario."""
        return replace(self, scenario=Scenario.model_validate(self.scenario.model_dump(by_alias=True, exclude_none=True) | values))


class DrawCase(Draw):
    """A draw of tests/proof/instances.py that keeps the raw policy."""

    def policy(self) -> dict[str, Any]:
        self.raw = super().policy()
        return copy.deepcopy(self.raw)

    def case(self) -> Case:
        """Return the case."""
        _policy, library, scenario = self.make()
        return Case(self.raw, library, scenario)


@dataclass(frozen=True)
class Change:
    """A kind of change.

    Attributes
    ----------
    make : callable
        Returns the changed case, None where the case has nothing of the kind.
    patches : bool
        Whether it is patched, always.
    reasons : frozenset of RebuildReason
        What may ask for a rebuild otherwise.
    """

    make: Callable[[Chooser, Case], Case | None]
    patches: bool = False
    reasons: frozenset[R] = field(default_factory=frozenset)


CHANGES: dict[str, Change] = {}


def change(*reasons: R) -> Callable[[Callable[[Chooser, Case], Case | None]], Callable[[Chooser, Case], Case | None]]:
    """Register a kind of change; without reasons it is always patched."""

    def keep(make: Callable[[Chooser, Case], Case | None]) -> Callable[[Chooser, Case], Case | None]:
        CHANGES[make.__name__] = Change(make, not reasons, frozenset(reasons))
        return make

    return keep


def draw(r: Chooser, case: Case) -> tuple[Case, str] | None:
    """Return a changed case and the name of the change: the drawn kind, or the next one that fits; None for none."""
    names = sorted(CHANGES)
    first = r.whole(0, len(names) - 1)
    for name in names[first:] + names[:first]:
        changed = CHANGES[name].make(r, case)
        if changed is not None and changed != case:
            return changed, name
    return None


def edited(case: Case) -> tuple[Case, dict[str, Any]]:
    """Return a copy of the case and its raw policy, to be edited."""
    raw = copy.deepcopy(case.raw)
    return replace(case, raw=raw), raw


def amounts(r: Chooser, cap: dict[Any, Any]) -> None:
    """Change the yearly amounts of a cap in place."""
    for year in [k for k in cap if isinstance(k, int)]:
        cap[year] = max(D(0), cap[year] + wan(100 * r.whole(-3, 5)))


def of_budget(raw: dict[str, Any]) -> bool:
    """Whether a rule's coefficients are shares of a budget."""
    limits = [*raw.get("limits", {}).values(), *raw.get("targets", {}).values()]
    levels = [level for one in limits for level in (one.get("at_least"), one.get("at_most")) if level]
    return any(level.get("of") == "budget" for level in levels) or any(d.get("of") == "budget" for d in raw.get("district_balance", {}).values())


# what a patch always carries -------------------------------------------------------------------------------------


@change()
def weights(r: Chooser, case: Case) -> Case:
    return case.with_scenario(weights={"votes": D(r.whole(0, 5)), "people": D(r.whole(1, 5))})


@change()
def basis(r: Chooser, case: Case) -> Case:
    return case.with_scenario(basis=r.pick(["investment", "count", "beneficiaries"]))


@change()
def cap_amounts(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    capped = [c for c in raw["funding"]["channels"].values() if isinstance(c["cap"], dict)]
    if not capped:
        return None
    for channel in capped:
        amounts(r, channel["cap"])
    return case


@change()
def further_caps(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    for rule in raw["funding"]["caps"].values():
        rule["amount"] = rule["amount"] + wan(100 * r.whole(0, 9))
        rule["already_used"] = wan(100 * r.whole(0, 2))
    return case if raw["funding"]["caps"] else None


@change()
def budget_amounts(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    if not raw["budget"] or of_budget(raw):
        return None
    for rule in raw["budget"].values():
        amounts(r, rule["amount"])
    return case


@change()
def limit_values(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    levels = [
        level for key in ("limits", "targets") for one in raw.get(key, {}).values() for level in (one.get("at_least"), one.get("at_most"))
        if level and "value" in level
    ]  # fmt: skip
    for level in levels:
        level["value"] = level["value"] + r.whole(0, 3)
    return case if levels else None


@change()
def shares_of_budget(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    levels = [
        level for key in ("limits", "targets") for one in raw.get(key, {}).values() for level in (one.get("at_least"), one.get("at_most"))
        if level and level.get("of") == "budget"
    ]  # fmt: skip
    for level in levels:
        level["share"] = r.pick([D("0.15"), D("0.3"), D("0.45"), D("0.8")])
    return case if levels else None


@change()
def debt_service(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    for rule in raw["funding"]["debt_service"].values():
        amounts(r, rule["amount"])
    return case if raw["funding"]["debt_service"] else None


@change()
def reserved_of_cap(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    if "r" not in raw["funding"]["reserved"]:
        return None
    raw["funding"]["reserved"]["r"]["at_least"] = r.pick([D("0.05"), D("0.4"), D("0.8")])
    return case


@change()
def area_bonus(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    if "bonus" not in raw.get("coordination", {}):
        return None
    raw["coordination"]["bonus"] = D(r.whole(1, 90))
    return case


@change()
def force_in(r: Chooser, case: Case) -> Case | None:
    problem = case.problem()
    free = [p.id for i, p in enumerate(problem.projects) if not problem.carry[i]]
    if not free:
        return None
    one = r.pick(free)
    kept = [i for i in case.scenario.force.in_ if r.yes(50) and i != one]
    return case.with_scenario(force={"in": [one, *kept], "out": list(case.scenario.force.out)})


@change()
def rule_off(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    funding = raw["funding"]
    rules = [*funding["caps"].values(), *funding["reserved"].values(), *funding["ratios"].values(), *funding["debt_service"].values(),
             *funding["cover"].values(), *raw.get("limits", {}).values(), *raw.get("targets", {}).values(),
             *raw.get("district_balance", {}).values()]  # fmt: skip
    if not of_budget(raw):
        rules += raw["budget"].values()
    if "coordination" in raw:
        rules.append(raw["coordination"])
    if not rules:
        return None
    r.pick(rules)["active"] = False
    return case


@change()
def cap_set_open(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    capped = [k for k, c in raw["funding"]["channels"].items() if isinstance(c["cap"], dict)]
    if not capped or "r" in raw["funding"]["reserved"]:
        return None
    raw["funding"]["channels"][r.pick(capped)]["cap"] = "open"
    return case


# what may need another model -------------------------------------------------------------------------------------


@change(R.PROJECTS, R.MONEY_UNIT, R.ROW_COEFFICIENTS, R.RELATIONS, R.TICKETS, R.AREAS)
def force_out(r: Chooser, case: Case) -> Case | None:
    """One more is forced out, and maybe another no longer."""
    problem = case.problem()
    free = [p.id for i, p in enumerate(problem.projects) if not problem.carry[i] and not problem.forced[i]]
    if not free:
        return None
    out = {*case.scenario.force.out, r.pick(free)} - ({r.pick(case.scenario.force.out)} if case.scenario.force.out and r.yes(50) else set())
    return case.with_scenario(force={"in": list(case.scenario.force.in_), "out": sorted(out)})


@change(R.PROJECTS, R.MONEY_UNIT, R.ROW_COEFFICIENTS, R.RELATIONS, R.TICKETS, R.AREAS)
def force_nobody(r: Chooser, case: Case) -> Case | None:
    return case.with_scenario(force={}) if case.scenario.force.in_ or case.scenario.force.out else None


@change(R.ROW_SET, R.AREAS, R.PROJECT_LIMITS)
def rule_on(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    sections = [raw["funding"][k] for k in ("caps", "reserved", "ratios", "debt_service", "cover", "shares", "capital")]
    off = [one for s in [*sections, raw["budget"], raw.get("limits", {}), raw.get("district_balance", {})] for one in s.values() if one.get("active") is False]
    off += [raw["coordination"]] if raw.get("coordination", {}).get("active") is False else []
    if off and r.yes(80):
        r.pick(off)["active"] = True
    else:
        raw["limits"] = raw.get("limits", {}) | {"added": entry(measure="count", where={"district": "a"}, at_most={"value": D(r.whole(1, 5))})}
    return case


@change(R.ROW_COEFFICIENTS, R.ROW_SET)
def plan_shares(r: Chooser, case: Case) -> Case | None:
    """Levels of shares of the plan, ratios and reserved use, or the filter of a limit."""
    case, raw = edited(case)
    rules = [*raw["funding"]["ratios"].values(), *raw.get("district_balance", {}).values()]
    for rule in rules:
        for side in ("at_least", "at_most"):
            if side in rule:
                rule[side] = rule[side] / 2
    limits = list(raw.get("limits", {}).values())
    for limit in limits:
        limit["where"] = r.pick([{"district": "a"}, {"object_class": "k"}, {}])
    return case if rules or limits else None


@change(R.ROW_COEFFICIENTS, R.ROW_SET)
def budget_behind_shares(r: Chooser, case: Case) -> Case | None:
    """A budget of which other rows are shares."""
    case, raw = edited(case)
    if not of_budget(raw):
        return None
    for rule in raw["budget"].values():
        amounts(r, rule["amount"])
    return case


@change(R.PROJECT_LIMITS)
def project_limits(r: Chooser, case: Case) -> Case | None:
    """Levels of shares, capital and cover of each project; revenue."""
    case, raw = edited(case)
    funding = raw["funding"]
    rules = [*funding["shares"].values(), *funding["capital"].values(), *(c["share"] for c in funding["channels"].values() if "share" in c)]
    for rule in rules:
        for side in ("at_least", "at_most"):
            if side in rule:
                rule[side] = rule[side] / 2
    for rule in funding["cover"].values():
        rule["ratio"] = rule["ratio"] + D("0.5")
    return case if rules or funding["cover"] else None


@change(R.PROJECT_LIMITS)
def asked_money(r: Chooser, case: Case) -> Case | None:
    new = [i for i, p in enumerate(case.library.projects) if p.part == "new_start"]
    if not new or not case.raw["funding"].get("ask_as"):
        return None
    channel = r.pick(sorted(case.raw["funding"]["channels"]))
    return case.with_project(r.pick(new), ask={channel: 100 * r.whole(1, 9)}, secured={channel: 100} if r.yes(50) else {})


@change(R.TICKETS)
def ticket_sizes(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    channels = [c for c in raw["funding"]["channels"].values() if "ticket" in c]
    for channel in channels:
        channel["ticket"] = r.pick([{"at_least": wan(100)}, {"at_most": wan(500)}, {"at_least": wan(200), "at_most": wan(400)}])
    return case if channels else None


@change(R.AREAS)
def area_conditions(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    if "coordination" not in raw:
        return None
    raw["coordination"]["conditions"] = {"least_number": r.pick([None, 1, 2]), "anchor_first": r.yes(50)}
    raw["coordination"]["openings_per_year"] = r.pick([None, 1, 2])
    return case


@change(R.RELATIONS)
def relations(r: Chooser, case: Case) -> Case | None:
    ids = [p.id for p in case.library.projects]
    one = r.whole(0, len(ids) - 2)
    kind = r.pick(["precedence", "exclusive", "corequisite"])
    new = Relation(kind=kind, project=ids[one], other=ids[one + 1]) if r.yes(70) else None  # type: ignore[arg-type]
    kept = [x for x in case.library.relations if r.yes(70)]
    return replace(case, library=case.library.model_copy(update={"relations": (*kept, *([new] if new else []))}))


@change(R.MONEY_UNIT, R.SPENDING, R.ENTRIES, R.PROJECT_LIMITS, R.ROW_SET, R.ROW_COEFFICIENTS, R.TICKETS, R.AREAS)
def spending(r: Chooser, case: Case) -> Case | None:
    new = [i for i, p in enumerate(case.library.projects) if p.part == "new_start"]
    if not new:
        return None
    spend = [r.whole(1, 9) * 100 for _ in range(r.whole(1, 3))] if r.yes(70) else [r.whole(1, 9) * 100_000]
    return case.with_project(r.pick(new), spend=tuple(spend), total_investment=sum(spend))


@change(R.ENTRIES, R.PROJECT_LIMITS, R.ROW_COEFFICIENTS, R.ROW_SET, R.SPENDING, R.TICKETS)
def eligible(r: Chooser, case: Case) -> Case | None:
    case, raw = edited(case)
    channel = raw["funding"]["channels"][r.pick(sorted(raw["funding"]["channels"]))]
    channel["eligible"] = r.pick([{}, {"district": "a"}, {"implementer_kind": "soe"}, {"district": ["a", "b"]}])
    return case


@change(*R)
def parts_and_years(r: Chooser, case: Case) -> Case | None:
    """A project goes to the reserve or comes from there, or asks for another start year."""
    i = r.whole(0, len(case.library.projects) - 1)
    project = case.library.projects[i]
    if project.part == "carry_over":
        return None
    if r.yes(50):
        return case.with_project(i, part="reserve" if project.part == "new_start" else "new_start")
    return case.with_project(i, start_year=r.pick([T0, T0 + 1]))


@change(*R)
def window(r: Chooser, case: Case) -> Case | None:
    return case.with_scenario(window=r.pick([w for w in (1, 2, 3) if w != case.scenario.window]))


@change(R.FUNDING_FORM)
def funding_form(r: Chooser, case: Case) -> Case | None:
    return case.with_scenario(funding=r.pick(["auto", "full", "projected"]))


@change(R.ROW_SET)
def crossed(r: Chooser, case: Case) -> Case | None:
    """A limit that asks for more than it allows."""
    case, raw = edited(case)
    values = [one for one in raw.get("limits", {}).values() if any("value" in (one.get(s) or {}) for s in ("at_least", "at_most"))]
    if not values:
        return None
    one = r.pick(values)
    one["at_least"], one["at_most"] = {"value": D(5)}, {"value": D(4)}
    return case
