"""Puts a solved portfolio together as a `Plan`: parts, money, totals, uses, reasons, assumptions, warnings."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..domain.base import Label
from ..domain.plan import (
    Assumption,
    BasisList,
    InputFile,
    Objective,
    Plan,
    RowUse,
    WaiverUse,
    Warning_,
)
from ..domain.walk import entries, is_active
from ..errors import Finding
from ..io.load import Inputs
from ..problem import Problem
from ..scoring import Scoring, to_plan_row
from ..scoring.checks import blank_warnings, correlation_warnings, correlations, hanging, statistics
from ..screening import waiver_use
from .parts import area_balances, chosen_projects, later_needs, reserve_and_refused
from .portfolio import Portfolio
from .reasons import Reasons
from .use import exact, row_uses

_LAST = Label(zh="以后年度沿用最后一个给定的数", en="the last stated number is taken for later years")


def program_versions() -> dict[str, str]:
    """Return the versions of everything that computes."""
    return {"renewal_opt": __version__, "python": platform.python_version()} | {p: version(p) for p in ("pyomo", "highspy", "numpy")}


def input_files(inputs: Inputs) -> tuple[InputFile, ...]:
    """Return every input file with the hash of its bytes."""
    return tuple(
        InputFile(role=role, path=str(Path(path).resolve()), sha256=hashlib.sha256(Path(path).read_bytes()).hexdigest())
        for role, path in inputs.files
    )


def assemble(inputs: Inputs, problem: Problem, answer: Portfolio, options: dict[str, Any], files: Sequence[InputFile], bases: Sequence[BasisList] = ()) -> Plan:
    """Return the plan of a portfolio; its checks are still empty."""
    policy, library, scenario, scoring = inputs.policy, inputs.library, inputs.scenario, problem.scoring
    uses = row_uses(problem, answer)
    chosen = chosen_projects(problem, answer)
    reasons = Reasons(problem, answer, uses)
    reserve, refused = reserve_and_refused(problem, answer, reasons)
    value = float(answer.objective)
    gap = None if answer.bound is None else ((answer.bound - value) / abs(value) if value else (0.0 if answer.bound <= 0 else None))
    dates = [p.as_of for p in library.projects if p.as_of is not None]
    synthetic = library.synthetic or policy.city.synthetic
    city = policy.city.label
    return Plan(
        plan_version=1, program=program_versions(), city=city, synthetic=synthetic, scenario=scenario.name, title=scenario.title(city),
        plan_year=scenario.plan_year, window=scenario.window, money_years=problem.money_years,
        library_as_of=max(dates).isoformat() if dates else None, inputs=tuple(files), options=options,
        objective=Objective(
            value=exact(answer.objective), bound=answer.bound, gap=gap, gap_asked=str(scenario.solver.gap),
            stopped=answer.stopped, basis=scenario.basis, seconds=round(answer.seconds, 3), repairs=answer.repairs,  # type: ignore[arg-type]
            funding=answer.way.funding, strategy=answer.way.strategy, proof=answer.way.proof, funding_rows=answer.way.funding_rows,
        ),
        weights=scoring.weights, chosen=tuple(chosen), reserve=tuple(reserve), refused=tuple(refused),
        opened_areas=dict(sorted(answer.opened.items())), area_balance=tuple(area_balances(problem, answer)),
        criterion_totals=criterion_totals(problem, answer), use=tuple(uses),
        later_needs=tuple(later_needs(problem, chosen)),
        screening=tuple(problem.screened[p.id] for p in library.projects),
        scores=tuple(to_plan_row(scoring.rows[p.id]) for p in library.projects),
        waivers=tuple(waivers(problem, [c.id for c in chosen if c.part == "new_start"] + [r.id for r in reserve])), assumptions=tuple(assumptions(inputs, uses)),
        warnings=(*warnings(inputs, problem, scoring), *hanging_warnings(problem, answer)),
        statistics=statistics(library, scoring, _group(problem, answer, True), _group(problem, answer, False)),
        bases=tuple(bases), correlations=correlations(policy, scoring),
    )  # fmt: skip


def criterion_totals(problem: Problem, answer: Portfolio) -> dict[str, str]:
    """Return the sum over new starts of basis x criterion value, exact."""
    totals = {row.criterion: Fraction(0) for row in problem.scoring.weights.rows}
    for k, inside in enumerate(answer.chosen):
        i = int(problem.starts.project[k])
        if inside and not problem.carry[i]:
            for key, value in problem.scoring.rows[problem.projects[i].id].criteria.items():
                totals[key] += problem.basis[i] * value
    return {key: exact(value) for key, value in totals.items()}


def _group(problem: Problem, answer: Portfolio, chosen: bool) -> set[str]:
    """Ids of the candidates that start, or of those that do not."""
    inside = set(problem.starts.project[np.asarray(answer.chosen, dtype=bool)].tolist())
    return {p.id for i, p in enumerate(problem.projects) if not problem.carry[i] and (i in inside) == chosen}


def waivers(problem: Problem, ids: Iterable[str]) -> Iterable[WaiverUse]:
    """Yield the waivers that new starts and reserve projects rely on."""
    projects = {p.id: p for p in problem.library.projects}
    for project_id in ids:
        if (use := waiver_use(projects[project_id], tuple(problem.screened[project_id].clauses))) is not None:
            yield use


def assumptions(inputs: Inputs, uses: Sequence[RowUse]) -> list[Assumption]:
    """Return the active entries without an official source, those whose rows are tight first."""
    tight = {u.rule for u in uses if u.binding and u.assumption}
    out: list[Assumption] = []
    for path, entry in entries(inputs.policy):
        if entry.source.assumed and is_active(entry):
            binds = any(rule == path or rule.startswith(path + ".") for rule in tight)
            out.append(Assumption(path=path, label=entry.label, why=entry.source.grounds, binds=binds))
    listed = {a.path for a in out}
    for use in uses:
        if use.assumption and use.rule not in listed and not any(use.rule.startswith(p + ".") for p in listed):
            listed.add(use.rule)
            out.append(
                Assumption(path=use.rule, label=use.label, why=_LAST, binds=use.rule in tight)
            )
    return sorted(out, key=lambda a: not a.binds)


def warnings(inputs: Inputs, problem: Problem, scoring: Scoring) -> Iterable[Warning_]:
    """Yield what the reader should know: doubtful input, blanks, districts without candidates, synthetic data."""
    if problem.library.synthetic or problem.policy.city.synthetic:
        yield Warning_(kind="synthetic", label=Label(zh="合成数据，不是真实项目", en="synthetic data, no real projects"))
    funding = problem.policy.funding
    if len(problem.leaves) > 1 and not any(c.cap.years or any(s.cap.years for s in c.sub.values()) for c in funding.channels.values()):
        yield Warning_(
            kind="no_caps",
            label=Label(
                zh="没有任何资金渠道设了上限（funding.channels.….cap）：资金在渠道之间的分配没有依据，不可引用",
                en="no channel has a cap (funding.channels.….cap): how the money falls on the channels means nothing",
            ),
        )
    for finding in inputs.warnings:
        if finding.kind == "unused_column":  # told by `check`; no reader of the plan needs it
            continue
        yield Warning_(kind=finding.kind, label=_words(finding))
    yield from blank_warnings(problem.policy, problem.library, problem.facts)
    yield from correlation_warnings(problem.policy, correlations(problem.policy, scoring))
    present = {p.district for p in problem.projects} | {d for p in problem.projects for d in p.district_shares}
    for key, district in problem.policy.districts.items():
        if district.level == "district" and key not in present:
            yield Warning_(
                kind="district_without_candidates",
                label=Label(zh=f"{district.label.zh}没有续建或可开工项目", en=f"{district.label.en} has no carry-over or candidate"),
            )  # fmt: skip


def hanging_warnings(problem: Problem, answer: Portfolio) -> Iterable[Warning_]:
    """Yield one warning that names the projects whose selection may hang on a blank (domain.md 1.2)."""
    ids = hanging(problem.scoring, _group(problem, answer, True), _group(problem, answer, False))
    if ids:
        named = ", ".join(ids[:20]) + (f" … ({len(ids)})" if len(ids) > 20 else "")
        yield Warning_(
            kind="hangs_on_blank",
            label=Label(zh=f"入选与否可能取决于空缺指标如何填报的项目：{named}", en=f"selection may hang on how blanks are filled: {named}"),
        )


def _words(finding: Finding) -> Label:
    text = f"{finding.file}: {finding.sentence()}" if finding.file else finding.sentence()
    return Label(zh=text, en=text)
