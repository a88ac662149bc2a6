"""The file of a search in progress: one line a question and its reply, from which it goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

from ...errors import Finding, InputError
from ...i18n import _
from ...pareto import Question, Record, Reply, Settled
from .tradeoff import Funded

#: first word of the file
FORMAT = "renewal-opt pareto records 1"


class Records:
    """Appends records to a file; each line is on disk before the search goes on.

    Parameters
    ----------
    path : Path
    head : dict
        What must be the same when the search goes on: hashes of the inputs, objectives, levels, steps.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self.path, self.head = path, {"format": FORMAT, **head}
        self._stream: TextIO | None = None

    def resume(self) -> list[Record]:
        """Return the records on disk; a last line that was cut off is dropped.

        Raises
        ------
        InputError
            When the file belongs to another question, naming what differs, or is damaged.
        """
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines.pop()
        try:
            head = json.loads(lines[0]) if lines else {}
            data = [json.loads(line) for line in lines[1:]]
        except ValueError as error:
            raise self._damaged(str(error)) from None
        if head != self.head:
            names = [k for k in self.head if not isinstance(head, dict) or head.get(k) != self.head[k]] or ["format"]
            findings = [Finding("other_search", file=str(self.path), path=k, value=str(head.get(k) if isinstance(head, dict) else head), expected=str(self.head[k])) for k in names]
            raise InputError(findings)
        try:
            kept = [_record(d) for d in data]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._damaged(repr(error)) from None
        text = "".join(lines)
        if text != self.path.read_text(encoding="utf-8"):
            self.path.write_text(text, encoding="utf-8", newline="\n")
        return kept

    def _damaged(self, why: str) -> InputError:
        return InputError([Finding("damaged_records", file=str(self.path), value=why, expected=_("the records of an earlier run; without --resume the search starts afresh"))])

    def start(self) -> None:
        """Begin a new file."""
        self.path.write_text(json.dumps(self.head, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")

    def append(self, record: Record) -> None:
        """Add a record."""
        if self._stream is None:
            self._stream = self.path.open("a", encoding="utf-8", newline="\n")
        self._stream.write(json.dumps(_line(record), ensure_ascii=False) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _line(record: Record) -> dict[str, Any]:
    q, r = record.question, record.reply
    out: dict[str, Any] = {
        "k": q.k, "corners": q.corners, "ceiling": r.ceiling, "y": r.y, "zone": r.zone,
        "runs": r.runs, "twice": r.twice, "aside": r.aside, "why": r.why,
    }  # fmt: skip
    if r.settled is not None:
        carried: Funded = r.settled.payload
        out["values"] = [str(v) for v in r.settled.values]
        out["chosen"] = [k for k, c in enumerate(carried.chosen) if c]
        out["starts"] = len(carried.chosen)
        out["opened"] = carried.opened
        out["money"] = {str(e): v for e, v in enumerate(carried.money) if v}
        out["entries"] = len(carried.money)
    return out


def _record(data: dict[str, Any]) -> Record:
    settled: Settled | None = None
    if "values" in data:
        chosen = [False] * data["starts"]
        for k in data["chosen"]:
            chosen[k] = True
        money = [0] * data["entries"]
        for e, v in data["money"].items():
            money[int(e)] = v
        settled = Settled(tuple(Fraction(v) for v in data["values"]), Funded(chosen, data["opened"], money))
    reply = Reply(
        None if data["ceiling"] is None else tuple(data["ceiling"]), None if data["y"] is None else tuple(data["y"]), data["zone"], settled,
        None, data["runs"], data["twice"], 0.0, data["why"], data["aside"],
    )  # fmt: skip
    return Record(Question(data["k"], _corners(data["corners"])), reply)


def _corners(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(v) for v in row) for row in rows)
