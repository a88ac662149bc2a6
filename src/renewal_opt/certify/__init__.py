"""Bounds that need no trust in the solver: proofs in whole numbers, how they are found, checked and kept.

`prove` finds them with HiGHS; `system`, `bound`, `tree` and `file` check them without any solver.
"""

from __future__ import annotations

from .bound import Multipliers, funding_row
from .system import System, build_system
from .tree import Proof, Refuted, check

__all__ = ["Multipliers", "Proof", "Refuted", "System", "build_system", "check", "funding_row"]
