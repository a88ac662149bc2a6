"""Writes and reads the answer of `fund worth` as JSON."""

from __future__ import annotations

from ..domain.fund_worth import WorthAnswer


def worth_to_json(answer: WorthAnswer) -> str:
    """Return the answer as a JSON document."""
    return answer.model_dump_json(indent=1) + "\n"


def worth_from_json(text: str) -> WorthAnswer:
    """Read an answer back.

    Raises
    ------
    pydantic.ValidationError
        When the text is none.
    """
    return WorthAnswer.model_validate_json(text, strict=False)
