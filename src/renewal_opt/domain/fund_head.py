"""What answers of `fund` begin with."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label


class FundHead(Frozen):
    """What an answer is of."""

    version: Literal[1] = 1
    program: str
    title: Label
    synthetic: bool
    scenario: str
    plan_year: int
