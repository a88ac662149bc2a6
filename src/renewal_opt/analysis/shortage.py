"""Why there is no plan: carry-overs that cannot be paid, rule families in conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..allot import allot
from ..domain.walk import entries
from ..errors import Conflict, InfeasibleError
from ..i18n import _, get_language
from ..model.build import families as model_families
from ..model.matrices import Matrices
from ..model.rows import Row
from ..problem import Problem
from ..solver import SolveOptions
from ..solver.conflict import find_conflict
from ..text.base import RowFacts, amount, family_text

#: families whose rows carry-overs alone have to satisfy
_CARRY_FAMILIES = ("budget", "channels", "caps", "debt_service")
#: up to so many money entries the carry-overs are funded in whole money for the question; beyond, a few 元 do not matter
_FEW = 20_000


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
    broken = [r for r in own if r.left.entries is None and not r.holds(chosen, zero)]
    conflict = [_conflict(problem, r.name, r.family, r.rule, RowFacts(rule=r.label, least=r.lo, most=r.hi, unit=r.unit)) for r in broken]
    if not broken:
        few = len(problem.entries) <= _FEW
        answer = allot(problem, chosen, own, replace(options, start=None, progress=None, gap=0.0), whole=few)
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


def infeasible(matrices: Matrices, options: SolveOptions, repairs: int, broken: Sequence[str]) -> InfeasibleError:
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
