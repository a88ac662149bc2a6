"""A front on the terminal: what it is, and its plans."""

from __future__ import annotations

from typing import IO

from ..domain.front import Front
from ..i18n import _
from .front_view import FrontView
from .terminal import Pages
from .view import synthetic_notice

#: plans printed; the files hold all
MOST = 40


def print_front(front: Front, file: IO[str]) -> None:
    """Print what a set of plans is, and at most 40 of them."""
    view = FrontView.of(front, ())
    pages = Pages(file)
    if front.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.heading(view.text(front.title))
    for words in view.claim_words():
        pages.line(words)
    for k in range(len(front.objectives)):
        pages.line(f"{chr(65 + k)}  {view.heading(k)}")
    header = [_("no."), *(chr(65 + k) for k in range(len(front.objectives))), _("new starts")]
    n = len(front.points)
    shown = range(n) if n <= MOST else sorted({round(j * (n - 1) / (MOST - 1)) for j in range(MOST)})
    rows = [[str(front.points[i].id), *(view.value_text(k, v) for k, v in enumerate(front.points[i].values)), str(len(front.points[i].chosen))] for i in shown]
    pages.table(header, rows, right=range(len(header)))
    if n > MOST:
        pages.line(_("{shown} of {n} plans, evenly spaced; front.csv and front.xlsx hold all").format(shown=len(rows), n=n))
    best = ["–" if i is None else str(i) for i in front.payoff]
    named = _("best plan so far") if view.provisional else _("best plan")
    (ideal, ideals), (worst, worsts) = view.extremes
    pages.table(["", named, ideal, worst], [list(row) for row in zip(header[1:-1], best, ideals, worsts, strict=True)], right=(1, 2, 3))
    if n >= 3 and view.knee is not None:
        words = _("Provisional knee: plan {n}, farthest beyond the line (plane) through the best plans of the objectives (Das 1999)") if view.provisional else _(
            "Knee: plan {n}, farthest beyond the line (plane) through the best plans of the objectives (Das 1999)"
        )
        pages.line(words.format(n=front.points[view.knee].id))
    pages.line(_("{runs} mixed-integer solves in the whole search; {seconds:.1f} s in this run").format(runs=front.runs, seconds=front.seconds))
