"""Keeps a second process out of a folder in which one works."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..errors import Finding, InputError


@contextlib.contextmanager
def locked(folder: Path, name: str, expected: str) -> Iterator[None]:
    """Hold a folder; a killed process frees it.

    Parameters
    ----------
    folder : Path
        Must be there.
    name : str
        Of the lock file, which stays.
    expected : str
        What the message asks for when another process holds the folder.

    Raises
    ------
    InputError
        When another process holds the folder.
    OSError
        When the folder may not be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError([Finding("locked", file=str(folder), expected=expected)]) from None
    try:
        yield
    finally:
        lock.release()
