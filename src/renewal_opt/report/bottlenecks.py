"""The bottlenecks of a plan's funding as sentences and as data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import IO, Any

from ..i18n import _, get_language
from ..text.base import amount
from .terminal import Pages


def sentence(b: Any) -> str:
    """Return a bottleneck in words: which caps, how much is needed, how much there is."""
    language = get_language()
    names = [s.label.text(language) + (f" ×{s.price}" if s.price != 1 else "") for s in b.sources]
    listed = ("、" if language == "zh" else "; ").join(names)
    left = amount(max(0, b.available - b.needed), "yuan", language)
    needed, there = amount(b.needed, "yuan", language), amount(b.available, "yuan", language)
    if any(s.price != 1 for s in b.sources):
        text = _("Weighed sum of {caps}: the plan needs {needed}, {there} are there ({left} left; {n} projects).")
    else:
        text = _("Money that only {caps} can bring: needed {needed}, there {there} ({left} left; {n} projects).")
    return text.format(caps=listed, needed=needed, there=there, left=left, n=b.projects)


def document(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Return bottlenecks as JSON-able data; money in 元."""
    return [
        {
            "years": list(b.years), "needed": b.needed, "available": b.available, "projects": b.projects, "sentence": sentence(b),
            "sources": [{"label": s.label.model_dump(), "family": s.family, "yuan": s.yuan, "price": str(Fraction(s.price))} for s in b.sources],
        }
        for b in found
    ]  # fmt: skip


def print_bottlenecks(found: Sequence[Any], file: IO[str], *, paid: bool = True) -> None:
    """Print the tight funding rows, the tightest first.

    Parameters
    ----------
    found : sequence of Bottleneck
    file : text stream
    paid : bool
        Whether the plan spends any money; of one that spends none there is nothing to tell.
    """
    pages = Pages(file)
    pages.line(_("Bottlenecks of the funding"), "bold")
    if not paid:
        pages.line(_("This plan spends no money: no set of channels has anything to bring for it."))
    elif not found:
        pages.line(_("No set of channels is used up: money does not hold this plan back."))
    for number, b in enumerate(found, 1):
        pages.line(f"{number}. {sentence(b)}")
