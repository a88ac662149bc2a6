"""Answers of questions as JSON documents."""

from __future__ import annotations

from typing import TypeVar

from ..domain.base import Frozen

Answer = TypeVar("Answer", bound=Frozen)


def answer_to_json(answer: Frozen) -> str:
    """Return an answer as JSON text with a line end."""
    return answer.model_dump_json(indent=1) + "\n"


def answer_from_json(kind: type[Answer], text: str) -> Answer:
    """Return the answer of a JSON text.

    Parameters
    ----------
    kind : type
        Of the answer, such as `CashAnswer`.
    text : str

    Raises
    ------
    pydantic.ValidationError
        For a text that is no such answer.
    """
    return kind.model_validate_json(text, strict=False)
