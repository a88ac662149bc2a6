"""Runs a sweep: what is finished is kept, what is not goes to the pool, answers are entered as they come."""

from __future__ import annotations

import contextvars
import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import Collector, Finding, InputError, RenewalError
from ...i18n import _
from ...io.atomic import write_bytes_atomic, write_text_atomic
from ...io.load import Inputs
from ...workers import Opener
from .cases import SCENARIOS, Case, Cases
from .entry import Entry
from .grid import read_grid
from .ledger import LEDGER, Ledger, locked, open_ledger, set_aside, stale, sweep_away
from .reading import Reader
from .runner import WAKE, Runner
from .worker import Answer, Packer

if TYPE_CHECKING:
    from ...core.state import BaseState

#: makes the frozen state of a sweep
MakeState = Callable[[Inputs, threading.Event], "BaseState | None"]


@dataclass(frozen=True)
class Sweep:
    """A sweep that has been checked and may run.

    Attributes
    ----------
    folder : Path
    cases : tuple of Case
        In order; the first is the base case.
    program : dict
        Versions.
    reader : Reader
    """

    folder: Path
    cases: tuple[Case, ...]
    program: dict[str, str]
    reader: Reader

    @property
    def keys(self) -> dict[str, str]:
        """Name to key."""
        return {c.name: c.key for c in self.cases}


@dataclass(frozen=True)
class Result:
    """What a sweep ended with.

    Attributes
    ----------
    entries : tuple of Entry
        Of finished cases, in the order of the cases.
    kept : tuple of str
        Cases that were finished before.
    open : tuple of str
        Cases that are not finished (the sweep was stopped).
    """

    entries: tuple[Entry, ...]
    kept: tuple[str, ...]
    open: tuple[str, ...]


@dataclass
class Listener:
    """Who is told what happens.

    Attributes
    ----------
    begins : callable
        With the number of cases and of those that are finished already.
    finished : callable
        With each new entry.
    notes : callable
        With a sentence about something unforeseen, such as a broken pool.
    """

    begins: Callable[[int, int], None] = lambda cases, kept: None
    finished: Callable[[Entry], None] = lambda entry: None
    notes: Callable[[str], None] = lambda words: None


def prepare(scenarios: Sequence[Path], folder: Path, *, grid: Sequence[str] = (), solver: Mapping[str, Any] | None = None) -> Sweep:
    """Read and check everything of a sweep before anything is solved.

    Parameters
    ----------
    scenarios : sequence of Path
        Scenario files.
    folder : Path
        Where plans, ledger and scenario files go; made when the sweep runs.
    grid : sequence of str
        ``KEY=V1,V2,...``, see `grid`.
    solver : mapping, optional
        Options of the solver for all cases: gap, seconds, seed.

    Raises
    ------
    InputError
        With every fault of every case: grids, scenarios, policies, libraries, and names given twice.
    """
    from ..assemble import program_versions

    collector, reader, program = Collector(), Reader(), program_versions()
    axes = read_grid(grid, collector)
    if not scenarios:
        collector.add(Finding("no_scenarios", expected=_("at least one scenario file")))
    cases = Cases(folder, axes, solver or {}, program, reader).of(list(scenarios), collector)
    _check_folder(folder, cases, collector)
    collector.raise_errors()
    return Sweep(folder, tuple(cases), program, reader)


def _check_folder(folder: Path, cases: Sequence[Case], collector: Collector) -> None:
    """Add a finding when the folder is none, or holds what no sweep has written."""
    expected = _("a new or empty folder, or one that holds a sweep's {ledger}").format(ledger=LEDGER)
    try:
        if folder.exists() and not folder.is_dir():
            collector.add(Finding("cannot_write", file=str(folder), value=_("a file of this name exists"), expected=expected))
        elif folder.is_dir() and not (folder / LEDGER).exists() and any(not p.name.startswith(".") and p.name != SCENARIOS for p in folder.iterdir()):
            collector.add(Finding("cannot_write", file=str(folder), value=_("the folder holds other files"), expected=expected))
    except OSError as err:
        collector.add(Finding("cannot_write", file=str(folder), value=err.strerror or str(err), expected=expected))


def run_sweep(
    sweep: Sweep,
    pool: Opener,
    *,
    resume: bool = True,
    retry_failed: bool = False,
    listener: Listener | None = None,
    cancel: threading.Event | None = None,
    make_state: MakeState | None = None,
) -> Result:
    """Solve the cases that are not finished and enter each as it comes.

    Parameters
    ----------
    sweep : Sweep
        From `prepare`.
    pool : callable
        `pool.processes(n)` or `pool.cluster(address)`.
    resume : bool
        Keep what the folder's ledger holds; False starts anew.
    retry_failed : bool
        Solve again what had failed (not what is infeasible).
    listener : Listener, optional
    cancel : threading.Event, optional
        Set it to hand out no more cases; those that run are finished and entered.
    make_state : callable, optional
        Makes the frozen state from which every solve starts, of the base case's inputs and the cancel token; called once,
        before the first case. Default: `analysis.annual.base_state`.

    Raises
    ------
    InputError
        The folder is in use, or its ledger belongs to another sweep (an input has changed, say).
    SolverError
        The pool breaks again and again, or the cluster is lost. What is finished stays entered.
    """
    listener = listener or Listener()
    try:
        sweep.folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise InputError([Finding("cannot_write", file=str(sweep.folder), value=err.strerror or str(err), expected=_("a folder that can be made"))]) from err
    with locked(sweep.folder):
        sweep_away(sweep.folder)
        ledger = _ledger(sweep, resume, listener)
        done = kept = _kept(sweep, ledger, retry_failed, listener)
        _write_scenarios(sweep)
        listener.begins(len(sweep.cases), len(kept))
        waiting = [c for c in sweep.cases if c.name not in kept]
        cancel = cancel or threading.Event()
        state = _state(sweep.cases[0], make_state, listener, cancel) if waiting else None
        if waiting and not cancel.is_set():
            packer = Packer(sweep.folder, sweep.program, state)
            runner = Runner(waiting, sweep.reader, packer, pool, listener.notes, cancel)
            with closing(runner.answers()) as answers:
                for answer in answers:
                    listener.finished(_enter(ledger, sweep.folder, answer, sweep.keys[answer.name]))
                    done = done | {answer.name}
        names = list(sweep.keys)
        entries = tuple(ledger.entries[n] for n in names if n in done)
        return Result(entries, tuple(n for n in names if n in kept), tuple(n for n in names if n not in done))


def _ledger(sweep: Sweep, resume: bool, listener: Listener) -> Ledger:
    """Return the folder's ledger, checked against the sweep, with the sweep entered."""
    try:
        ledger = open_ledger(sweep.folder) or Ledger(sweep.folder)
    except InputError as broken:
        if resume or any(f.kind != "bad_ledger" for f in broken.findings):
            raise
        kept = set_aside(sweep.folder)
        listener.notes(_("the ledger of the earlier sweep cannot be read; it is kept as {file}, and the plans that it named stay where they are").format(file=kept.name))
        ledger = Ledger(sweep.folder)
    if not resume:
        ledger.clear()
    base = sweep.cases[0].key
    error = stale(ledger, base, sweep.keys, list(sweep.keys))
    if error is not None:
        raise error
    ledger.start(base, sweep.keys)
    return ledger


def _state(base: Case, make: MakeState | None, listener: Listener, cancel: threading.Event) -> BaseState | None:
    """Return the frozen state of the base case; None where it teaches nothing, or when the sweep is cancelled meanwhile.

    It is made in a thread of its own: there Ctrl-C stops the sweep as a whole, and not this solve half-way.
    """
    from ..annual import base_state

    listener.notes(_("solving the first case for a start that all cases share: {name}").format(name=base.name))
    future: Future[BaseState | None] = Future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            future.set_result(context.run(make or base_state, base.inputs, cancel))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    while not wait([future], timeout=WAKE).done:
        pass
    try:
        state = future.result()
    except RenewalError:  # the case will tell it again, as its own answer
        return None
    return None if cancel.is_set() else state


def _kept(sweep: Sweep, ledger: Ledger, retry_failed: bool, listener: Listener) -> set[str]:
    """Return the cases that are finished: entered, with their plan file as it was written."""
    kept: set[str] = set()
    for case in sweep.cases:
        entry = ledger.entries.get(case.name)
        if entry is None or (retry_failed and entry.status == "failed"):
            continue
        if ledger.holds(entry):
            kept.add(case.name)
        else:
            listener.notes(_("{file} is gone or has changed since it was written; the case is solved again").format(file=entry.file))
    return kept


def _write_scenarios(sweep: Sweep) -> None:
    """Write the scenario files of grid cases, where they do not stand there already."""
    for case in sweep.cases:
        if case.text is not None:
            target = sweep.folder / SCENARIOS / f"{case.name}.yaml"
            target.parent.mkdir(exist_ok=True)
            if not target.is_file() or target.read_text(encoding="utf-8") != case.text:
                write_text_atomic(target, case.text)


def _enter(ledger: Ledger, folder: Path, answer: Answer, key: str) -> Entry:
    """Write the plan, then enter the case: the order in which a kill does no harm."""
    file = f"{answer.name}.plan.json" if answer.plan else ""
    if answer.plan:
        written = write_bytes_atomic(folder / file, answer.plan)
        file = written.name
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    digest = sha256(answer.plan).hexdigest() if answer.plan else ""
    entry = Entry(name=answer.name, key=key, status=answer.status, file=file, sha256=digest, finished=now, **answer.facts)
    ledger.add(entry)
    return entry
