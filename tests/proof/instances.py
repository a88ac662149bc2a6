"""Small whole inputs (policy, library, scenario) drawn at random, in memory: often tight, sometimes infeasible.

`instance(chooser)` draws one; a chooser is a `random.Random` (`seeded`) or hypothesis (`instances()`), so that the
same text makes shrinkable examples and cheap long runs. Money is in 元: spending of 1 to 900 元 (often whole
hundreds, sometimes odd, so that roundings by 1 元 matter), caps in hundreds, as the policy can state them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal as D
from typing import Any, TypeVar

from hypothesis import strategies as st

from renewal_opt.domain import Library, Policy, Project, Relation, RevenueRow, Scenario

T = TypeVar("T")
T0 = 2025
Instance = tuple[Policy, Library, Scenario]
ENTRY: dict[str, Any] = {"label": {"zh": "名", "en": "name"}, "source": {"kind": "assumption", "why": "a test"}}
#: families that a draw may add beside channels and projects
FAMILIES = (
    "shares", "kind_shares", "caps", "reserved", "use", "ratios", "debt_service", "capital", "cover", "tickets", "asks", "budget", "starts",
    "precedence", "exclusivity", "corequisites", "areas", "areas_required", "districts", "limits", "targets", "delay", "surplus", "screening", "force",
)  # fmt: skip
#: and those that came later: what seeds draw by themselves stays what it was
LATER = ("fund_balance",)


def entry(**more: Any) -> dict[str, Any]:
    """Return a policy entry."""
    return ENTRY | more


class Chooser:
    """Draws from a random.Random."""

    families: tuple[str, ...] = FAMILIES

    def __init__(self, source: random.Random) -> None:
        self.source = source

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        return self.source.randint(low, high)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.whole(0, len(items) - 1)]

    def yes(self, percent: int) -> bool:
        """Return True in so many cases of a hundred."""
        return self.whole(1, 100) > 100 - percent


class HypothesisChooser(Chooser):
    """Draws from hypothesis; smaller numbers are the simpler ones."""

    families = (*FAMILIES, *LATER)

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def whole(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))


@st.composite
def instances(draw: Any, most: int = 8) -> Instance:
    """Strategy of whole inputs."""
    return instance(HypothesisChooser(draw), most)


def seeded(seed: int, most: int = 8, families: Sequence[str] | None = None, scale: int = 1) -> Instance:
    """Return the instance of a seed; `families` names those that are in it, `scale` multiplies money."""
    return instance(Chooser(random.Random(seed)), most, families, scale)


def wan(yuan: int) -> D:
    """Return 元 in 万元."""
    return D(yuan) / 10_000


def instance(r: Chooser, most: int = 8, families: Sequence[str] | None = None, scale: int = 1) -> Instance:
    """Draw one instance of at most `most` projects."""
    return Draw(r, most, families, scale).make()


class Draw:
    """One draw; `on` holds the families that it has."""

    def __init__(self, r: Chooser, most: int, families: Sequence[str] | None, scale: int = 1) -> None:
        self.r, self.scale = r, scale
        self.n = r.whole(2, most)
        self.window = r.pick([1, 1, 1, 1, 2, 2, 3])
        self.on = set(families) if families is not None else {r.pick(r.families) for _ in range(r.whole(0, r.pick([3, 6, 6, 12])))}
        self.channels = [f"c{i}" for i in range(r.whole(2, 4))]
        self.with_sub = {c for c in self.channels if r.yes(25)}
        self.leaves = [leaf for c in self.channels for leaf in ([f"{c}x", f"{c}y"] if c in self.with_sub else [c])]

    def make(self) -> Instance:
        """Return the three parts."""
        projects = [self.project(i) for i in range(self.n)]
        self.total = sum(p.to_spend for p in projects) or 100
        ids = [p.id for p in projects]
        first = [sum(p.spend[:1]) or sum(p.remaining.values()) for p in projects]
        self.year_total = sum(first) or 100
        self.amounts = [a for p in projects for a in (p.spend or tuple(p.remaining.values()))]
        revenue = tuple(self.revenue(projects))
        library = Library(projects=tuple(projects), revenue=revenue, relations=tuple(self.relations(ids)))
        starts = [p.id for p in projects if p.part == "new_start" and (p.start_year or T0) < T0 + self.window and p.extra.get("ok") != "no"]
        force = {}
        if "force" in self.on and starts:
            one, two = self.r.pick(starts), self.r.pick(starts)
            force = {"in": [one]} if self.r.yes(60) or one == two else {"in": [one], "out": [two]}
        scenario = {
            "name": "draw", "policy": "p", "library": "l", "plan_year": T0, "window": self.window, "force": force,
            "basis": self.r.pick(["investment", "count", "investment", "beneficiaries"]), "solver": {"gap": D(0), "seconds": D(60)}, "max_repairs": 100,
        }  # fmt: skip
        return Policy.model_validate(self.policy()), library, Scenario.model_validate(scenario)

    # library ------------------------------------------------------------------------------------------------
    def yuan(self) -> int:
        """Return an amount of money: hundreds, or an odd number."""
        if self.scale > 1:
            return self.r.whole(1, 900) * self.r.pick([self.scale, self.scale, max(1, self.scale // 50_000)]) + self.r.pick([0, 1, 50, 99])
        return self.r.whole(1, 9) * 100 if self.r.yes(65) else self.r.whole(1, 400)

    def project(self, i: int) -> Project:
        """Return one project."""
        r = self.r
        part = r.pick(["new_start"] * 8 + ["carry_over", "carry_over", "new_start", "reserve" if r.yes(50) else "withdrawn"])
        values: dict[str, Any] = {
            "id": f"P{i}", "name": f"P{i}", "part": part, "district": r.pick(["a", "a", "b", "h"]), "object_class": r.pick(["k", "k", "m"]),
            "implementer_kind": r.pick(["soe", "gov"]), "residents": r.pick([None, 10, 25, 60, 100]), "start_year": r.pick([T0, T0, T0, T0 + 1, T0 - 1, None]),
            "coord_area": r.pick([None, "A", "B", "A"]), "coord_role": r.pick([None, "anchor", "member"]), "bond_review": r.pick([None, "now", "next", "barred", "now"]),
            "extra": {"votes": D(r.whole(1, 60)), "ok": r.pick(["yes", "yes", "yes", "yes", "no", "unclear"]) if "screening" in self.on else "yes"},
            "households": r.pick([None, 0, 5, 12, 40]),
        }  # fmt: skip
        if r.yes(15):
            values["district_shares"] = {"a": D(r.pick([30, 50, 70]))}
            values["district_shares"]["b"] = 100 - values["district_shares"]["a"]
        if r.yes(20):
            values["key_area"] = "q"
        if part == "carry_over":
            values["start_year"] = r.pick([None, T0 - 1, T0 - 2])
            remaining = {T0 + k: self.yuan() for k in range(r.whole(1, 3))}
            spent = r.pick([0, 100, 300, 37]) * self.scale
            values |= {"remaining": remaining, "spent_to_date": spent, "total_investment": spent + sum(remaining.values())}
            if spent and r.yes(70):
                values["in_place"] = {r.pick([*self.leaves, *self.channels]): spent}
        else:
            spend = tuple(self.yuan() for _ in range(r.whole(1, 3)))
            if len(spend) == 3 and r.yes(15):
                spend = (spend[0], 0, spend[2])
            values |= {"spend": spend, "total_investment": sum(spend)}
            if "asks" in self.on:
                values["ask"] = {r.pick(self.leaves): self.yuan() for _ in range(r.whole(0, 2))}
                values["secured"] = {r.pick(self.channels): r.whole(0, 3) * 100 * self.scale} if r.yes(40) else {}
        return Project.model_validate(values)

    def revenue(self, projects: list[Project]) -> list[RevenueRow]:
        """Return revenue rows: some projects, a few years, some negative."""
        r = self.r
        kinds = ("government_fund", "special", "operating")
        return [
            RevenueRow(project=p.id, year=T0 + r.whole(-1, 6), revenue_class=r.pick(kinds), pledged_net=self.yuan() * (-1 if r.yes(8) else 1))
            for p in projects if r.yes(60) for _ in range(r.whole(1, 2))
        ]  # fmt: skip

    def relations(self, ids: list[str]) -> list[Relation]:
        """Return relations of the kinds that are on; precedence runs from lower to higher ids, so without cycles."""
        r, out = self.r, []
        for kind, name in (("precedence", "precedence"), ("exclusive", "exclusivity"), ("corequisite", "corequisites")):
            if name not in self.on:
                continue
            for _ in range(r.whole(1, 2)):
                i = r.whole(0, len(ids) - 2)
                j = r.whole(i + 1, len(ids) - 1)
                if kind != "precedence" and r.yes(40):
                    group = f"g{r.whole(0, 1)}"
                    out += [Relation(kind=kind, project=ids[k], group=group) for k in {i, j, r.whole(0, len(ids) - 1)}]
                else:
                    out.append(Relation(kind=kind, project=ids[i], other=ids[j], lag=r.pick([0, 0, 1]) if kind == "precedence" else 0))
        return out

    # policy -------------------------------------------------------------------------------------------------
    def some(self, amount: int, low: int, high: int) -> int:
        """Return between low and high percent of an amount, or a sum of some yearly amounts, in whole hundreds."""
        if self.r.yes(30):  # as tight as hundreds allow: one hundred below or above a sum that may come about
            few = sum(self.r.pick(self.amounts) for _ in range(self.r.whole(1, 3)))
            return few // 100 * 100 + (100 if self.r.yes(50) else 0)
        return max(0, amount * self.r.whole(low, high) // 10_000 * 100)

    def where(self) -> dict[str, Any]:
        """Return a filter."""
        return self.r.pick([{}, {"district": "a"}, {"district": ["a", "h"]}, {"implementer_kind": "soe"}, {"level": "district"}, {"revenue": "> 0"}, {"total_investment": "> 0.05"}, {"votes": ">= 30"}])

    def cap(self) -> Any:
        """Return a cap by year."""
        r = self.r
        kind = r.whole(0, 4)
        if kind == 0:
            return "open"
        amounts = {T0 + k: wan(self.some(self.year_total, 0, 90)) for k in range(r.whole(1, 3))}
        return amounts | {"later": "last" if kind > 1 else "open"}

    def share(self) -> D:
        """Return a share."""
        return self.r.pick([D("0.1"), D("0.2"), D("0.25"), D("0.333"), D("0.5"), D("0.6"), D("0.75")])

    def lo_hi(self, both: int = 15) -> dict[str, D]:
        """Return at_least, at_most or both."""
        one = self.share()
        if self.r.yes(both):
            return {"at_least": one, "at_most": min(D(1), one + D("0.3"))}
        return {self.r.pick(["at_least", "at_most"]): one}

    def ratio(self) -> dict[str, D]:
        """Return one bound of a ratio, or an equation, which few amounts in whole 元 satisfy."""
        one = self.r.pick([D("0.2"), D("0.5"), D(1), D(2), D("0.333"), D("0.07")])
        if self.r.yes(10):
            return {"at_least": one, "at_most": one}
        return {self.r.pick(["at_least", "at_most"]): one}

    def group(self) -> dict[str, Any]:
        """Return a set of channels."""
        r = self.r
        return r.pick([{"side": "market"}, {"side": "government"}, {"counts_as": "debt"}, {"counts_as": "capital"}, {"channels": [r.pick(self.channels)]},
                       {"channels": [r.pick(self.leaves)]}, {"channels": self.channels[:2]}])  # fmt: skip

    def channel(self, name: str) -> dict[str, Any]:
        """Return one channel."""
        r = self.r
        kind = r.pick(["grant", "capital", "debt", "capital", "debt"])
        out = entry(side=r.pick(["government", "market"]), counts_as=kind, cap=self.cap(), eligible=self.where() if r.yes(30) else {})
        if kind == "debt":
            out |= {"rate": r.pick([D(0), D("0.03"), D("0.05")]), "term": r.whole(1, 4), "repayment": r.pick(["annuity", "equal_principal", "bullet", "interest_then_bullet"])}
        if name in self.with_sub:
            out["sub"] = {f"{name}x": entry(cap=self.cap() if r.yes(40) else "open", eligible=self.where() if r.yes(30) else {}), f"{name}y": entry()}
        if "shares" in self.on and r.yes(50):
            out["share"] = self.lo_hi() | {"per": r.pick(["year", "project"])}
        if "tickets" in self.on and r.yes(60):
            out["ticket"] = {"at_least": wan(r.whole(1, 4) * 100 * self.scale)} if r.yes(70) else {"at_most": wan(r.whole(1, 6) * 100 * self.scale)}
            if r.yes(20):
                out["ticket"] = {"at_least": wan(100 * self.scale), "at_most": wan(300 * self.scale)}
        if "delay" in self.on and r.yes(50):
            out["delay"] = {"column": "bond_review", "years": {"now": 0, "next": 1}, "blank": r.pick([None, 0, 1])}
        if "surplus" in self.on and r.yes(60):
            out["carry_surplus"] = True
        return out

    def policy(self) -> dict[str, Any]:
        """Return the raw policy."""
        r = self.r
        channels = {c: self.channel(c) for c in self.channels}
        if r.yes(55):  # one channel that anyone may draw on
            last = channels[self.channels[-1]]
            last |= {"eligible": {}, "cap": "open"}
            last.pop("ticket", None)
        funding = {"channels": channels} | self.money_rules()
        return {
            "schema_version": 1, "city": entry(document="d"), "districts": {"a": entry(), "b": entry(), "h": entry(level="city")},
            "object_classes": {"k": entry(), "m": entry()}, "key_areas": {"q": entry()}, "bond_reviews": dict.fromkeys(("now", "next", "barred"), ENTRY["label"]),
            "implementer_kinds": dict.fromkeys(("soe", "gov"), ENTRY["label"]), "coord_roles": dict.fromkeys(("anchor", "member"), ENTRY["label"]),
            "columns": {"votes": entry(kind="number"), "ok": entry(kind="text")},
            "criteria": {
                "votes": entry(weight=D(3), indicators={"votes": entry(column="votes", value=[[0, 5], [20, 40], [60, 100]], weight=1)}),
                "people": entry(weight=D(1), indicators={"people": entry(column="residents", value=[[0, 0], [100, 100]], weight=1, missing=r.pick(["worst", "middle"]))}),
            },
            "screening": {"requirements": {"ok": entry(column="ok", accept=["yes"], unclear=["unclear"])}} if "screening" in self.on else {},
            "funding": funding,
        } | self.plan_rules()  # fmt: skip

    def money_rules(self) -> dict[str, Any]:
        """Return the money rules that are on."""
        r, on = self.r, self.on
        out: dict[str, Any] = {k: {} for k in ("shares", "caps", "reserved", "ratios", "debt_service", "capital", "cover", "fund_balance")}
        for n in range(r.whole(1, 2)):
            if "shares" in on:
                out["shares"][f"s{n}"] = entry(**self.group(), **self.lo_hi(), where=self.where(), per=r.pick(["year", "project"]))
            if "kind_shares" in on:
                out["shares"][f"k{n}"] = entry(**self.group(), **self.lo_hi(), where=self.where(), of=r.pick(["capital", "debt"]))
            if "caps" in on:
                years = r.pick([None, [T0], [T0, T0 + 1]])
                out["caps"][f"p{n}"] = entry(**self.group(), where=self.where(), years=years, each_year=r.yes(40), amount=wan(self.some(self.total, 5, 70)), already_used=wan(r.pick([0, 0, 100])))
            if "capital" in on:
                out["capital"][f"q{n}"] = entry(where=self.where(), at_least=self.share(), per=r.pick(["year", "project"]), also_capital=[r.pick(self.leaves)] if r.yes(40) else [])
            if "cover" in on:
                out["cover"][f"v{n}"] = entry(ratio=r.pick([D(1), D("1.2"), D("1.5")]), where=self.where(), channels=r.pick([None, self.channels[:2]]), revenue=r.pick([None, ["operating", "special"]]))
        if "reserved" in on:
            out["reserved"]["r"] = entry(channels=[r.pick([*self.channels, *self.leaves])], where=self.where(), at_least=self.share())
        if "use" in on:
            out["reserved"]["u"] = entry(channels=[r.pick(self.channels)], where=self.where(), at_least=self.share(), of="use")
        if "ratios" in on:
            out["ratios"]["t"] = entry(numerator=self.group() | {"where": self.where()}, denominator=self.group(), per=r.pick(["total", "year"]), **self.ratio())
        if "debt_service" in on:
            out["debt_service"]["d"] = entry(side=r.pick([None, "government"]), amount={T0 + 1: wan(self.some(self.total, 2, 60)), "later": r.pick(["last", "open"])})
        if "fund_balance" in on:
            level = r.pick(["project", "area", "district", "city"])
            out["fund_balance"]["b"] = entry(level=level, of=r.pick(["debt", "debt", "cost"]), ratio=r.pick([D("0.5"), D(1), D("1.2")]), where=self.where() if r.yes(30) else {}, revenue=r.pick([None, ["operating", "special"]]))
        if "asks" in on:
            out |= {"secured_as": r.pick(["at_least", "information"]), "ask_as": r.pick(["at_most", "information"])}
        return out

    def plan_rules(self) -> dict[str, Any]:
        """Return the rules on the whole plan that are on."""
        r, on, out = self.r, self.on, {"budget": {}}
        if "budget" in on:
            out["budget"]["b"] = entry(amount={T0: wan(self.some(self.year_total, 30, 100)), "later": "last"}, where={} if r.yes(70) else self.where())
        if "starts" in on:
            out["budget"]["n"] = entry(measure="starts", amount={T0: wan(self.some(self.total, 30, 100)), "later": "last"})
        measures = ["investment", "count", "votes", "households"]
        if "districts" in on:
            of = r.pick(["plan", "new", "budget" if out["budget"] else "plan"])
            out["district_balance"] = {"d": entry(measure=r.pick(measures), of=of, **self.lo_hi(), districts=r.pick([None, None, ["a"]]), where={} if r.yes(70) else self.where())}
        for key, name in (("limits", "l"), ("targets", "t")):
            if key in on:
                out[key] = {f"{name}{n}": self.limit(r.pick(measures), bool(out["budget"])) for n in range(r.whole(1, 2))}
                if key == "targets":
                    for one in out[key].values():
                        one |= r.pick([{}, {"from": T0 - 1, "to": T0}, {"to": T0 - 1}, {"from": T0 + 1}])
        if "areas" in on or "areas_required" in on:
            conditions = {k: v for k, v in (("least_number", r.whole(1, 3)), ("least_investment", wan(r.whole(1, 12) * 100 * self.scale)), ("anchor_first", True), ("revenue_share", self.share())) if r.yes(45)}
            required = "areas_required" in on
            out["coordination"] = entry(mode="required" if required else "bonus", conditions=conditions, openings_per_year=r.pick([None, 0, 1, 2]), **({} if required else {"bonus": D(r.pick([5, 20, 60]))}))
        return out

    def limit(self, measure: str, budget: bool) -> dict[str, Any]:
        """Return one limit: a number, or a share of a base."""
        r = self.r
        side = r.pick(["at_least", "at_most"])
        where = r.pick([{"district": "a"}, {"object_class": "k"}, {"district": ["b", "h"]}, {"key_area": "q"}, self.where()])
        if r.yes(50):
            number = {"count": D(r.whole(1, 4)), "investment": wan(self.some(self.total, 5, 70)), "votes": D(r.whole(5, 120)), "households": D(r.whole(1, 60))}[measure]
            return entry(measure=measure, where=where, **{side: {"value": number}})
        of = r.pick(["plan", "new", "district", "key_area", "class", "budget" if budget else "plan"])
        return entry(measure=measure, where=where, **{side: {"share": self.share(), "of": of}})
