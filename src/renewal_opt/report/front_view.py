"""What reports show of a front: points in the language in force, payoff, regret, knee, and what enters and leaves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..domain.base import Label
from ..domain.front import Front, FrontPoint
from ..domain.plan import Chosen, Plan
from ..i18n import _, get_language
from .numbers import rounded


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
    """

    front: Front
    plans: tuple[Plan, ...]
    current: Plan | None = None

    @classmethod
    def of(cls, front: Front, plans: Sequence[Plan], current: Plan | None = None) -> FrontView:
        """Return the view of a front, its plans in the order of its points."""
        return cls(front, tuple(plans), current)

    # -- words -------------------------------------------------------------------------------------------

    def text(self, label: Label) -> str:
        """Return a label in the language in force."""
        return label.text(get_language())

    def name(self, k: int) -> str:
        """Return an objective's name."""
        return self.text(self.front.objectives[k].label)

    def heading(self, k: int) -> str:
        """Return an objective's name with unit and direction."""
        o = self.front.objectives[k]
        arrow = _("more is better") if o.sense == "max" else _("less is better")
        return _("{name} ({unit}; {arrow})").format(name=self.text(o.label), unit=self.text(o.unit), arrow=arrow)

    def value_text(self, k: int, value: str | Fraction | None) -> str:
        """Return a value as it is printed: as many decimals as the objective needs."""
        if value is None:
            return "–"
        return f"{rounded(Fraction(value), self.places[k]):,f}"

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
        f = self.front
        n = len(f.points)
        first = {
            "complete": _("Complete: no other plan of this scenario is better in one objective without being worse in another ({n} plans)."),
            "open": _("Not complete: {n} plans found, {zones} zones are still open."),
            "representation": _("A representation: {n} plans stand for the whole set."),
            "supported": _("Supported plans only: {n} plans that are best for some weights of the objectives; the complete set may hold more."),
            "resolution": _("Complete up to the stated steps of the money objectives ({n} plans)."),
        }[f.claim].format(n=n, zones=len(f.open_zones))
        out = [first]
        if f.claim == "open" and f.missing is not None:
            out.append(_("What is missing would add at most {share:.2%} of the hypervolume.").format(share=f.missing))
            out += [_("Open because: {why}").format(why=w) for w in dict.fromkeys(z.why for z in f.open_zones if z.why)][:3]
        if f.coverage is not None:
            words = _("No plan of the set is farther than {share:.2%} of the range of any objective from the nearest plan shown.") if f.coverage_exact else _(
                "No plan of the set is farther than {share:.2%} of the range of any objective from the nearest plan shown (proven bound)."
            )
            out.append(words.format(share=f.coverage))
        for o in f.objectives:
            if not o.exact:
                out.append(_("{name}: differences below {step} {unit} count as none.").format(name=self.text(o.label), step=_plain(Fraction(o.step)), unit=self.text(o.unit)))
        if f.without_candidates:
            out.append(_("Districts without candidates, not counted: {names}").format(names=_(", ").join(f.without_candidates)))
        return [*out, *f.remarks]

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

    @cached_property
    def knee(self) -> int | None:
        """The point farthest beyond the plane through the best points of the objectives, ranges scaled to 1.

        I. Das, 'On characterizing the knee of the Pareto curve based on normal-boundary intersection', Structural
        Optimization 18 (1999). None where no point lies beyond it.
        """
        if len(self.values) < 3:
            return None
        sums = [sum(self.regrets(i), Fraction(0)) for i in range(len(self.values))]
        i = min(range(len(sums)), key=lambda j: sums[j])
        return i if sums[i] < len(self.front.objectives) - 1 else None

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

    def moves(self, point: FrontPoint) -> tuple[list[str], list[str]]:
        """Return the projects that enter and leave against the current plan."""
        mine, theirs = set(point.chosen), set(self.current_starts or ())
        return sorted(mine - theirs), sorted(theirs - mine)

    def money(self, i: int) -> dict[str, int]:
        """Return the money of a plan by channel, 元."""
        out: dict[str, int] = {}
        for m in itertools.chain.from_iterable(c.money for c in self.plans[i].chosen):
            out[m.channel] = out.get(m.channel, 0) + m.yuan
        return out

    def always(self) -> set[str]:
        """Return the projects that every plan starts."""
        sets = [set(p.chosen) for p in self.front.points]
        return set.intersection(*sets) if sets else set()


def _plain(number: Fraction) -> str:
    """Return a step without needless zeros."""
    text = f"{rounded(number, 6):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
