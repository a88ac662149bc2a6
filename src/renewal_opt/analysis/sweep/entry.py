"""The lines of a sweep's ledger: what they hold, and the strict reading of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, FiniteFloat, ValidationError, model_validator

from ...domain.base import Frozen
from ...errors import Collector, Finding
from ...i18n import _
from ...io.jsonfile import parse_json
from ...io.places import Layer, Places
from ...io.planfile import is_exact
from ...io.pydantic_findings import findings_of

#: version of the lines
VERSION: Literal[1] = 1

Status = Literal["solved", "infeasible", "failed"]


def _exact(text: str) -> str:
    if text and not is_exact(text):
        raise ValueError(_("an exact number such as 12, 12.5 or 25/2"))
    return text


def _inside(text: str) -> str:
    if "/" in text or "\\" in text or "\0" in text or text in (".", ".."):
        raise ValueError(_("the name of a file in the sweep's folder, without a path"))
    return text


def _told(error: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(error.get("message", ""), str):
        raise ValueError(_("message: text"))
    for key in ("conflict", "findings"):
        found = error.get(key, [])
        if not (isinstance(found, (list, tuple)) and all(isinstance(one, dict) for one in found)):
            raise ValueError(_("{key}: a list of mappings").format(key=key))
    return error


Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class Entry(Frozen):
    """One finished case."""

    name: str = Field(min_length=1)
    """Name of the case."""
    key: str
    """Key of the case: a hash of all that its answer depends on."""
    status: Status
    """``solved``, ``infeasible`` (no plan satisfies the rules: an answer) or ``failed``."""
    file: Annotated[str, AfterValidator(_inside)] = ""
    """Plan file, in the sweep's folder; empty without a plan."""
    sha256: str = ""
    """Hash of its bytes; empty without a plan."""
    seconds: Seconds = 0.0
    """Wall time of the case in its worker."""
    solver_seconds: Seconds = 0.0
    """Wall time of its solve."""
    objective: Annotated[str, AfterValidator(_exact)] = ""
    """Exact objective; empty without a plan."""
    bound: FiniteFloat | None = None
    """Proven upper bound."""
    gap: FiniteFloat | None = None
    """(bound - objective) / |objective|."""
    stopped: Literal["", "gap", "optimal", "time", "interrupted", "unproven"] = ""
    """Why the solver stopped; empty without a plan."""
    projects: Count = 0
    """Number of projects of the plan."""
    new_starts: Count = 0
    """Number of its new starts."""
    investment: Count = 0
    """Total investment of the plan, 元."""
    error: Annotated[dict[str, Any], AfterValidator(_told)] = Field(default_factory=dict)
    """For a case without a plan: kind, message, conflict, findings."""
    worker: str = ""
    """Host and process that solved it."""
    finished: str = ""
    """Time, ISO."""

    @model_validator(mode="after")
    def _has_its_plan(self) -> Entry:
        if self.status == "solved":
            for key in ("file", "sha256", "objective", "stopped"):
                if not getattr(self, key):
                    raise ValueError(_("{key}: not empty where a plan was found").format(key=key))
        return self

    @property
    def why(self) -> str:
        """Why the case has no plan: the message, and the sentences of the rules in conflict; empty with a plan."""
        message = str(self.error.get("message", "")).splitlines()
        said = [str(c.get("sentence") or c.get("row") or c.get("family")) for c in self.error.get("conflict", ())]
        return _("; ").join(p for p in (*(m.strip().rstrip(":：") for m in message[:1]), *said) if p)


class Begun(Frozen):
    """The start of a sweep."""

    version: Literal[1]
    """Version of the lines."""
    base: str
    """Key of the case from which all solves start."""
    cases: dict[str, str]
    """Name and key of every case, in order."""


def read_line(raw: bytes, file: str, number: int, collector: Collector) -> Begun | Entry | None:
    """Return a line of the ledger, or None after adding a finding for each of its faults.

    Parameters
    ----------
    raw : bytes
        The line.
    file : str
        The ledger, for the findings.
    number : int
        Of the line, from 1.
    collector : Collector
        Receives findings of kind ``bad_ledger`` with file, line, field (as path), value and expectation.
    """
    expected = _("a line of a sweep's ledger, version {version}").format(version=VERSION)
    mine = Collector()
    data = parse_json(raw, file, mine, expected)
    kind = data.pop("kind", None) if isinstance(data, dict) else None
    model: type[Begun] | type[Entry] | None = Begun if kind == "sweep" else Entry if kind == "case" else None
    if data is not None and (model is None or (model is Begun and data.get("version") != VERSION)):
        mine.add(Finding("bad_ledger", value=raw[:80].decode("utf-8", "replace"), expected=expected))
    elif model is not None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            places = Places()
            places.state((), Layer(file, file))
            mine.findings.extend(findings_of(error, model, data, places))
    for finding in mine.findings:
        collector.add(replace(finding, kind="bad_ledger", file=file, line=number))
    return None
