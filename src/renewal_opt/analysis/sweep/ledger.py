"""The ledger of a sweep: one JSON line a finished case, in the sweep's folder, outside the pool and outside Dask.

Lines are appended and fsynced, never changed. A kill may tear the last line: it is cut off when the ledger is
opened again, and its case counts as not finished. Plan files hold nothing that differs between two runs; times
stand here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import Collector, Finding, InputError
from ...i18n import _
from ...io import lock
from ...io.atomic import sha256_file, write_bytes_atomic
from .entry import VERSION, Entry, read_line

#: name of the ledger, and of the lock beside it
LEDGER, LOCK = "ledger.jsonl", ".ledger.lock"
#: what `set_aside` calls a ledger that cannot be read
BROKEN = "ledger.broken{number}.jsonl"
#: what a kill may leave of a file in the making (`io.atomic`)
_LEFT_OVER = re.compile(r"\..{0,60}\.[0-9a-f]{12}\.tmp\.[a-z]+", re.DOTALL)


@dataclass
class Ledger:
    """What a folder's ledger holds, and the hand that adds to it.

    Attributes
    ----------
    folder : Path
    base : str
        Key of the case from which all solves start; empty in a new ledger.
    cases : tuple of str
        Names of the last sweep's cases, in its order.
    entries : dict
        Case name to its last entry.
    """

    folder: Path
    base: str = ""
    cases: tuple[str, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / LEDGER

    def start(self, base: str, cases: Mapping[str, str]) -> None:
        """Enter a sweep: the key of its base case, and name and key of every case."""
        self.base, self.cases = base, tuple(cases)
        self._append({"kind": "sweep", "version": VERSION, "base": base, "cases": dict(cases)})

    def add(self, entry: Entry) -> None:
        """Enter a finished case; it is on the disk when this returns."""
        self._append({"kind": "case", **entry.model_dump(mode="json")})
        self.entries[entry.name] = entry

    def clear(self) -> None:
        """Forget everything, with the plan files that still are as they were written."""
        for entry in self.entries.values():
            if entry.file and self.holds(entry):
                (self.folder / entry.file).unlink(missing_ok=True)
        _emptied(self.path)
        self.base, self.cases, self.entries = "", (), {}

    def order(self) -> list[str]:
        """Return the names of the finished cases in the order of the sweep."""
        known = [n for n in self.cases if n in self.entries]
        return known + [n for n in self.entries if n not in set(known)]

    def _append(self, line: Mapping[str, Any]) -> None:
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        try:
            with self.path.open("ab") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as err:
            raise _cannot(self.path, err) from err

    def holds(self, entry: Entry) -> bool:
        """Return whether the plan file of an entry is there as it was written; an entry without a plan holds by itself."""
        if entry.status != "solved":
            return True
        try:
            return sha256_file(self.folder / entry.file) == entry.sha256
        except OSError:
            return False


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second sweep out of a folder; a killed process frees it.

    Raises
    ------
    InputError
        When another sweep works in the folder, or the folder may not be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.locked(folder, LOCK, _("a folder in which no other sweep works at this moment")))
        except OSError as err:
            raise _cannot(folder, err) from err
        yield


def open_ledger(folder: Path) -> Ledger | None:
    """Read a folder's ledger and cut off a torn last line; None where there is none.

    Call it inside `locked`.

    Raises
    ------
    InputError
        With a finding for each fault of each line (a last line without its end is no fault): no line of a ledger, another
        version, a value that cannot be.
    """
    raw = _bytes(folder / LEDGER)
    if raw is None:
        return None
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        with (folder / LEDGER).open("rb+") as stream:
            stream.truncate(len(whole))
            os.fsync(stream.fileno())
    return _ledger(folder, whole)


def read_ledger(folder: Path) -> Ledger | None:
    """Read a folder's ledger without changing it; a torn last line is passed over. See `open_ledger`."""
    raw = _bytes(folder / LEDGER)
    return None if raw is None else _ledger(folder, raw[: raw.rfind(b"\n") + 1])


def set_aside(folder: Path) -> Path:
    """Keep a ledger that cannot be read under another name, and leave an empty one; return the copy. Call it inside `locked`.

    Raises
    ------
    InputError
        When the folder may not be written.
    """
    raw, number = _bytes(folder / LEDGER) or b"", 1
    while (kept := folder / BROKEN.format(number=f"-{number}" if number > 1 else "")).exists():
        number += 1
    kept = write_bytes_atomic(kept, raw)
    _emptied(folder / LEDGER)
    return kept


def sweep_away(folder: Path) -> None:
    """Remove what a kill left of files in the making. Call it inside `locked`."""
    for place in (folder, folder / "scenarios"):
        if place.is_dir():
            for path in sorted(place.iterdir()):
                if _LEFT_OVER.fullmatch(path.name):
                    path.unlink(missing_ok=True)


def stale(ledger: Ledger, base: str, cases: Mapping[str, str], names: Sequence[str]) -> InputError | None:
    """Return the error that says why a ledger belongs to another sweep; None when this sweep may go on with it.

    Parameters
    ----------
    ledger : Ledger
    base : str
        Key of this sweep's base case.
    cases : mapping
        Name to key of this sweep's cases.
    names : sequence of str
        Names in order, for the message on the base case.
    """
    file, findings = str(ledger.path), list[Finding]()
    another = _("the sweep that wrote this ledger; name another folder, or start anew with --no-resume")
    for name, entry in ledger.entries.items():
        if name not in cases:
            findings.append(Finding("stale_ledger", file=file, value=name, expected=another, hint=_("this case is none of the scenarios and grids given now")))
        elif entry.key != cases[name]:
            findings.append(Finding("stale_ledger", file=file, value=name, expected=another, hint=_("an input, an option or the program has changed since this case was finished")))
    if ledger.entries and not findings and ledger.base != base:
        hint = _("the first case was another, and every solve starts from it")
        findings.append(Finding("stale_ledger", file=file, value=names[0] if names else "", expected=another, hint=hint))
    return InputError(findings) if findings else None


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise InputError([Finding("file_unreadable", file=str(path), value=err.strerror or str(err), expected=_("a file that may be read"))]) from err


def _ledger(folder: Path, whole: bytes) -> Ledger:
    ledger, collector = Ledger(folder), Collector()
    for number, raw in enumerate(whole.split(b"\n")[:-1], 1):
        line = read_line(raw, str(folder / LEDGER), number, collector)
        if isinstance(line, Entry):
            ledger.entries[line.name] = line
        elif line is not None:
            ledger.base, ledger.cases = line.base, tuple(line.cases)
    collector.raise_errors()
    return ledger


def _emptied(path: Path) -> None:
    """Leave an empty ledger: a folder without one is no sweep's, and a kill must not leave it so."""
    try:
        path.write_bytes(b"")
    except OSError as err:
        raise _cannot(path, err) from err


def _cannot(path: Path, err: OSError) -> InputError:
    return InputError([Finding("cannot_write", file=str(path), value=err.strerror or str(err), expected=_("a folder that can be written"))])
