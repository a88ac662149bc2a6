"""From tables to a proven portfolio with whole money: solve, snap, allot, exclude what cannot be funded, go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor, gcd, isfinite, lcm

import numpy as np

from ..allot import Allotment, allot
from ..domain.walk import entries
from ..errors import Conflict, InfeasibleError, SolverError
from ..i18n import _, get_language
from ..model.build import build_model, plan_rows
from ..model.build import families as model_families
from ..model.compile import compile_model
from ..model.matrices import Matrices
from ..model.rows import Row
from ..problem import Problem
from ..problem.areas import Area, areas_of, bonus_of, may_open
from ..solver import HighsSession, SolveOptions, SolveResult, Status
from ..solver.conflict import find_conflict
from ..solver.result import Progress
from ..text.base import RowFacts, amount, family_text

#: families whose rows carry-overs alone have to satisfy
_CARRY_FAMILIES = ("budget", "channels", "caps", "debt_service")


@dataclass
class Portfolio:
    """A portfolio that is funded in whole money.

    Attributes
    ----------
    chosen : list of bool
        By start; carry-overs are always chosen.
    money : list of int
        By money entry, 元.
    opened : dict of str to int
        Coordinated areas opened, with the year.
    objective : Fraction
        Exact objective.
    bound : float or None
        Proven upper bound.
    stopped : str
        ``gap``, ``optimal``, ``time``, ``interrupted``, or ``unproven`` (portfolios were set aside without proof).
    seconds : float
        Time of all solves.
    repairs : int
        Portfolios excluded on the way.
    """

    chosen: list[bool]
    money: list[int]
    opened: dict[str, int]
    objective: Fraction
    bound: float | None
    stopped: str
    seconds: float = 0.0
    repairs: int = 0
    rows: list[Row] = field(default_factory=list)


#: answers with the names of broken rules when a portfolio does not pass the exact re-check
Recheck = Callable[[Portfolio], Sequence[str]]


def solve_portfolio(problem: Problem, options: SolveOptions, recheck: Recheck | None = None) -> Portfolio:
    """Solve a problem to a portfolio with whole money that passes the re-check.

    Parameters
    ----------
    problem : Problem
        The tables.
    options : SolveOptions
        Limits, threads, seed, progress and cancel token.
    recheck : callable, optional
        Exact re-check of a candidate answer; a portfolio that fails is excluded and the solve goes on.

    Raises
    ------
    InfeasibleError
        With the rule families in conflict, after a second proof.
    SolverError
        No plan within the limits, or no answer passed after `scenario.max_repairs` repairs.
    """
    began = time.perf_counter()
    rows = plan_rows(problem)
    carry_overs_first(problem, rows, options)
    model = build_model(problem)
    matrices = compile_model(model)
    session = HighsSession(matrices)
    x_columns = matrices.col_slice("x")
    unit = float(model.gain_unit)
    repairs = 0
    held = 0.0  # bound on the portfolios that were excluded without a proof that they are no plans
    doubtful = False  # whether there are any
    broken: Sequence[str] = ()
    while True:
        left = options.seconds - (time.perf_counter() - began)
        tight = 1e-9 if repairs else options.feasibility
        result = session.solve(replace(options, seconds=max(left, 1.0), feasibility=tight, progress=_scaled(options.progress, unit)))
        if result.status is Status.INFEASIBLE and not doubtful:
            raise infeasible(problem, matrices, options, repairs, broken)
        if result.status is Status.INFEASIBLE:  # what is left is infeasible, what was excluded may hold a plan
            raise _gave_up(repairs, broken)
        if result.x is None:
            raise SolverError(_("the solver stopped ({status}) before it found a plan; give it more seconds").format(status=result.status.words()))
        chosen = (result.x[x_columns] > 0.5).tolist()
        opened = opened_areas(matrices, result)
        unmet = [a for a in areas_of(problem) if a.id in opened and not may_open(problem, a, chosen, opened[a.id])] if opened else []
        answer, broken, proven = _funded(problem, rows, chosen, result, matrices, unit, options)
        if unmet:
            answer, broken, proven = None, [f"areas:{a.id}" for a in unmet], True
        if answer is not None:
            _hold(answer, held, options.gap)
            answer.seconds = time.perf_counter() - began
            answer.repairs = repairs
            broken = recheck(answer) if recheck is not None else ()
            if not broken:
                return answer
            if not any(b.split(":", 1)[0] in model_families() for b in broken):
                raise SolverError(_("the plan fails the exact re-check, not by its portfolio: {rules}").format(rules=", ".join(broken[:10])))
        if answer is not None or not proven:
            doubtful = True
            held = max(held, result.bound * unit) if isfinite(result.bound) else held
        repairs += 1
        if repairs > problem.scenario.max_repairs or result.status is Status.INTERRUPTED:
            raise _gave_up(repairs - 1, broken)
        if unmet:
            _keep_shut(session, matrices, unmet, chosen)
        else:
            _exclude(session, problem, rows, chosen, x_columns, options, answer is None and proven)


def _gave_up(repairs: int, broken: Sequence[str]) -> SolverError:
    return SolverError(_("no answer passed the exact re-check after {n} repairs; rules: {rules}").format(n=repairs, rules=", ".join(broken[:10])))


def _hold(answer: Portfolio, held: float, gap: float) -> None:
    """Keep the bound above what was excluded without proof; the claim of the gap falls when it is then missed."""
    if answer.bound is None or held <= answer.bound:
        return
    answer.bound = held
    value = float(answer.objective)
    if answer.stopped in ("gap", "optimal"):
        answer.stopped = "gap" if value > 0 and held - value <= gap * value else "unproven"


def _scaled(progress: Progress | None, unit: float) -> Progress | None:
    """Return a progress callback that gets the best objective in the plan's unit."""
    if progress is None:
        return None
    tell = progress
    return lambda fraction, gap, best: tell(fraction, gap, None if best is None else best * unit)


def _funded(
    problem: Problem, rows: list[Row], chosen: list[bool], result: SolveResult, matrices: Matrices, unit: float, options: SolveOptions
) -> tuple[Portfolio | None, Sequence[str], bool]:
    """Return the portfolio with its money, or the rows in its way and whether that is proven."""
    zero = [0] * len(problem.entries)
    plain = [r for r in rows if r.left.entries is None]
    broken = [r.name for r in plain if not row_holds(r, chosen, zero)]
    if broken:
        return None, broken, True
    answer: Allotment = allot(problem, chosen, rows, replace(options, start=None, progress=None, gap=0.0, seconds=max(options.seconds, 30.0)))
    if answer.money is None:
        return None, [r.name for r in answer.blocked] or ["balance"], answer.proven
    opened = opened_areas(matrices, result)
    value = objective_of(problem, chosen, opened)
    return Portfolio(chosen, answer.money, opened, value, proven_bound(problem, result, value, unit), stopped_by(result), rows=rows), (), True


def objective_of(problem: Problem, chosen: Sequence[bool], opened: dict[str, int]) -> Fraction:
    """Return the exact objective of a portfolio: basis x score of the new starts, and area bonuses."""
    starts = problem.starts
    total = Fraction(0)
    for k in np.flatnonzero(np.asarray(chosen, dtype=bool) & ~starts.fixed).tolist():
        p = int(starts.project[k])
        total += problem.score[p] * problem.basis[p]
    if opened:
        total += sum((bonus_of(problem, a) for a in areas_of(problem) if a.id in opened), Fraction(0))
    return total


def proven_bound(problem: Problem, result: SolveResult, value: Fraction, unit: float) -> float | None:
    """Return the proven bound in the plan's unit, rounded down to the objective's exact step where it has one."""
    if not isfinite(result.bound):
        return None
    bound = max(result.bound * unit, float(value))
    step = objective_step(problem)
    if step is not None:
        steps = floor(Fraction(bound * (1 + 1e-9)) / step)
        bound = min(bound, float(steps * step))
    return max(bound, float(value))


def objective_step(problem: Problem) -> Fraction | None:
    """Return the step of which every objective value is a multiple, None where it is too small to matter."""
    if problem.policy.coordination is not None and problem.policy.coordination.active:
        return None
    gains = [s * b for s, b, c in zip(problem.score, problem.basis, problem.carry, strict=True) if not c and s * b]
    if not gains:
        return None
    den = 1
    for g in gains:
        den = lcm(den, g.denominator)
        if den > 10**9:
            return None
    step = Fraction(gcd(*(int(g * den) for g in gains)), den)
    return step if step > Fraction(sum(gains, Fraction(0))) / 10**8 else None


def stopped_by(result: SolveResult) -> str:
    """Return the plan's word for why the solver stopped."""
    names = {Status.OPTIMAL: "optimal", Status.GAP_REACHED: "gap", Status.INTERRUPTED: "interrupted"}
    return names.get(result.status, "time")


def opened_areas(matrices: Matrices, result: SolveResult) -> dict[str, int]:
    """Return the coordinated areas that the solution opens, with the year."""
    assert result.x is not None
    if "z" not in matrices.col_spans:
        return {}
    return {key[0]: key[1] for key, column in matrices.columns("z").items() if result.x[column] > 0.5}  # type: ignore[index]


def row_holds(row: Row, chosen: Sequence[bool], money: Sequence[int]) -> bool:
    """Return whether a plan-wide row holds exactly."""
    left = row.left.value(chosen, money)
    base = 1 if row.base is None else row.base.value(chosen, money)
    return (row.lo is None or left >= row.lo * base) and (row.hi is None or left <= row.hi * base)


def carry_overs_first(problem: Problem, rows: list[Row], options: SolveOptions) -> None:
    """Report a shortage of the carry-overs before any new start is looked at (domain.md 1.5).

    Raises
    ------
    InfeasibleError
        Naming the caps and rules that the carry-overs alone break, when that is proven.
    """
    if not problem.carry.any():
        return
    chosen = problem.starts.fixed.tolist()
    own = [r for r in rows if r.family in _CARRY_FAMILIES and r.hi is not None]
    zero = [0] * len(problem.entries)
    broken = [r for r in own if r.left.entries is None and not row_holds(r, chosen, zero)]
    conflict = [_conflict(problem, r.name, r.family, r.rule, RowFacts(rule=r.label, least=r.lo, most=r.hi, unit=r.unit)) for r in broken]
    if not broken:
        answer = allot(problem, chosen, own, replace(options, start=None, progress=None, gap=0.0))
        if answer.money is not None or not answer.proven:
            return
        by_name = {r.name: r for r in own}
        for row in answer.blocked:
            known = by_name.get(row.name)
            facts = (
                RowFacts(project=_named(problem, row.project), year=row.year, least=row.lo, most=row.hi)
                if known is None
                else RowFacts(rule=known.label, channel=known.label, most=known.hi, unit=known.unit)
            )
            conflict.append(_conflict(problem, row.name, row.family, row.rule, facts, row.short))
    conflict.sort(key=lambda c: c.family not in _CARRY_FAMILIES)  # caps first: they are what can be changed
    raise InfeasibleError(_("the carry-overs alone cannot be funded, before any new start"), conflict)


def _named(problem: Problem, project_id: str) -> str:
    """Return id and name of a project of the model."""
    i = problem.position.get(project_id)
    return project_id if i is None else f"{project_id} {problem.projects[i].name}"


def _conflict(problem: Problem, name: str, family: str, rule: str, facts: RowFacts, short: int = 0) -> Conflict:
    if facts.rule is None:
        labels = {path: entry.label for path, entry in entries(problem.policy)}
        parent = next((p for p in (rule, rule.rpartition(".")[0]) if p in labels), "")
        facts = replace(facts, rule=labels.get(parent))
    words = family_text(family).describe(facts).text(get_language())
    if short:
        words += _("; short by {money}").format(money=amount(short, "yuan", get_language()))
    return Conflict(family, name, words)


def infeasible(problem: Problem, matrices: Matrices, options: SolveOptions, repairs: int, broken: Sequence[str]) -> InfeasibleError:
    """Return the error of a model without a plan, with a first list of the rule families in conflict."""
    families = [""] * matrices.n_rows
    for name, place in matrices.row_spans.items():
        if name != "balance":
            families[place.slice] = [name] * len(place.keys)
    found = find_conflict(matrices, families, replace(options, progress=None, start=None, gap=0.5))
    heads = [name.split(":", 1)[0].replace("targets", "limits") for name in broken]
    named = found.families or tuple(f for f in dict.fromkeys(heads) if f in model_families())
    conflict = [Conflict(f, "", family_text(f).RULE.text(get_language())) for f in named]
    if not conflict:
        conflict = [Conflict("balance", "", family_text("balance").RULE.text(get_language()))]
    if repairs:
        conflict.append(Conflict("balance", "", _("portfolios excluded because they cannot be funded in whole money or fail the re-check: {n} ({rules})").format(n=repairs, rules=", ".join(broken[:10]))))
    note = "" if found.minimal or not found.families else " " + _("(the list may hold more than is needed)")
    return InfeasibleError(_("no plan satisfies all rules together; in conflict:") + note, conflict)


def _keep_shut(session: HighsSession, matrices: Matrices, areas: Sequence[Area], chosen: Sequence[bool]) -> None:
    """Add rows that keep areas shut while exactly these members are chosen; the portfolio itself stays allowed."""
    first = matrices.col_slice("x").start
    for area in areas:
        openings = [column for key, column in matrices.columns("z").items() if key[0] == area.id]  # type: ignore[index]
        signs = [1.0 if chosen[k] else -1.0 for k in area.starts]
        session.add_row([*openings, *(first + k for k in area.starts)], [1.0] * len(openings) + signs, -np.inf, float(signs.count(1.0)))


def _exclude(session: HighsSession, problem: Problem, rows: list[Row], chosen: list[bool], columns: slice, options: SolveOptions, unfunded: bool) -> None:
    """Add a row that excludes the portfolio, or every portfolio that holds an unfundable part of it."""
    fixed = problem.starts.fixed.tolist()
    inside = [k for k, c in enumerate(chosen) if c and not fixed[k]]
    monotone = not any(r.family == "ratios" or (r.base is not None and r.base.entries is not None) for r in rows)
    if unfunded and monotone:
        part = _smallest_unfundable(problem, rows, inside, options)
        if part is not None:
            session.add_row([columns.start + k for k in part], [1.0] * len(part), -np.inf, len(part) - 1.0)
            return
    outside = [k for k, c in enumerate(chosen) if not c and not fixed[k]]
    indices = [columns.start + k for k in inside + outside]
    session.add_row(indices, [1.0] * len(inside) + [-1.0] * len(outside), -np.inf, len(inside) - 1.0)


def _smallest_unfundable(problem: Problem, rows: list[Row], inside: list[int], options: SolveOptions, tries: int = 60) -> list[int] | None:
    """Shrink an unfundable set of starts by leaving out ever smaller pieces; None when it is fundable after all."""
    limits = [r for r in rows if r.left.entries is not None]
    quiet = replace(options, start=None, progress=None, gap=0.0)

    def fails(part: list[int]) -> bool:
        flags = problem.starts.fixed.tolist()
        for k in part:
            flags[k] = True
        answer = allot(problem, flags, limits, quiet)
        return answer.money is None and answer.proven

    if not fails(inside):
        return None
    part, piece = list(inside), max(1, len(inside) // 2)
    while tries > 0:
        at, shrunk = 0, False
        while at < len(part) and tries > 0 and len(part) > 1:
            rest = part[:at] + part[at + piece :]
            tries -= 1
            if rest and fails(rest):
                part, shrunk = rest, True
            else:
                at += piece
        if piece == 1 and not shrunk:
            break
        piece = max(1, piece // 2)
    return part
