"""What a check yields: a number with bounds (`Row`) or two things that must be the same (`Same`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

Exact = int | Fraction

_NUMBER = re.compile(r"[-+]?[0-9]{1,4000}(?:/[0-9]{1,4000}|(?:\.[0-9]{1,4000})?(?:[eE][-+]?[0-9]{1,2})?)")


@dataclass(frozen=True)
class Breach:
    """One comparison that fails: by how much (`excess`, in the row's unit) and where.

    `kind` is below, above, unequal, missing, unknown, or unreadable; `found` and `expected` are texts for
    what is not a bounded number.
    """

    family: str
    rule: str
    row: str
    project: str = ""
    channel: str = ""
    year: int | None = None
    value: Fraction | None = None
    bound: Fraction | None = None
    excess: Fraction | None = None
    kind: str = "unequal"
    found: str = ""
    expected: str = ""


@dataclass(frozen=True)
class FamilyResult:
    """Outcome of one rule family: number of comparisons made, and those that fail."""

    family: str
    rows: int
    breaches: tuple[Breach, ...]

    @property
    def holds(self) -> bool:
        """Whether every comparison holds."""
        return not self.breaches


class Row(NamedTuple):
    """A number that must lie between bounds; bounds count in multiples of `base` (shares: the whole).

    `rule` is the policy path; `at` what stands in the brackets of the row's name (default: project, channel,
    year); `use` is "must" when plan.use has to list the row, "may" when it can, in `unit`.
    """

    rule: str
    value: Exact
    at_least: Exact | None = None
    at_most: Exact | None = None
    base: Exact = 1
    project: str = ""
    channel: str = ""
    year: int | None = None
    at: str | None = None
    use: str = ""
    unit: str = "yuan"

    @property
    def shown(self) -> Exact:
        """The value as plan.use prints it: a share where there is a base, 0 of nothing."""
        return self.value if self.base == 1 else Fraction(self.value) / self.base if self.base else 0

    def breach(self, family: str) -> Breach | None:
        """Return how the row fails, None where it holds."""
        for kind, limit, sign in (("below", self.at_least, -1), ("above", self.at_most, 1)):
            if limit is not None and (excess := (self.value - limit * self.base) * sign) > 0:
                numbers = (Fraction(self.value), Fraction(limit * self.base), Fraction(excess))
                return Breach(family, self.rule, name(family, self), self.project, self.channel, self.year, *numbers, kind)
        return None


class Same(NamedTuple):
    """Two things that must be equal."""

    rule: str
    found: Any
    expected: Any
    project: str = ""
    channel: str = ""
    year: int | None = None
    at: str | None = None
    kind: str = "unequal"
    use: str = ""

    def breach(self, family: str) -> Breach | None:
        """Return how the two differ, None where they are equal."""
        if self.found == self.expected:
            return None
        value, bound = (Fraction(x) if type(x) in (int, Fraction) else None for x in (self.found, self.expected))
        excess = None if value is None or bound is None else abs(value - bound)
        where = (name(family, self), self.project, self.channel, self.year)
        return Breach(family, self.rule, *where, value, bound, excess, self.kind, str(self.found), str(self.expected))


def name(family: str, row: Row | Same) -> str:
    """Return the row's name, for example channels:special_bond[2025]."""
    at = ",".join(str(x) for x in (row.project, row.channel, row.year) if x not in ("", None)) if row.at is None else row.at
    head = "targets" if row.rule.startswith("targets.") else family
    return f"{head}:{row.rule.rpartition('.')[2]}" + (f"[{at}]" if at else "")


def number(text: str | None) -> Fraction | str | None:
    """Return an exact number; what is no number comes back as it is and equals none."""
    if text is None or not _NUMBER.fullmatch(text) or re.search("/0+$", text):
        return text
    return Fraction(text)


def exact(rule: str, text: str | None, expected: Exact | None, project: str = "", at: str | None = None) -> Same:
    """Compare an exact number, written as text in the plan, with its recomputed value."""
    return Same(rule, expected if text == str(expected) else number(text), expected, project, at=at)


def each(rule: str, found: Mapping[Any, Any], expected: Mapping[Any, Any], project: str = "") -> Iterator[Same]:
    """Compare two mappings: as a whole where they are equal, else key by key."""
    if found == expected:
        yield Same(rule, 0, 0, project)
        return
    for key in dict.fromkeys([*expected, *found]):
        kind = "missing" if key not in found else "unequal" if key in expected else "unknown"
        at = ",".join(map(str, [*([project] if project else []), *(key if isinstance(key, tuple) else [key])]))
        yield Same(rule, found.get(key), expected.get(key, "nothing"), project, at=at, kind=kind)


def texts(found: Mapping[str, str], expected: Mapping[str, Exact]) -> Mapping[str, Any]:
    """Return the numbers that a mapping of texts holds (quickly where they are what is expected)."""
    return {k: expected[k] if k in expected and v == str(expected[k]) else number(v) for k, v in found.items()}


def listed_once(rule: str, ids: Iterable[str], known: Iterable[str]) -> Iterator[Same]:
    """Compare a list of ids with the known ones: each exactly once and no other."""
    count, wanted = Counter(ids), dict.fromkeys(known)
    for i in dict.fromkeys([*wanted, *count]):
        yield Same(rule, count[i], int(i in wanted), i, kind="missing" if not count[i] else "unequal" if i in wanted else "unknown")
