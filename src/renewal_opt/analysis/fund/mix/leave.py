"""Which projects to leave out so that the rest can be funded: at the least loss of score, or as few as possible.

The rest is to be a plan under every rule; where no part is one, the rules on the portfolio that have exact rows (budget, limits,
districts) are set aside, and those that the rest breaks told; money, relations between projects and areas hold in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, isfinite
from typing import Literal

import numpy as np

from ....errors import SolverError
from ....i18n import _
from ....model.build import build_model, family
from ....model.compile import compile_model
from ....model.matrices import Matrices
from ....model.rows import Row
from ....problem import Problem
from ....problem.areas import unmet_areas
from ....solver import HighsSession, SolveOptions, Status
from ...exclude import exclude, keep_shut
from ...portfolio import Portfolio, funded, objective_of
from ...settling import opened_at

By = Literal["score", "number"]
#: answers that may turn out to have no funding
_TRIES = 20


@dataclass(frozen=True)
class Left:
    """A part of the portfolio that can be funded.

    Attributes
    ----------
    by : {"score", "number"}
    portfolio : Portfolio
        With whole money.
    score : Fraction
        Proven upper bound of the score; by number: of parts of that size.
    number : int
        New starts that stay; by number, proven to be the most.
    broken : tuple of Row
        Rules on the portfolio that the part does not satisfy; empty where it is a plan.
    """

    by: By
    portfolio: Portfolio
    score: Fraction
    number: int
    broken: tuple[Row, ...] = ()


def leave_out(problem: Problem, chosen: Sequence[bool], opened: dict[str, int], rows: list[Row], by: By, options: SolveOptions) -> Left | None:
    """Return the part of a portfolio that can be funded, best by score or number; None when there is none.

    By number the score decides between parts of the same size. Carry-overs stay.

    Parameters
    ----------
    problem : Problem
    chosen : sequence of bool, length number of starts
    opened : dict of str to int
        Areas that may be open.
    rows : list of Row
    by : {"score", "number"}
    options : SolveOptions

    Raises
    ------
    SolverError
        When no answer was found in time.
    """
    found = _left(problem, chosen, opened, rows, by, options, frozenset())
    if found is not None:
        return found
    money = [r for r in rows if r.left.entries is not None or (r.base is not None and r.base.entries is not None)]
    others = frozenset(r.family for r in rows if r not in money and not getattr(family(r.family), "MONEY", False))
    found = _left(problem, chosen, opened, money, by, options, others)
    if found is None:
        return None
    part, zero = found.portfolio.chosen, [0] * len(problem.entries)
    return replace(found, broken=tuple(r for r in rows if r not in money and not r.holds(part, zero)))


def _left(
    problem: Problem, chosen: Sequence[bool], opened: dict[str, int], rows: list[Row], by: By, options: SolveOptions, skip: frozenset[str]
) -> Left | None:  # fmt: skip
    model = build_model(problem, skip=skip)
    matrices = compile_model(model)
    everything = np.arange(matrices.n_cols, dtype=np.int32)
    x = matrices.col_slice("x")
    session = HighsSession(matrices)
    shut = [x.start + k for k, c in enumerate(chosen) if not c]
    shut += [column for key, column in matrices.columns("z").items() if key[0] not in opened] if "z" in matrices.col_spans else []  # type: ignore[index]
    if shut:
        session.change_col_bounds(shut, 0.0, 0.0)
    new = [x.start + k for k, c in enumerate(chosen) if c and not problem.starts.fixed[k]]
    quiet = replace(options, start=None, progress=None, gap=0.0 if by == "number" else options.gap)
    if by == "number":
        plain = np.zeros(matrices.n_cols)
        plain[new] = 1.0
        session.change_cost(everything, plain)
        answer = _answer(session, matrices, problem, rows, quiet)
        if answer is None:
            return None
        kept = sum(answer[0].chosen[k - x.start] for k in new)
        if kept < floor(answer[1] + 1e-6):
            raise SolverError(_("no part of the portfolio that can be funded was found in time"))
        session.change_cost(everything, matrices.col_cost)
        session.add_row(new, [1.0] * len(new), kept - 0.5, np.inf)
    answer = _answer(session, matrices, problem, rows, replace(quiet, gap=options.gap))
    if answer is None:
        return None
    score = max(Fraction(answer[1] * float(model.gain_unit)), answer[0].objective)
    return Left(by, answer[0], score, sum(answer[0].chosen[k - x.start] for k in new))


def _answer(session: HighsSession, matrices: Matrices, problem: Problem, rows: list[Row], options: SolveOptions) -> tuple[Portfolio, float] | None:
    """Return a funded part and the solver's bound; None: there is none."""
    x = matrices.col_slice("x")
    held: float | None = None  # bound on what was set aside without a proof
    for _attempt in range(_TRIES):
        result = session.solve(options)
        if result.status is Status.INFEASIBLE and held is None:
            return None
        if result.x is None or not isfinite(result.bound):
            raise SolverError(_("no part of the portfolio that can be funded was found in time"))
        part = (result.x[x] > 0.5).tolist()
        opened = opened_at(matrices, result.x)
        unmet = unmet_areas(problem, part, opened)
        if unmet:
            keep_shut(session, matrices, unmet, part)
            continue
        portfolio, _blocking, proven = funded(problem, rows, part, opened, options)
        if portfolio is not None:
            return replace(portfolio, objective=objective_of(problem, part, opened)), max(result.bound, held if held is not None else result.bound)
        if not proven:
            held = max(result.bound, held if held is not None else result.bound)
        exclude(session, problem, rows, part, x, options, proven)
    raise SolverError(_("no part of the portfolio that can be funded was found in time"))

