"""Text in terminal cells: a Chinese character takes two."""

from __future__ import annotations

import re
import unicodedata

#: not at the start of a line
_CLOSING = set("，。、；：！？）》」』】”’,.;:!?)]}%")
#: not at the end of a line
_OPENING = set("（《「『【“‘([{")
_PIECES = re.compile(r"\s+|[^\s\u2e80-\uffef]+|[\u2e80-\uffef]")


def cells(text: str) -> int:
    """Return how many terminal cells a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells: between words, and between Chinese characters."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines += _paragraph(paragraph, max(width, 8))
    return lines


def _paragraph(text: str, width: int) -> list[str]:
    pieces = _joined(_PIECES.findall(text))
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and cells(line) + cells(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or not piece.isspace() else ""
        while cells(line) > width + 2:  # one word longer than a line
            cut = next(n for n in range(1, len(line)) if cells(line[: n + 1]) > width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.rstrip() or not lines else lines


def _joined(pieces: list[str]) -> list[str]:
    """Tie closing marks to the piece before, and opening marks to the piece after."""
    out: list[str] = []
    for piece in pieces:
        tied = out and ((piece in _CLOSING) or out[-1][-1] in _OPENING) and not out[-1].isspace()
        if tied:
            out[-1] += piece
        else:
            out.append(piece)
    return out
