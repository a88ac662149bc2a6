"""The first contact with a file that the user named: it exists, is a file, may be read, is not too large."""

from __future__ import annotations

import stat
from pathlib import Path

from ..errors import Collector, Finding
from ..i18n import _, get_language


def check_file(path: str | Path, collector: Collector, max_bytes: int) -> int | None:
    """Return the size of a readable regular file, or None after adding a finding that says why not."""
    file = str(path)

    def refuse(kind: str, value: str, expected: str) -> None:
        collector.add(Finding(kind, file=file, value=value, expected=expected))

    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        refuse("file_missing", "", _("an existing file"))
        return None
    except (OSError, ValueError) as err:  # too long a name, a NUL inside, no permission on a folder
        refuse("file_unreadable", _reason(err), _("a file that may be read"))
        return None
    if stat.S_ISDIR(status.st_mode):
        refuse("file_is_folder", "", _("a file, not a folder"))
        return None
    if not stat.S_ISREG(status.st_mode):
        refuse("file_unreadable", "", _("a regular file"))
        return None
    if status.st_size > max_bytes:
        size = f"{status.st_size / 1e6:.1f} MB"
        refuse("file_too_large", size, _("at most {mb} MB").format(mb=max_bytes // 1_000_000))
        return None
    return status.st_size


def read_bytes(path: str | Path, collector: Collector, max_bytes: int) -> bytes | None:
    """Return the content of a file of at most `max_bytes`, or None after adding a finding."""
    if check_file(path, collector, max_bytes) is None:
        return None
    try:
        with Path(path).open("rb") as stream:
            return stream.read(max_bytes + 1)
    except OSError as err:
        collector.add(
            Finding("file_unreadable", file=str(path), value=_reason(err), expected=_("a file that may be read"))
        )
        return None


def _reason(err: Exception) -> str:
    return str(getattr(err, "strerror", None) or err)


def found_there(text: str, position: int) -> str:
    """Return what stands at a position of a text, for a finding: the rest of its line, or that the text ends."""
    rest = text[position : position + 60].lstrip()
    return rest.splitlines()[0].rstrip() if rest else _("the end of the text")


def parser_words(sentence: str) -> str:
    """Return what a parser of another library says of a fault: its sentences are English, and told in English alone."""
    return sentence.strip() if get_language() == "en" else ""
