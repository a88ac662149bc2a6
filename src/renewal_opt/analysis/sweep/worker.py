"""What runs in a worker: one case at a time, on one thread; inputs and state are kept between cases.

Tasks and answers are plain picklable data; nothing here knows whether a process pool or Dask runs it.
"""

from __future__ import annotations

import os
import pickle
import platform
import threading
import time
import traceback
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...domain.plan import Plan
from ...errors import InfeasibleError, InputError, RenewalError
from ...i18n import get_language, set_language
from ...io.load import Inputs
from ...io.nearby import inputs_near
from ...io.planfile import plan_to_json
from .cases import Case
from .entry import Status

if TYPE_CHECKING:
    from ...core.state import BaseState

#: shared objects that a worker keeps
_KEPT = 24


@dataclass(frozen=True)
class Blob:
    """A pickled object that many tasks share; a worker unpacks it once.

    Attributes
    ----------
    key : str
        Hash of the data.
    data : bytes
    """

    key: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Task:
    """One case on its way to a worker.

    Attributes
    ----------
    name, key : str
        Of the case.
    shared : tuple of Blob
        Policy with its places, library, and the frozen state from which every solve starts (or None).
    own : bytes
        The rest of the inputs.
    options : dict
        Recorded in the plan.
    folder : str
        The sweep's folder: plans name their inputs relative to it.
    hashes : tuple of str
        SHA-256 of the input files as the parent read them, in order.
    program : dict
        The parent's versions; a worker with others refuses.
    language : str
    """

    name: str
    key: str
    shared: tuple[Blob, ...]
    own: bytes = field(repr=False)
    options: dict[str, Any]
    folder: str
    hashes: tuple[str, ...]
    program: dict[str, str]
    language: str


@dataclass(frozen=True)
class Answer:
    """What became of a task.

    Attributes
    ----------
    plan : bytes
        The plan file, the same in every run; empty without a plan.
    facts : dict
        Fields of the ledger's entry.
    """

    name: str
    status: Status
    plan: bytes
    facts: dict[str, Any]


class Interrupted(Exception):
    """A solve was interrupted from outside: no answer, the case is to be solved again."""


class Packer:
    """Packs cases into tasks; what cases share is pickled once.

    Parameters
    ----------
    folder : Path
        The sweep's folder.
    program : mapping
        Versions.
    state : BaseState, optional
        Handed to every solve.
    """

    def __init__(self, folder: Path, program: Mapping[str, str], state: BaseState | None = None) -> None:
        self._folder, self._program = folder, dict(program)
        self._blobs: dict[int, Blob] = {}
        self._held: list[object] = []
        self._state = state

    def task(self, case: Case, hashes: tuple[str, ...]) -> Task:
        """Return the task of a case."""
        inputs = case.inputs
        blobs = self._blob(inputs.policy), self._blob(inputs.policy_places), self._blob(inputs.library), self._blob(self._state)
        files = tuple((role, Path(path).resolve()) for role, path in inputs.files)  # a worker may stand in another folder
        rest = replace(inputs, files=files, policy=None, policy_places=None, library=None, origins={}, tree={})  # type: ignore[arg-type]
        own = zlib.compress(pickle.dumps(rest), 1)
        return Task(case.name, case.key, blobs, own, case.options, str(self._folder.resolve()), hashes, self._program, get_language())

    def _blob(self, value: object) -> Blob:
        found = self._blobs.get(id(value))
        if found is None:
            data = zlib.compress(pickle.dumps(value), 1)
            found = self._blobs[id(value)] = Blob(sha256(data).hexdigest(), data)
            self._held.append(value)  # so that its id is not given to another
        return found


_lock = threading.Lock()
_unpacked: OrderedDict[str, Any] = OrderedDict()


def run_task(task: Task) -> Answer:
    """Solve one case; whatever happens to it is an answer, for the others go on."""
    with _lock:  # Dask may run several tasks in one process
        before = get_language()
        set_language(task.language)
        started = time.perf_counter()
        try:
            status, plan, facts = _answer(task)
        except Interrupted:
            raise
        except Exception as error:
            status, plan, facts = "failed", b"", {"error": _internal(error)}
        finally:
            set_language(before)
        facts |= {"seconds": round(time.perf_counter() - started, 3), "worker": f"{platform.node()}:{os.getpid()}"}
        return Answer(task.name, status, plan, facts)


def solve_case(inputs: Inputs, options: dict[str, Any], state: BaseState | None = None) -> Plan:
    """Solve one case from a frozen state.

    Parameters
    ----------
    inputs : Inputs
        Policy and library are the same objects for all cases that share them, for what a living session keeps by identity.
    options : dict
        Recorded in the plan.
    state : BaseState, optional
        What the parent froze once from its base case; never changed here.
    """
    from ..annual import solve_annual

    return solve_annual(inputs, options=options, other_bases=False, state=state)


def _answer(task: Task) -> tuple[Status, bytes, dict[str, Any]]:
    from ..assemble import program_versions

    here = program_versions()
    if here != task.program:
        return "failed", b"", {"error": {"kind": "version", "message": _differing(task.program, here)}}
    policy, places, library, state = (_unpack(b) for b in task.shared)
    inputs: Inputs = replace(pickle.loads(zlib.decompress(task.own)), policy=policy, policy_places=places, library=library)
    try:
        plan = solve_case(inputs, dict(task.options), state)
    except InfeasibleError as error:
        return "infeasible", b"", {"error": _told(error)}
    except RenewalError as error:
        return "failed", b"", {"error": _told(error)}
    if plan.objective.stopped == "interrupted":
        raise Interrupted(task.name)
    changed = [i.path for i, wanted in zip(plan.inputs, task.hashes, strict=True) if i.sha256 != wanted]
    if changed:
        return "failed", b"", {"error": {"kind": "changed", "message": ", ".join(changed)}}
    return "solved", plan_bytes(plan, Path(task.folder)), _facts(plan)


def plan_bytes(plan: Plan, folder: Path) -> bytes:
    """Return a plan file that is the same in every run: no times, inputs named relative to the folder."""
    inputs = inputs_near(plan.inputs, folder)
    timeless = plan.objective.model_copy(update={"seconds": 0.0})
    return plan_to_json(plan.model_copy(update={"inputs": inputs, "objective": timeless})).encode("utf-8")


def _facts(plan: Plan) -> dict[str, Any]:
    o = plan.objective
    return {
        "solver_seconds": o.seconds, "objective": o.value, "bound": o.bound, "gap": o.gap, "stopped": o.stopped,
        "projects": len(plan.chosen), "new_starts": sum(c.part == "new_start" for c in plan.chosen),
        "investment": sum(c.investment for c in plan.chosen),
    }  # fmt: skip


def _unpack(blob: Blob) -> Any:
    """Return the object of a blob; the last ones are kept."""
    if blob.key not in _unpacked:
        _unpacked[blob.key] = pickle.loads(zlib.decompress(blob.data))
        while len(_unpacked) > _KEPT:
            _unpacked.popitem(last=False)
    _unpacked.move_to_end(blob.key)
    return _unpacked[blob.key]


def _told(error: RenewalError) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": {2: "input", 3: "infeasible", 4: "solver"}.get(error.exit_code, "error"), "message": str(error)}
    if isinstance(error, InfeasibleError):
        out |= {"message": error.message, "conflict": [asdict(c) for c in error.conflict]}
    if isinstance(error, InputError):
        out["findings"] = [asdict(f) for f in error.findings]
    return out


def _internal(error: Exception) -> dict[str, Any]:
    return {"kind": "internal", "message": f"{type(error).__name__}: {error}", "traceback": "".join(traceback.format_exception(error))[-4000:]}


def _differing(wanted: Mapping[str, str], here: Mapping[str, str]) -> str:
    return ", ".join(f"{k} {here.get(k)} ({wanted.get(k)})" for k in sorted(wanted.keys() | here.keys()) if wanted.get(k) != here.get(k))
