"""What answers to a question about a scenario begin with."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label


class AnswerHead(Frozen):
    """What an answer is of."""

    version: Literal[1] = 1
    program: str
    title: Label
    synthetic: bool
    scenario: str
    plan_year: int
