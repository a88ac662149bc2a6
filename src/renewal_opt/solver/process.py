"""What holds for the whole process: the version of HiGHS, its threads, and no solve after a fork."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..errors import SolverError
from ..i18n import _

#: versions that call a wrong answer optimal (ERGO-Code/HiGHS#2957)
REFUSED_VERSIONS = frozenset({"1.14.0"})


@dataclass
class _Process:
    pid: int | None = None
    threads: int | None = None


_state = _Process()


def check_version(version: str) -> None:
    """Refuse a version of HiGHS known to give wrong answers."""
    if version in REFUSED_VERSIONS:
        raise SolverError(_("HiGHS {version} gives wrong answers and is refused; install another").format(version=version))


def claim_threads(threads: int) -> None:
    """Fix the number of threads for this process, or refuse another number, or a process forked after a solve.

    Parameters
    ----------
    threads : int
        The number that a solve asks for.
    """
    if threads < 1:
        raise SolverError(_("the number of threads must be at least 1, not {n}").format(n=threads))
    if _state.pid is not None and _state.pid != os.getpid():
        raise SolverError(_("this process was forked after a solve; HiGHS hangs there: use spawn"))
    if _state.threads is not None and _state.threads != threads:
        raise SolverError(
            _("this process solves with {old} threads; {new} are refused").format(old=_state.threads, new=threads)
        )
    _state.pid, _state.threads = os.getpid(), threads


def claimed_threads() -> int:
    """Return the number of threads of this process, fixing it to 1 where no solve has."""
    claim_threads(_state.threads or 1)
    return _state.threads or 1
