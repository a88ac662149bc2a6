"""Why a project is not in the plan, in plain words: clause, relation, money, or rank (domain.md 1.11, 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..domain import Library, Project
from ..domain.base import Label
from ..domain.plan import Reason, RowUse, Screened
from ..problem import Problem
from ..problem.areas import areas_of
from ..problem.relations import groups
from ..text.base import RowFacts, family_text
from .portfolio import Portfolio

_OUT = {
    "withdrawn": Label(zh="已退出", en="withdrawn"),
    "forced_out": Label(zh="情景指定不入选", en="forced out by the scenario"),
    "reserve_declared": Label(zh="申报为储备项目", en="declared for the reserve"),
}


class Reasons:
    """Finds the reasons for one plan.

    Parameters
    ----------
    problem : Problem
    answer : Portfolio
    uses : sequence of RowUse
        Use of the rows, for naming those that bind.
    """

    def __init__(self, problem: Problem, answer: Portfolio, uses: Sequence[RowUse]) -> None:
        self.problem, self.answer = problem, answer
        self.binding = {u.row: u for u in uses if u.binding}
        starts = problem.starts.project[np.asarray(answer.chosen, dtype=bool)]
        self.inside = {problem.projects[int(p)].id for p in starts}
        self._names = {p.id: p.name for p in problem.library.projects}
        self._touching = self._rows_by_project()
        candidates = [i for i in range(len(problem.projects)) if not problem.carry[i]]
        ranked = sorted(candidates, key=lambda i: (-problem.score[i], i))
        self._rank = {i: r + 1 for r, i in enumerate(ranked)}
        self._relations = _by_project(problem.library)
        self._open = {a.id for a in areas_of(problem) if a.running} | set(answer.opened)
        pairs = problem.pairs
        unpaid = np.flatnonzero(np.diff(pairs.entry_first) == 0)
        self._unpaid: dict[int, list[int]] = {}
        for p, year in zip(pairs.project[unpaid].tolist(), pairs.year[unpaid].tolist(), strict=True):
            self._unpaid.setdefault(p, []).append(year)

    def named(self, project_id: str) -> str:
        """Return id and name."""
        return f"{project_id} {self._names.get(project_id, '')}".strip()

    def of(self, project: Project) -> list[Reason]:
        """Return the reasons of a project that is not in the plan, the first being the decisive one."""
        kind = self.problem.reasons.get(project.id)
        if kind in ("screening", "unclear"):
            return self._screening(self.problem.screened[project.id], kind)
        if kind == "not_this_year":
            year = project.start_year
            return [Reason(kind="not_this_year", rule="start_year", label=Label(zh=f"申报{year}年开工", en=f"asks to start in {year}"))]
        if kind == "withdrawn":
            document = f"（{project.exit_doc}）" if project.exit_doc else ""
            return [Reason(kind="withdrawn", rule="part", label=Label(zh="已退出" + document, en=("withdrawn " + (project.exit_doc or "")).strip()))]
        if kind is not None:
            reasons = [Reason(kind=kind, rule="force.out" if kind == "forced_out" else "part", label=_OUT[kind])]  # type: ignore[arg-type]
            status = self.problem.screened[project.id]
            return reasons + (self._screening(status, "screening") if status.status != "passed" else [])
        return self._related(project) or self._unfundable(project) or [self._ranked(project)]

    @staticmethod
    def _screening(screened: Screened, kind: str) -> list[Reason]:
        wanted = "failed" if screened.status == "failed" else "unclear"
        return [
            Reason(kind="screening" if wanted == "failed" else "unclear", rule=c.clause, label=c.evidence)
            for c in screened.clauses
            if c.status == wanted
        ]

    def _related(self, project: Project) -> list[Reason]:
        out: list[Reason] = []
        for family, name, members, lag in self._relations.get(project.id, ()):
            others = [m for m in members if m != project.id]
            if family == "precedence":
                if others and others[0] not in self.inside:
                    facts = RowFacts(project=self.named(project.id), other=self.named(others[0]), lag=lag)
                    out.append(Reason(kind="rule", rule=family, label=_and_not(family_text(family).describe(facts))))
                continue
            held = self.inside if family == "exclusivity" else self.problem.reasons
            if any(m in held for m in others):
                facts = RowFacts(group=name, project="、".join(self.named(m) for m in members))
                out.append(Reason(kind="rule", rule=family, label=family_text(family).describe(facts)))
        rule = self.problem.policy.coordination
        closed = project.coord_area is not None and project.coord_area not in self._open
        if closed and rule is not None and rule.active and rule.mode == "required":
            facts = RowFacts(group=project.coord_area or "", project=self.named(project.id))
            out.append(Reason(kind="rule", rule="coordination", label=family_text("areas").describe(facts)))
        return out

    def _unfundable(self, project: Project) -> list[Reason]:
        years = ", ".join(map(str, self._unpaid.get(self.problem.position[project.id], ())))
        if not years:
            return []
        return [Reason(kind="no_funding", rule="funding.channels", label=Label(zh=f"{years}年没有可用的资金渠道", en=f"no channel may pay it in {years}"))]

    def _ranked(self, project: Project) -> Reason:
        i = self.problem.position[project.id]
        rows = [self.binding[name] for name in self._touching.get(i, ()) if name in self.binding]
        zh = "、".join(dict.fromkeys(r.label.zh for r in rows[:4]))
        en = ", ".join(dict.fromkeys(r.label.en for r in rows[:4]))
        score = float(self.problem.score[i])
        rank, n = self._rank[i], len(self._rank)
        return Reason(
            kind="ranked_out", rule=rows[0].rule if rows else "",
            label=Label(
                zh=f"得分{score:.2f}，排第{rank}/{n}；" + (f"受限于：{zh}" if rows else "让位于总得分更高的组合"),
                en=f"score {score:.2f}, rank {rank} of {n}; " + (f"held back by: {en}" if rows else "the chosen combination scores higher"),
            ),
        )  # fmt: skip

    def _rows_by_project(self) -> dict[int, list[str]]:
        out: dict[int, list[str]] = {}
        for row in self.answer.rows:
            if row.name not in self.binding or row.hi is None:
                continue
            touched = set(self.problem.starts.project[row.left.starts].tolist())
            if row.left.entries is not None:
                touched |= set(self.problem.entries.project[row.left.entries].tolist())
            for i in touched:
                out.setdefault(i, []).append(row.name)
        return out


def _by_project(library: Library) -> dict[str, list[tuple[str, str, list[str], int]]]:
    """Return for each project the relations that may hold it back: (family, group, members, lag)."""
    out: dict[str, list[tuple[str, str, list[str], int]]] = {}
    for r in library.relations:
        if r.kind == "precedence" and r.other is not None:
            out.setdefault(r.other, []).append(("precedence", "", [r.project, r.other], r.lag))
    for family, kind in (("exclusivity", "exclusive"), ("corequisites", "corequisite")):
        for name, members in groups(library, kind).items():
            for member in members:
                out.setdefault(member, []).append((family, name, members, 0))
    return out


def _and_not(label: Label) -> Label:
    return Label(zh=label.zh + "，而先行项目未入选", en=label.en + ", which is not in the plan")
