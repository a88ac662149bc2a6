"""What was proven, and the gap that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .tree import Proof


@dataclass(frozen=True)
class Certified:
    """What was proven.

    Attributes
    ----------
    proof : Proof or None
        Checked; None where infeasibility was asked for and not proven.
    bound : Fraction or None
        Certified upper bound of the objective; None for infeasibility, or without a proof.
    gap : float or None
        (bound - value) / |value|, rounded up; None without a bound, or where the value is 0 and the bound is not.
    met : bool
        Whether the gap asked for, or infeasibility, is proven.
    leaves, funding_rows : int
        Size of the proof.
    seconds : float
        Time of the search, its check included.
    better : Fraction or None
        Value of a portfolio beyond the gap that seems to be funded, where the search met one.
    found : bool
        Whether the search met a portfolio that seems to satisfy all rows (infeasibility).
    """

    proof: Proof | None
    bound: Fraction | None
    gap: float | None
    met: bool
    leaves: int
    funding_rows: int
    seconds: float
    better: Fraction | None = None
    found: bool = False


def gap_of(bound: Fraction, value: Fraction) -> float | None:
    """Return (bound - value) / |value| as the next float above; None for a value of 0 with a bound above it."""
    if value == 0:
        return 0.0 if bound <= 0 else None
    exact = (bound - value) / abs(value)
    near = float(exact)
    return near if Fraction(near) >= exact else math.nextafter(near, math.inf)
