"""The nearest known name of an unknown one, in words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..i18n import _

#: names listed in full up to this number
LISTED = 12


def nearest(name: object, known: Iterable[object]) -> str | None:
    """Return the known name that resembles `name` most, or None when none does."""
    texts = [str(k) for k in known]
    wanted = str(name)
    folded = {t.casefold(): t for t in reversed(texts)}
    if wanted.casefold() in folded:
        return folded[wanted.casefold()]
    found = difflib.get_close_matches(wanted.casefold(), list(folded), n=1, cutoff=0.6)
    if found:
        return folded[found[0]]
    return next((t for t in texts if len(wanted) >= 2 and (t.startswith(wanted) or wanted.startswith(t))), None)


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return the sentence that offers the nearest known name, empty when none resembles it."""
    near = nearest(name, known)
    return "" if near is None else _("did you mean “{name}”?").format(name=near)


def listing(known: Iterable[object]) -> str:
    """Return "a, b, c" with at most `LISTED` names, in the given order."""
    texts = [str(k) for k in known]
    if not texts:
        return _("nothing (the list is empty)")
    more = len(texts) - LISTED
    return _(", ").join(texts[:LISTED]) + (_(" and {n} more").format(n=more) if more > 0 else "")


def one_of(known: Iterable[object]) -> str:
    """Return "one of a, b, c", or the only name."""
    texts = [str(k) for k in known]
    return _("one of {names}").format(names=listing(texts)) if len(texts) > 1 else listing(texts)
