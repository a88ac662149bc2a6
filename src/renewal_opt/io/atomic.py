"""Files are written whole or not at all, and never over an input."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import Finding, InputError
from ..i18n import _

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass
class AtomicTarget:
    """A file in the making.

    Attributes
    ----------
    temp : Path
        Where to write: same folder, same suffix as the target.
    wanted : Path
        The target as the user named it.
    path : Path
        The file actually written, known when the context has ended.
    """

    temp: Path
    wanted: Path
    path: Path

    @property
    def renamed(self) -> bool:
        """Whether the target was held or write-protected, so that the file has another name."""
        return self.path != self.wanted


@contextlib.contextmanager
def atomic_path(path: str | Path, *, inputs: Iterable[str | Path] = ()) -> Iterator[AtomicTarget]:
    """Give a temporary name to write to; on success it takes the target's place at once.

    On an exception (Ctrl-C too) the temporary file is removed and the target stays as it was. A target
    that is write-protected, or that a spreadsheet holds open, is left alone: the file gets the next free
    name `stem (2).ext` and the caller says `target.path` aloud.

    Parameters
    ----------
    path : str or Path
        Target; its folder must exist.
    inputs : iterable of paths
        Files that must not be overwritten.

    Yields
    ------
    AtomicTarget

    Raises
    ------
    InputError
        When the target is an input, a folder or no regular file, or its folder is missing, closed or full.
    """
    wanted = Path(path)
    real = _checked(wanted, inputs)
    temp = real.with_name(f".{real.stem[:60]}.{secrets.token_hex(6)}.tmp{real.suffix}")
    target = AtomicTarget(temp, wanted, wanted)
    mode: int | None = None
    try:
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(real.stat().st_mode)
        try:
            os.close(os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            yield target
            _sync(temp)
            final = _move(temp, real, mode, {_identity(p) for p in inputs})
        except OSError as err:
            if err.errno in _FULL or err.filename in (str(temp), temp):
                raise _refused(wanted, err.strerror or str(err)) from err
            raise
        target.path = wanted if final == real else final
        _sync_folder(real.parent)
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def write_bytes_atomic(path: str | Path, data: bytes, *, inputs: Iterable[str | Path] = ()) -> Path:
    """Write `data` whole or not at all; return the file actually written. See `atomic_path`."""
    with atomic_path(path, inputs=inputs) as target:
        target.temp.write_bytes(data)
    return target.path


def write_text_atomic(path: str | Path, text: str, *, inputs: Iterable[str | Path] = ()) -> Path:
    """Write UTF-8 text, line ends as they stand; see `write_bytes_atomic`."""
    return write_bytes_atomic(path, text.encode("utf-8"), inputs=inputs)


def sha256_file(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _checked(wanted: Path, inputs: Iterable[str | Path]) -> Path:
    """Return the real target (links followed) when it may be written."""
    try:
        real = wanted.resolve()
        if not real.parent.is_dir():
            raise _refused(wanted, _("the folder {folder} does not exist").format(folder=str(real.parent)))
        if real.is_dir():
            raise _refused(wanted, _("a folder of this name exists"))
        if real.exists() and not real.is_file():
            raise _refused(wanted, _("not a regular file"))
        if _identity(real) in {_identity(p) for p in inputs}:
            raise InputError(
                [
                    Finding(
                        "overwrites_input",
                        file=str(wanted),
                        value=str(wanted),
                        expected=_("another name: this file is an input and is never overwritten"),
                    )
                ]
            )
    except (OSError, ValueError, RuntimeError) as err:  # loops of links, NUL, names too long
        raise _refused(wanted, str(getattr(err, "strerror", None) or err)) from err
    return real


def _identity(path: str | Path) -> tuple[str, int, int] | str:
    """Return what two names of one file share: device and inode, or the resolved name."""
    try:
        status = os.stat(path)
    except OSError:
        return os.path.normcase(os.path.realpath(path))
    return ("inode", status.st_dev, status.st_ino)


def _refused(wanted: Path, why: str) -> InputError:
    return InputError([Finding("cannot_write", file=str(wanted), value=why, expected=_("a file that can be written"))])


def _held(real: Path) -> bool:
    """Return whether the target is write-protected or open in a spreadsheet (its lock file lies beside)."""
    if not real.exists():
        return False
    locks = (f".~lock.{real.name}#", f"~${real.name}", f"~${real.name[2:]}")
    return not os.access(real, os.W_OK) or any(real.with_name(name).exists() for name in locks)


def _move(temp: Path, real: Path, mode: int | None, inputs: set[tuple[str, int, int] | str]) -> Path:
    if mode is not None:
        with contextlib.suppress(OSError):
            os.chmod(temp, mode | stat.S_IWUSR)
    if not _held(real):
        try:
            os.replace(temp, real)
            return real
        except PermissionError:  # Windows: another program holds the target
            if not real.exists():
                raise
    for number in range(2, 1000):
        other = real.with_name(f"{real.stem} ({number}){real.suffix}")
        if other.exists() or _identity(other) in inputs:
            continue
        os.replace(temp, other)
        return other
    raise _refused(real, _("no free name beside it"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError, AttributeError):  # not every system can
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
