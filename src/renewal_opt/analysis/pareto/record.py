"""The file of a search in progress: one line a question and its reply, from which it goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

from ...errors import Finding, InputError
from ...i18n import _
from ...io.atomic import write_text_atomic
from ...pareto import Question, Record, Reply, Settled
from .tradeoff import Funded

#: first word of the file
FORMAT = "renewal-opt pareto records 2"


class Records:
    """Appends records to a file; each line is on disk before the search goes on, with a sum over it and all lines before it.

    A line that is missing, moved or changed shows in the sums: without them the search would take it for an answer, and could
    call a set complete that lacks a point.

    Parameters
    ----------
    path : Path
    head : dict
        What must be the same when the search goes on: hashes of the inputs, objectives, levels, steps.
    """

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self.path, self.head = path, json.loads(json.dumps({"format": FORMAT, **head}))
        self._stream: TextIO | None = None
        self._sum = ""

    def resume(self) -> list[Record]:
        """Return the records on disk; a last line that was cut off is dropped.

        Raises
        ------
        InputError
            When the file belongs to another question, naming what differs, or is damaged.
        """
        try:
            raw = self.path.read_bytes()
            whole = raw[: raw.rfind(b"\n") + 1]
            lines = whole.decode("utf-8").split("\n")[:-1]  # other ends of lines may stand in a text
            if not lines:
                raise _Changed(_("no whole line is left"))
            head = json.loads(lines[0])
            if head != self.head:
                raise InputError(self._differences(head if isinstance(head, dict) else {}))
            self._sum = _sum("", lines[0])
            kept = [self._read(line) for line in lines[1:]]
            if len(whole) < len(raw):
                with self.path.open("rb+") as stream:
                    stream.truncate(len(whole))
                    os.fsync(stream.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise self._damaged(str(error) if isinstance(error, _Changed) else repr(error)) from None
        return kept

    def _read(self, line: str) -> Record:
        """Read a line and hold its sum against what stands before it."""
        data = json.loads(line)
        stated = data.pop("sum")
        self._sum = _sum(self._sum, json.dumps(data, ensure_ascii=False))
        if stated != self._sum:
            raise _Changed(_("a line is missing, moved or changed"))
        return _record(data)

    def _differences(self, head: dict[str, Any]) -> list[Finding]:
        """Return what is another question; of the steps only where nothing else explains them."""
        names = [k for k in self.head if head.get(k) != self.head[k]] or ["format"]
        out: list[Finding] = []
        for k in [k for k in names if k != "steps"] or names:
            value, expected = _shown(head.get(k)), _shown(self.head.get(k))
            if k == "inputs":
                there = head.get(k)
                value = ", ".join(str(f[1]) for f in self.head[k] if not isinstance(there, list) or f not in there)
                expected = _("the files of the earlier run, unchanged")
            out.append(Finding("other_search", file=str(self.path), path=k, value=value, expected=expected))
        return out

    def _damaged(self, why: str) -> InputError:
        expected = _("the records as an earlier run left them; for a fresh search another folder")
        return InputError([Finding("damaged_records", file=str(self.path), value=why[:200], expected=expected)])

    def _unwritable(self, error: OSError) -> InputError:
        return InputError([Finding("cannot_write", file=str(self.path), value=error.strerror or str(error), expected=_("a file that can be read and written"))])

    def start(self) -> None:
        """Begin a new file."""
        head = json.dumps(self.head, ensure_ascii=False)
        write_text_atomic(self.path, head + "\n")
        self._sum = _sum("", head)

    def bare(self) -> bool:
        """Return whether no record was ever added."""
        return self._sum == _sum("", json.dumps(self.head, ensure_ascii=False))

    def append(self, record: Record) -> None:
        """Add a record."""
        line = json.dumps(_line(record), ensure_ascii=False)
        self._sum = _sum(self._sum, line)
        try:
            if self._stream is None:
                self._stream = self.path.open("a", encoding="utf-8", newline="\n")
            self._stream.write(f'{line[:-1]}, "sum": "{self._sum}"}}\n')
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._unwritable(error) from None

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class _Changed(ValueError):
    """A line whose sum is another."""


def _sum(before: str, line: str) -> str:
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()[:16]


def _shown(value: Any) -> str:
    """Return a value of the head in words; an empty one as a dash."""
    if isinstance(value, dict):
        value = [f"{k}={v}" for k, v in value.items()]
    return ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value)


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
