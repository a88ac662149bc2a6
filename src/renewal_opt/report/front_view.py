"""What reports show of a front: points in the language in force, payoff, regret, knees, and what enters and leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from ..domain.base import Label
from ..domain.front import Front, FrontPoint, OpenZone
from ..domain.library import Library
from ..domain.plan import Chosen, Plan
from ..domain.policy import Policy
from ..i18n import _, get_language
from .front_knee import knees
from .front_words import claim_words
from .numbers import rounded
from .view import View

SIDES = ("government", "market", "")


@dataclass(frozen=True)
class RegretRow:
    """A plan that stands out, with its regrets.

    Attributes
    ----------
    title : str
        Why it stands out.
    point : int
        Its place in the front, from 0.
    regrets : tuple of Fraction, length p
        Shares of the ranges.
    mean, worst : Fraction
        With equal weights.
    """

    title: str
    point: int
    regrets: tuple[Fraction, ...]
    mean: Fraction
    worst: Fraction


@dataclass(frozen=True, eq=False)
class FrontView:
    """A front with its plans.

    Attributes
    ----------
    front : Front
    plans : tuple of Plan
        In the order of the points.
    current : Plan or None
        What the plans are compared with.
    policy, library : Policy, Library or None
        For names of channels and districts; ids and blanks stand where they are absent.
    """

    front: Front
    plans: tuple[Plan, ...]
    current: Plan | None = None
    policy: Policy | None = None
    library: Library | None = None

    @classmethod
    def of(cls, front: Front, plans: Sequence[Plan], current: Plan | None = None, policy: Policy | None = None, library: Library | None = None) -> FrontView:
        """Return the view of a front, its plans in the order of its points."""
        return cls(front, tuple(plans), current, policy, library)

    # -- words -------------------------------------------------------------------------------------------

    def text(self, label: Label) -> str:
        """Return a label in the language in force."""
        return label.text(get_language())

    def name(self, k: int) -> str:
        """Return an objective's name."""
        return self.text(self.front.objectives[k].label)

    def heading(self, k: int) -> str:
        """Return an objective's name with unit and direction."""
        unit = self.text(self.front.objectives[k].unit)
        arrow = _("more is better") if self.front.objectives[k].sense == "max" else _("less is better")
        return _("{name} ({unit}; {arrow})").format(name=self.name(k), unit=unit, arrow=arrow)

    def value_text(self, k: int, value: str | Fraction | None) -> str:
        """Return a value as it is printed: as many decimals as the objective needs."""
        if value is None:
            return "–"
        return f"{rounded(Fraction(value), self.places[k]):,f}"

    def ideal_text(self, k: int) -> str:
        """Return the proven best of an objective: a value, or from the best found to what no plan is better than."""
        o = self.front.objectives[k]
        if o.ideal is not None or o.bound is None or not self.values:
            return self.value_text(k, o.ideal)
        found, bound = self.value_text(k, self.ranges[k][0]), self.value_text(k, o.bound)
        return found if found == bound else _("{found} … {bound}").format(found=found, bound=bound)

    @property
    def extremes(self) -> list[tuple[str, list[str]]]:
        """Titles and texts of the rows of best and worst values."""
        p = range(len(self.front.objectives))
        between = any(o.ideal is None and o.bound is not None for o in self.front.objectives)
        best = _("ideal: found … bound") if between else _("ideal")
        if self.values and all(o.nadir is None for o in self.front.objectives):
            return [(best, [self.ideal_text(k) for k in p]), (_("worst shown"), [self.value_text(k, self.ranges[k][1]) for k in p])]
        return [(best, [self.ideal_text(k) for k in p]), (_("nadir"), [self.value_text(k, o.nadir) for k, o in enumerate(self.front.objectives)])]

    @property
    def provisional(self) -> bool:
        """Whether plans that are still missing may change best plans, knees and regrets."""
        return self.front.claim == "open"

    @cached_property
    def places(self) -> list[int]:
        """Decimals that the values of each objective need: none where all are whole, at most four."""
        out: list[int] = []
        for k, o in enumerate(self.front.objectives):
            step = Fraction(o.step)
            needed = next((p for p in range(4) if (step * 10**p).denominator == 1), 4) if o.exact and step else 2 if step >= Fraction(1, 100) else 4
            out.append(0 if all(v[k].denominator == 1 for v in self.values) else needed)
        return out

    def claim_words(self) -> list[str]:
        """Return what the set is, in plain sentences."""
        return claim_words(self.front)

    @property
    def source(self) -> str:
        """Scenario, and date of its project library."""
        dated = next((p.library_as_of for p in self.plans if p.library_as_of), None)
        words = _("Scenario: {name}; project library as of {date}") if dated else _("Scenario: {name}; the project library has no date")
        return words.format(name=self.front.scenario, date=dated)

    def best_text(self, k: int, number: int | None) -> str:
        """Return an objective with the plan that is best in it."""
        return self.name(k) if number is None else _("{name} (plan {n})").format(name=self.name(k), n=number)

    def box(self, zone: OpenZone) -> tuple[list[float], list[float]]:
        """Return the least and the best values that points of an open zone may have."""
        start = [float(self.ranges[k][1] if v is None else Fraction(v)) for k, v in enumerate(zone.better_than)]
        return start, [float(self.ranges[k][0] if not zone.up_to else Fraction(zone.up_to[k])) for k in range(len(start))]

    # -- numbers -----------------------------------------------------------------------------------------

    @cached_property
    def values(self) -> list[tuple[Fraction, ...]]:
        """Exact values of each point."""
        return [tuple(Fraction(v) for v in p.values) for p in self.front.points]

    @cached_property
    def ranges(self) -> list[tuple[Fraction, Fraction]]:
        """Best and worst value of each objective over the points shown (the ideal where it is proven)."""
        out: list[tuple[Fraction, Fraction]] = []
        for k, o in enumerate(self.front.objectives):
            column = [v[k] for v in self.values]
            best, worst = (max, min) if o.sense == "max" else (min, max)
            ideal = Fraction(o.ideal) if o.ideal is not None else best(column)
            out.append((ideal, worst(column)))
        return out

    def regret(self, i: int, k: int) -> Fraction:
        """Return how far a point is from the best in an objective, as a share of its range."""
        best, worst = self.ranges[k]
        return abs(best - self.values[i][k]) / abs(best - worst) if best != worst else Fraction(0)

    def regrets(self, i: int) -> list[Fraction]:
        """Return the regrets of a point, one an objective."""
        return [self.regret(i, k) for k in range(len(self.front.objectives))]

    def weighted(self, i: int, weights: Sequence[Fraction] | None = None) -> tuple[Fraction, Fraction]:
        """Return the mean and the largest regret of a point.

        Parameters
        ----------
        i : int
        weights : sequence of Fraction, length p, optional
            At least 0; default: equal. The mean is weighted by them; for the largest, each regret is multiplied by its weight over the
            largest weight. All zero counts as equal.
        """
        mine = self.regrets(i)
        w = list(weights) if weights is not None and any(weights) else [Fraction(1)] * len(mine)
        mean = sum((a * r for a, r in zip(w, mine, strict=True)), Fraction(0)) / sum(w)
        return mean, max(a * r / max(w) for a, r in zip(w, mine, strict=True))

    @cached_property
    def best_of(self) -> list[int]:
        """Place of the point that is best in each objective."""
        known = self.front.payoff
        return [
            known[k] - 1 if k < len(known) and known[k] is not None else min(range(len(self.values)), key=lambda i, k=k: (self.regret(i, k), sum(self.regrets(i))))  # type: ignore[misc, operator]
            for k in range(len(self.front.objectives))
        ]  # fmt: skip

    @cached_property
    def knees(self) -> tuple[int, ...]:
        """Places of the knees, the most pronounced first (`front_knee`)."""
        if len(self.values) < 3:
            return ()
        return knees(np.array([self.regrets(i) for i in range(len(self.values))], dtype=float), self.best_of)

    @property
    def knee(self) -> int | None:
        """Place of the knee; None where no point lies beyond the plane through the best points."""
        return self.knees[0] if self.knees else None

    @property
    def knee_word(self) -> str:
        """What the knee is called: provisional while plans may be missing."""
        return _("knee (provisional)") if self.provisional else _("knee")

    def regret_table(self) -> list[RegretRow]:
        """Return the regrets of the plans that stand out: best of an objective, knees, least mean and least largest regret."""
        if not self.values:
            return []
        titles: dict[int, list[str]] = {}
        for k, i in enumerate(self.best_of):
            titles.setdefault(i, []).append(_("best in {name}").format(name=self.name(k)))
        for at, i in enumerate(self.knees):
            titles.setdefault(i, []).append(_("further knee") if at else self.knee_word)
        weighted = [self.weighted(i) for i in range(len(self.values))]
        titles.setdefault(min(range(len(weighted)), key=lambda i: weighted[i][0]), []).append(_("least mean regret"))
        titles.setdefault(min(range(len(weighted)), key=lambda i: weighted[i][1]), []).append(_("least largest regret"))
        return [RegretRow(_("; ").join(words), i, tuple(self.regrets(i)), *weighted[i]) for i, words in titles.items()]

    # -- plans -------------------------------------------------------------------------------------------

    @cached_property
    def projects(self) -> dict[str, Chosen]:
        """Every project that some plan starts, by id."""
        out: dict[str, Chosen] = {}
        for plan in [*self.plans, *([self.current] if self.current is not None else [])]:
            out |= {c.id: c for c in plan.chosen if c.part == "new_start"}
        return dict(sorted(out.items()))

    @cached_property
    def current_starts(self) -> frozenset[str] | None:
        """New starts of the plan that points are compared with."""
        return None if self.current is None else frozenset(c.id for c in self.current.chosen if c.part == "new_start")

    @cached_property
    def same_as_current(self) -> int | None:
        """Place of a point with the new starts of the current plan."""
        return next((i for i, p in enumerate(self.front.points) if frozenset(p.chosen) == self.current_starts), None)

    def moves(self, point: FrontPoint) -> tuple[list[str], list[str]]:
        """Return the projects that enter and leave against the current plan."""
        mine, theirs = set(point.chosen), set(self.current_starts or ())
        return sorted(mine - theirs), sorted(theirs - mine)

    @cached_property
    def names(self) -> View:
        """Names of channels and districts."""
        return View(self.plans[0], self.policy, self.library)

    def district(self, project: str) -> str:
        """Return the name of a project's district, blank where the library is not known."""
        found = self.names.projects.get(project)
        return self.names.of("districts", found.district) if found else ""

    def side(self, channel: str) -> str:
        """Return the side of a channel, ``government`` or ``market``; blank where the policy does not say."""
        channels = self.policy.funding.channels if self.policy else {}
        parent = self.names.parent(channel)
        return channels[parent].side if parent in channels else ""

    @staticmethod
    def side_name(side: str) -> str:
        """Return the name of a side."""
        return {"government": _("government side"), "market": _("market side"), "": _("side not known")}[side]

    def money(self, i: int) -> dict[str, int]:
        """Return the money of a plan by channel (sub-channels added), carry-overs included, 元."""
        out: dict[str, int] = {}
        for c in self.plans[i].chosen:
            for channel, yuan in self._by_channel(c).items():
                out[channel] = out.get(channel, 0) + yuan
        return out

    def _by_channel(self, chosen: Chosen) -> dict[str, int]:
        out: dict[str, int] = {}
        for m in chosen.money:
            channel = self.names.parent(m.channel)
            out[channel] = out.get(channel, 0) + m.yuan
        return out

    def sides_of(self, chosen: Chosen) -> tuple[int, int]:
        """Return the money of a project from the government side and from all others, 元."""
        by = {s: sum(y for c, y in self._by_channel(chosen).items() if self.side(c) == s) for s in SIDES}
        return by["government"], by["market"] + by[""]

    @cached_property
    def channels(self) -> list[str]:
        """Channels that give money to some plan, by side, in the policy's order."""
        used = {c for i in range(len(self.plans)) for c in self.money(i)}
        known = [c for c in self.names.channels if c in used] + sorted(used - set(self.names.channels))
        return [c for s in SIDES for c in known if self.side(c) == s]

    def always(self) -> set[str]:
        """Return the projects that every plan starts."""
        sets = [set(p.chosen) for p in self.front.points]
        return set.intersection(*sets) if sets else set()
