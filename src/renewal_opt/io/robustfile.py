"""Reads a robust question: a YAML file, or the `robust:` section of one, validated and with the lines of its faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.robust import RobustAnswer, RobustQuestion
from ..errors import Collector, Finding, InputError
from ..i18n import _
from .places import Layer, Places
from .pydantic_findings import findings_of
from .yamlfile import load_yaml

SECTION = "robust"


def load_question(path: str | Path) -> RobustQuestion:
    """Read a question.

    Parameters
    ----------
    path : str or Path
        A YAML file: the question itself, or a file with the section `robust` (other sections are then left aside).

    Raises
    ------
    InputError
        With every finding.
    """
    collector = Collector()
    node = load_yaml(path, collector)
    collector.raise_errors()
    if node is None:  # pragma: no cover - load_yaml adds an error in this case
        raise InputError(collector.findings)
    inside = SECTION in node.data
    tree: Any = node.data[SECTION] if inside else node.data
    places = Places()
    places.state((), Layer(Path(node.file).name, node.file, node, (SECTION,) if inside else ()))
    if not isinstance(tree, dict):
        tree = {"weights": tree}  # told as a section that is no mapping
    try:
        return RobustQuestion.model_validate(tree)
    except ValidationError as error:
        raise InputError(_with_hint(findings_of(error, RobustQuestion, tree, places))) from None


def format_hint() -> str:
    """Return where the format of a question is shown."""
    return _("the format: {command}").format(command="renewal-opt schema robust --page")


def _with_hint(findings: list[Finding]) -> list[Finding]:
    """Name the format once, behind the last fault."""
    last = findings[-1]
    return [*findings[:-1], replace(last, hint=_("; ").join(h for h in (last.hint, format_hint()) if h))]


def answer_to_json(answer: RobustAnswer) -> str:
    """Return the answer as a JSON document; `RobustAnswer.model_validate_json(..., strict=False)` reads it back."""
    return answer.model_dump_json(indent=1) + "\n"
