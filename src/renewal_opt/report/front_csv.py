"""A front as CSV: one row a plan, values, regret, rank as a knee, and a column a project."""

from __future__ import annotations

from pathlib import Path

from ..i18n import _
from ..io.csvout import Cell, csv_bytes
from .front_view import FrontView
from .numbers import rounded


def write_front_csv(view: FrontView, path: str | Path) -> None:
    """Write a front as CSV.

    Parameters
    ----------
    view : FrontView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    ids = list(view.projects)
    header = [_("no."), *(view.heading(k) for k in range(len(view.front.objectives))), _("new starts"), _("mean regret"), _("largest regret"), _("knee"), _("plan file"), *([_("synthetic data")] if view.front.synthetic else []), *ids]
    rows: list[list[Cell]] = []
    for i, point in enumerate(view.front.points):
        inside = set(point.chosen)
        regrets = [rounded(r, 4) for r in view.weighted(i)]
        knee = view.knees.index(i) + 1 if i in view.knees else None
        rows.append([point.id, *(int(v) if v.denominator == 1 else rounded(v, 4) for v in view.values[i]), len(inside), *regrets, knee, point.plan, *([_("yes")] if view.front.synthetic else []), *(1 if p in inside else 0 for p in ids)])
    Path(path).write_bytes(csv_bytes(header, rows))
