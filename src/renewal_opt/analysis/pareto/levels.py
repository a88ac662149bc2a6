"""Levels: what plans must reach or stay within, of any measure and of ratios, as exact rows beside the policy's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...domain.base import WAN, Label
from ...model.matrices import Matrices
from ...model.rows import Exact, Row, Terms
from ...pareto import Row as MatrixRow
from ...pareto.objectives import exact_step
from ...problem import Problem
from ...problem.tables import Bools, Ints
from .measures import Measure, limited

#: bounds of rows over starts alone are moved by this share of the step, so that the solver's tolerance decides nothing
_HALF = Fraction(1, 2)
#: how the rows of levels are named: as those of ratios, for what cannot reach a level alone may reach it with others
_FAMILY = "ratios"


@dataclass(frozen=True, eq=False)
class Level:
    """A bound on a measure, or on a ratio.

    Attributes
    ----------
    text : str
        As given.
    rows : tuple of Row
        Exact rows over starts and money; empty where area openings count.
    measure : Measure or None
        The measure whose areas count, which no row holds.
    at_least, at_most : Fraction or None
    words : Label or None
        As a comparison, with the name and unit of what is held.
    """

    text: str
    rows: tuple[Row, ...]
    measure: Measure | None = None
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    words: Label | None = None

    def holds(self, chosen: list[bool], opened: dict[str, int]) -> bool:
        """Return whether a level that counts area openings, or starts alone, holds exactly."""
        if self.measure is not None:
            value = self.measure.value(chosen, opened, [])
            return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
        return all(row.holds(chosen, []) for row in self.rows if not row.has_money)


def known_ratios(problem: Problem) -> list[str]:
    """Return the words of ratios, which are levels alone: ``ratio:KEY``, and ``share:KEY`` of limits on a share."""
    out = [f"ratio:{key}" for key in problem.policy.funding.ratios]
    return out + [f"share:{word.partition(':')[2]}" for word, known in limited(problem).items() if word.startswith("limit:") and known.row.unit == "share"]


def level_of_measure(measure: Measure, at_least: Fraction | None, at_most: Fraction | None, text: str) -> Level:
    """Return a bound on a measure, in its unit; of the worst-off district `at_least` alone."""
    if measure.areas:
        return Level(text, (), measure, at_least, at_most)
    if measure.ratios:
        rows = [_row(text, Terms(*_sides(share)), at_least, None) for _label, share in measure.ratios]
        return Level(text, tuple(rows))
    starts, coefs = _sides(measure.starts)
    if not measure.money:
        return Level(text, (_row(text, Terms(starts, coefs), at_least, at_most),))
    entries, weights = _sides(measure.money)
    yuan: Exact = WAN  # money rows count in 元, as those of the policy
    terms = Terms(starts, [c * yuan for c in coefs], entries, [c * yuan for c in weights])
    return Level(text, (_row(text, terms, *(None if v is None else v * yuan for v in (at_least, at_most))),))


def level_of_ratio(problem: Problem, word: str, at_least: Fraction | None, at_most: Fraction | None, text: str) -> Level | None:
    """Return a bound on a ratio of the policy, whether that is active or not; None for an unknown word."""
    kind, _colon, key = word.partition(":")
    if kind == "share" and word in known_ratios(problem):
        row = limited(problem)[f"limit:{key}"].row
        words = comparison(row.label, None, at_least, at_most, text)
        return Level(text, (replace(row, family=_FAMILY, name=text, lo=at_least, hi=at_most, reported=False),), words=words)
    if kind != "ratio" or key not in problem.policy.funding.ratios:
        return None
    rule = problem.policy.funding.ratios[key]
    above, below = problem.money_mask(rule.numerator), problem.money_mask(rule.denominator)
    rows: list[Row] = []
    for year in problem.money_years if rule.per == "year" else (None,):
        now = np.ones(len(above), dtype=bool) if year is None else problem.entries.year == year
        rows.append(replace(_row(text, _money(above & now), at_least, at_most), base=_money(below & now)))
    return Level(text, tuple(rows), words=comparison(rule.label, None, at_least, at_most, text))


def comparison(label: Label, unit: Label | None, at_least: Fraction | None, at_most: Fraction | None, text: str) -> Label:
    """Return a level as a comparison, a number that is not whole as given."""
    sign, value, number = "≥" if at_least is not None else "≤", at_most if at_least is None else at_least, text.rpartition("=")[2].strip()
    number = f"{value.numerator:,}" if value is not None and value.denominator == 1 else number
    zh, en = (f"（{unit.zh}）", f" ({unit.en})") if unit is not None else ("", "")
    return Label(zh=f"{label.zh} {sign} {number}{zh}", en=f"{label.en} {sign} {number}{en}")


def matrix_rows(problem: Problem, base: Matrices, level: Level, *, money: bool) -> Iterator[MatrixRow]:
    """Yield a level's rows over the columns of a compiled model.

    Parameters
    ----------
    problem : Problem
    base : Matrices
    level : Level
    money : bool
        Whether the model has money columns; without, rows with money are left to the funding rows.
    """
    first = base.col_slice("x").start
    if level.measure is not None:
        columns = {first + k: c for k, c in level.measure.starts.items()}
        columns |= {column: level.measure.areas[key[0]] for key, column in base.columns("z").items() if key[0] in level.measure.areas} if "z" in base.col_spans else {}  # type: ignore[index]
        yield _scaled(columns, level.at_least, level.at_most, exact_step(list(columns.values())))
    for row in level.rows:
        if row.has_money and not money:
            continue
        parts: list[tuple[Terms, Fraction]] = [(row.left, Fraction(1))]
        for bound, least in ((row.lo, True), (row.hi, False)):
            if bound is None:
                continue
            sums = parts if row.base is None else [*parts, (row.base, -Fraction(bound))]
            side = Fraction(bound) if row.base is None else Fraction(0)
            columns = {}
            for terms, weight in sums:
                _add(columns, terms, weight, first, base.col_slice("f").start if row.has_money else 0, problem.money_unit)
            step = None if row.has_money else exact_step(list(columns.values()))
            yield _scaled(columns, side if least else None, None if least else side, step)


def _row(text: str, terms: Terms, lo: Exact | None, hi: Exact | None) -> Row:
    return Row(_FAMILY, text, text, Label(zh=text, en=text), "number", False, terms, lo, hi, reported=False)


def _money(mask: Bools) -> Terms:
    return Terms(np.zeros(0, dtype=np.int64), None, np.flatnonzero(mask))


def _sides(coefs: dict[int, Fraction]) -> tuple[Ints, list[Exact]]:
    return np.array(list(coefs), dtype=np.int64), list(coefs.values())


def _add(columns: dict[int, Fraction], terms: Terms, weight: Fraction, first: int, money: int, unit: int) -> None:
    pairs = [(first + k, c) for k, c in zip(terms.starts.tolist(), _all(terms.start_coefs, len(terms.starts)), strict=True)]
    if terms.entries is not None:
        pairs += [(money + e, c * unit) for e, c in zip(terms.entries.tolist(), _all(terms.entry_coefs, len(terms.entries)), strict=True)]
    for column, c in pairs:
        columns[column] = columns.get(column, Fraction(0)) + weight * c


def _all(coefs: object, n: int) -> list[Fraction]:
    return [Fraction(1)] * n if coefs is None else [Fraction(c) for c in coefs]  # type: ignore[attr-defined]


def _scaled(columns: dict[int, Fraction], lo: Fraction | None, hi: Fraction | None, step: Fraction | None) -> MatrixRow:
    """Return a row with coefficients of at most 1; with an exact step its bounds lie between two values."""
    if step is not None:
        lo = None if lo is None else (math.ceil(lo / step) - _HALF) * step
        hi = None if hi is None else (math.floor(hi / step) + _HALF) * step
    scale = max((abs(c) for c in columns.values()), default=Fraction(0)) or Fraction(1)
    kept = {column: c for column, c in columns.items() if c}
    return list(kept), [float(c / scale) for c in kept.values()], -math.inf if lo is None else float(lo / scale), math.inf if hi is None else float(hi / scale)
