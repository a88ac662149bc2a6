"""The outcome of the exact re-check as text and as data."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import IO, Any

from ..i18n import _, get_language
from .terminal import SHOWN, Pages
from .view import family_name, synthetic_notice


def print_verification(report: Any, file: IO[str]) -> None:
    """Print the outcome of `verify.verify_file`: each family, and each breach with where and by how much."""
    pages = Pages(file)
    if report.plan.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(report.plan.title.text(get_language()), "bold")
    rows = [[family_name(f.family), f"{f.rows:,d}", _("holds") if f.holds else _("FAILS ({number})").format(number=len(f.breaches))] for f in report.families]
    pages.table([_("rule family"), _("comparisons"), _("result")], rows, right=(1,))
    for family in report.families:
        for breach in family.breaches[:SHOWN]:
            pages.line("✗ " + breach_sentence(breach))
        pages.more(SHOWN, len(family.breaches))
    pages.line(_("Every rule holds exactly.") if report.holds else _("The plan does not hold."), "bold")


def breach_sentence(breach: Any) -> str:
    """Return a breach in words: where it is, what stands there, what should."""
    words = {
        "below": _("below the bound"), "above": _("above the bound"), "unequal": _("not equal"),
        "missing": _("missing"), "unknown": _("not expected"), "unreadable": _("cannot be read"),
    }  # fmt: skip
    text: str = f"{family_name(breach.family)} · {breach.row or breach.rule}" + _(": ") + words.get(breach.kind, breach.kind)
    found = breach.found or ("" if breach.value is None else str(breach.value))
    expected = breach.expected or ("" if breach.bound is None else str(breach.bound))
    if found or expected:
        text += _("; ") + _("found {found}, expected {expected}").format(found=found[:300], expected=expected[:300])
    if breach.excess is not None:
        text += _("; ") + _("by {excess}").format(excess=breach.excess)
    return text


def breach_document(breach: Any) -> dict[str, Any]:
    """Return a breach as JSON-able data; exact numbers as text."""
    out = {k: str(v) if isinstance(v, Fraction) else v for k, v in asdict(breach).items()}
    return out | {"sentence": breach_sentence(breach)}
