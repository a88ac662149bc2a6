"""A living HiGHS session on compiled matrices; knows no files and no screen."""

from __future__ import annotations

from .conflict import ConflictSet, find_conflict
from .result import Progress, Proof, SolveOptions, SolveResult, Status, StopReason
from .session import HighsSession

__all__ = [
    "ConflictSet",
    "HighsSession",
    "Progress",
    "Proof",
    "SolveOptions",
    "SolveResult",
    "Status",
    "StopReason",
    "find_conflict",
]
