"""What a comparison of plans is made of: plain data, exact numbers, no words."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

from ...domain.base import Label
from ...domain.library import Library
from ...domain.plan import Plan, Reason, RowUse
from ...domain.policy import Policy


@dataclass(frozen=True)
class Interval:
    """All that is proven about a number: it lies between `low` and `high`; None is without end."""

    low: Fraction | None
    high: Fraction | None

    @property
    def sign(self) -> int | None:
        """1, 0 or -1 where it is proven, else None."""
        if self.low is not None and self.low > 0:
            return 1
        if self.high is not None and self.high < 0:
            return -1
        return 0 if self.low == self.high == 0 else None

    def minus(self, other: Interval) -> Interval:
        """Return the interval of the difference of two numbers."""
        low = None if self.low is None or other.high is None else self.low - other.high
        high = None if self.high is None or other.low is None else self.high - other.low
        return Interval(low, high)


@dataclass(frozen=True)
class Change:
    """One thing in which the questions of two plans differ.

    Attributes
    ----------
    kind : str
        ``grid`` (a key of a sweep), ``setting`` (basis, plan_year, window, gap), ``weight``, ``scenario`` (a value that
        the scenario or the command line states), ``file`` (a file of policy or library), ``bound`` (of a row that both have).
    path : str
        Grid key, name of the setting, criterion id, path of the value, file name or name of the row.
    before, after : str
        As text, exact; empty where there is none.
    years : tuple of (str, str, str)
        Year, before, after: for values by year.
    row : RowUse or None
        The row of the later plan, for ``bound``.
    """

    kind: Literal["grid", "setting", "weight", "scenario", "file", "bound"]
    path: str
    before: str = ""
    after: str = ""
    years: tuple[tuple[str, str, str], ...] = ()
    row: RowUse | None = None


@dataclass(frozen=True)
class Cause:
    """What stands behind a project that enters or leaves, as far as the plans say it.

    Attributes
    ----------
    kind : str
        ``forced_in``, ``forced_out``, ``reason`` (what keeps it out of the other plan: screening, a relation, no funding ...),
        ``bound`` (of a row that holds or held it back), ``tight`` (that row became tight), ``loose`` (it is tight no more),
        ``same_row`` (tight in both), ``score`` (its score changed), ``combination`` (another combination is worth more).
    row, other : RowUse or None
        The row in the reference and in the other plan.
    before, after : Fraction or None
        Scores.
    reason : Reason or None
    """

    kind: Literal["forced_in", "forced_out", "reason", "bound", "tight", "loose", "same_row", "score", "combination"]
    row: RowUse | None = None
    other: RowUse | None = None
    before: Fraction | None = None
    after: Fraction | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Move:
    """A project that enters or leaves: it starts in one of two plans alone."""

    id: str
    name: str
    enters: bool
    investment: int
    score_before: Fraction | None
    score_after: Fraction | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Named:
    """A plan with its short name and where it was read."""

    name: str
    plan: Plan
    path: Path = field(default_factory=Path)

    @property
    def optimum(self) -> Interval:
        """What is proven of the best objective of this plan's question: its own value to its bound.

        An exact certified bound is taken where there is one.
        """
        o = self.plan.objective
        value = Fraction(o.value)
        if o.certified_bound is not None:
            return Interval(value, max(value, Fraction(o.certified_bound)))
        return Interval(value, None if o.bound is None else max(value, Fraction(o.bound)))

    @property
    def starts(self) -> dict[str, int]:
        """Ids of new starts with their investment, 元."""
        return {c.id: c.investment for c in self.plan.chosen if c.part == "new_start"}

    @property
    def money(self) -> dict[tuple[str, int], int]:
        """Money by channel or sub-channel and year, 元."""
        out: dict[tuple[str, int], int] = {}
        for chosen in self.plan.chosen:
            for m in chosen.money:
                out[m.channel, m.year] = out.get((m.channel, m.year), 0) + m.yuan
        return out


@dataclass(frozen=True)
class Against:
    """One plan against the reference.

    Attributes
    ----------
    plan : Named
    changes : tuple of Change
        In which the questions differ.
    moves : tuple of Move
        Projects that leave, then those that enter, in the order of the library.
    difference : Interval or None
        Best objective of this question less that of the reference's; None where the two are measured in different units.
    yardstick : bool
        Whether both value a project alike (same basis, weights and criteria); else the difference is one of two measures.
    """

    plan: Named
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    difference: Interval | None
    yardstick: bool


@dataclass(frozen=True)
class Frequency:
    """How often one project is in the plans.

    Attributes
    ----------
    states : tuple of str
        By plan: ``carry_over``, ``new_start``, ``reserve``, ``refused``, or empty where the plan does not know it.
    """

    id: str
    name: str
    investment: int
    states: tuple[str, ...]

    @property
    def times(self) -> int:
        """Number of plans that hold it, as a carry-over or a new start."""
        return sum(s in ("carry_over", "new_start") for s in self.states)

    @property
    def known(self) -> int:
        """Number of plans whose library has it."""
        return sum(bool(s) for s in self.states)

    @property
    def kind(self) -> Literal["carry_over", "always", "sometimes", "never"]:
        """Carried over in all, or started in all, some or none of the plans that know it."""
        if all(s in ("carry_over", "") for s in self.states):
            return "carry_over"
        return "always" if self.times == self.known else "sometimes" if self.times else "never"


@dataclass(frozen=True)
class Missing:
    """A case of a sweep that has no plan: why."""

    name: str
    status: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """Plans side by side; the first is the reference.

    Attributes
    ----------
    plans : tuple of Named
    against : tuple of Against
        All but the first.
    frequency : tuple of Frequency
        All projects, in the order in which the plans first name them.
    missing : tuple of Missing
        Cases of a sweep without a plan.
    warnings : tuple of Label
        What the reader should know before comparing.
    policy, library : Policy, Library or None
        Of the reference where its inputs can still be read, for names.
    files : tuple of Path
        Plan files read.
    """

    plans: tuple[Named, ...]
    against: tuple[Against, ...]
    frequency: tuple[Frequency, ...]
    missing: tuple[Missing, ...] = ()
    warnings: tuple[Label, ...] = ()
    policy: Policy | None = None
    library: Library | None = None
    files: tuple[Path, ...] = ()
