"""Screening results as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import IO, Any

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.walk import entries
from ..i18n import _, get_language
from .terminal import Pages
from .view import status_name, synthetic_notice


def print_screening(screened: Sequence[Any], policy: Policy, library: Library, file: IO[str], *, every: bool = False) -> None:
    """Print screening results: a count by status, the clauses that fail, and with `every` each clause of each project."""
    pages = Pages(file)
    language = get_language()
    view_rule = _rule_names(policy, language)
    names = {p.id: p.name for p in library.projects}
    if library.synthetic or policy.city.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    if every:
        for s in screened:
            note = "" if s.applied else " · " + _("listed only: carry-over")
            pages.heading(f"{s.id} {names.get(s.id, '')}" + _(": ") + status_name(s.status) + note)
            rows = [[view_rule(c.clause), status_name(c.status), c.evidence.text(language)] for c in s.clauses]
            pages.table([_("clause"), _("status"), _("evidence")], rows)
        return
    count = Counter((s.applied, s.status) for s in screened)
    rows = [
        [label, *(str(count[applied, status]) for status in ("passed", "unclear", "failed"))]
        for label, applied in ((_("candidates"), True), (_("carry-overs (listed only)"), False))
    ]
    pages.table(["", _("passed"), _("unclear"), _("failed")], rows, right=(1, 2, 3))
    clauses = Counter((c.clause, c.status) for s in screened if s.applied for c in s.clauses if c.status != "passed")
    if clauses:
        pages.heading(_("Clauses that are not passed"))
        order = sorted({c for c, _s in clauses}, key=lambda c: (-sum(clauses[c, s] for s in ("failed", "unclear")), c))
        pages.table(
            [_("clause"), _("failed"), _("unclear"), _("waived")],
            [[view_rule(c), *(str(clauses[c, s]) for s in ("failed", "unclear", "waived"))] for c in order],
            right=(1, 2, 3),
        )
    pages.line(_("“--project ID” shows every clause of one project with its evidence."))


def _rule_names(policy: Policy, language: str) -> Callable[[str], str]:
    labels = {path: entry.label.text(language) for path, entry in entries(policy)}
    labels.setdefault("screening.stages", _("life-cycle stage"))
    return lambda path: labels.get(path, path)

