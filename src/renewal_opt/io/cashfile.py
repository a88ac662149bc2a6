"""The answer on cash as a JSON document."""

from __future__ import annotations

from ..domain.fund_cash import CashAnswer


def cash_to_json(answer: CashAnswer) -> str:
    """Return an answer as JSON text with a line end."""
    return answer.model_dump_json(indent=1) + "\n"


def cash_from_json(text: str) -> CashAnswer:
    """Return the answer of a JSON text.

    Raises
    ------
    pydantic.ValidationError
        For a text that is no such answer.
    """
    return CashAnswer.model_validate_json(text, strict=False)
