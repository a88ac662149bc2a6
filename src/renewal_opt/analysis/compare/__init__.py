"""Plans side by side: questions, projects, money, criteria, what is proven of their difference, frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...domain.base import Label
from ...domain.library import Library
from ...domain.plan import Plan
from ...domain.policy import Policy
from ...errors import Collector, Finding, InputError
from ...i18n import _
from ...io.naming import file_safe
from ...io.nearest import did_you_mean, listing
from ...io.planfile import read_plan
from ...io.planinputs import overrides_of, read_plan_inputs
from ..sweep.ledger import read_ledger
from .data import Against, Comparison, Frequency, Missing, Named
from .moves import moves
from .question import Question, changes, question

#: ending of plan files in a folder
ENDING = ".plan.json"


def compare_files(paths: Sequence[Path], *, reference: str | None = None) -> Comparison:
    """Read plans and compare them.

    Parameters
    ----------
    paths : sequence of Path
        Plan files, or folders: those of a sweep by their ledger (in its order, cases without a plan are told), others
        with all their files ``*.plan.json`` in sorted order.
    reference : str, optional
        Name or file of the plan that the others are compared with; it is put first. Default: the first.

    Raises
    ------
    InputError
        A file is no plan, one is given twice, a folder holds none, fewer than two plans are left, the reference is none of
        them, or the plans are of different cities.
    """
    found = Collector()
    named: list[Named] = []
    missing: list[Missing] = []
    for path in paths:
        files, without = _plan_files(path, found)
        missing += without
        for name, file in files:
            if any(n.path.resolve() == file.resolve() for n in named):
                found.add(Finding("same_plan", file=str(file), expected=_("each plan once")))
                continue
            try:
                plan = read_plan(file)
                overrides_of(plan, file)
                named.append(Named(name, plan, file))
            except InputError as error:
                found.findings.extend(error.findings)
    if not found.errors and len(named) < 2:
        found.add(Finding("too_few_plans", file=", ".join(map(str, paths)), value=str(len(named)), expected=_("at least two plans")))
    found.raise_errors()
    named = _first(_own_names(named), reference)
    policy, library = _inputs(named[0])
    return compare(named, policy=policy, library=library, missing=missing)


def compare(plans: Sequence[Named], *, policy: Policy | None = None, library: Library | None = None, missing: Sequence[Missing] = ()) -> Comparison:
    """Compare plans; the first is the reference.

    Parameters
    ----------
    plans : sequence of Named
        At least two, of one city. Libraries may differ: projects are matched by id, and a warning says so.
    policy, library : Policy, Library, optional
        Of the reference, for names.
    missing : sequence of Missing
        Cases without a plan, passed through.

    Raises
    ------
    InputError
        The plans are of different cities.
    """
    first = plans[0]
    strange = [n for n in plans if n.plan.city != first.plan.city]
    if strange:
        expected = _("plans of one city; the first is of {city}").format(city=first.plan.city.text())
        raise InputError([Finding("another_city", file=str(n.path), value=n.plan.city.text(), expected=expected) for n in strange])
    asked = question(first)
    against = tuple(_against(first, asked, n) for n in plans[1:])
    return Comparison(
        plans=tuple(plans), against=against, frequency=_frequency(plans), missing=tuple(missing), warnings=tuple(_warnings(plans)),
        policy=policy, library=library, files=tuple(n.path for n in plans),
    )  # fmt: skip


def _against(first: Named, asked: Question, other: Named) -> Against:
    o, p = first.plan.objective, other.plan.objective
    same = o.basis == p.basis
    alike = same and _measure(first.plan) == _measure(other.plan)
    difference = other.optimum.minus(first.optimum) if same else None
    return Against(other, changes(asked, question(other)), moves(first, other), difference, alike)


def _measure(plan: Plan) -> tuple[Any, ...]:
    """Return what decides how much a project is worth in a plan."""
    return tuple((s.id, s.total) for s in plan.scores)


def _frequency(plans: Sequence[Named]) -> tuple[Frequency, ...]:
    names: dict[str, tuple[str, int]] = {}
    states: list[dict[str, str]] = []
    for n in plans:
        here: dict[str, str] = {}
        for c in n.plan.chosen:
            here[c.id] = c.part
            names.setdefault(c.id, (c.name, c.investment))
        for part, entries in (("reserve", n.plan.reserve), ("refused", n.plan.refused)):
            for e in entries:
                here[e.id] = part
                names.setdefault(e.id, (e.name, e.investment))
        states.append(here)
    order = list(dict.fromkeys(s.id for n in plans for s in n.plan.scores))
    ids = [i for i in order if i in names] + [i for i in names if i not in set(order)]
    return tuple(Frequency(i, *names[i], tuple(s.get(i, "") for s in states)) for i in ids)


def _warnings(plans: Sequence[Named]) -> list[Label]:
    first, out = plans[0], list[Label]()
    libraries = [{i.sha256 for i in n.plan.inputs if i.role == "library"} for n in plans]
    other = [n.name for n, lib in zip(plans, libraries, strict=True) if lib != libraries[0]]
    if other:
        ids = [{s.id for s in n.plan.scores} for n in plans]
        common = len(set.intersection(*ids))
        listed = "、".join(other[:5]) + ("…" if len(other) > 5 else "")
        out.append(
            Label(
                zh=f"项目库与基准方案不同：{listed}；按项目编号对应，{common} 个项目为各方案共有",
                en=f"the library differs from the reference's: {listed}; projects are matched by id, {common} are common to all plans",
            )
        )
    years = sorted({n.plan.plan_year for n in plans})
    if len(years) > 1:
        listed = ", ".join(map(str, years))
        out.append(Label(zh=f"计划年度不同：{listed}", en=f"the plan years differ: {listed}"))
    open_ones = [n.name for n in plans if n.plan.objective.stopped not in ("gap", "optimal")]
    if open_ones:
        zh, en = (comma.join(open_ones[:5]) + ("…" if len(open_ones) > 5 else "") for comma in ("、", ", "))
        out.append(Label(zh=f"未证明到要求的差距，名单可能因此不同：{zh}", en=f"not proven to the gap asked, lists may differ for that alone: {en}"))
    if any(n.plan.program != first.plan.program for n in plans):
        out.append(Label(zh="各方案由不同版本的程序算出", en="the plans come from different versions of the program"))
    return out


def _plan_files(path: Path, found: Collector) -> tuple[list[tuple[str, Path]], list[Missing]]:
    """Return name and file of each plan that a path means, and cases without one."""
    if not path.is_dir():
        return [(path.name.removesuffix(ENDING).removesuffix(".json"), path)], []
    ledger = read_ledger(path)
    if ledger is None:
        files = sorted(p for p in path.iterdir() if p.name.endswith(ENDING) and not p.name.startswith("."))
        if not files:
            found.add(Finding("no_plans", file=str(path), expected=_("a folder of a sweep, or one with files *.plan.json")))
        return [(p.name.removesuffix(ENDING), p) for p in files], []
    out: list[tuple[str, Path]] = []
    missing: list[Missing] = []
    for name in ledger.order():
        entry = ledger.entries[name]
        if entry.status != "solved":
            missing.append(Missing(entry.name, entry.status, entry.why))
        elif ledger.holds(entry):
            out.append((entry.name, path / entry.file))
        else:
            found.add(Finding("plan_changed", file=str(path / entry.file), expected=_("the plan file as the sweep wrote it; run the sweep again")))
    return out, missing


def _first(named: list[Named], reference: str | None) -> list[Named]:
    """Return the plans with the reference first."""
    if reference is None:
        return named
    wanted = Path(reference).resolve()
    found = next((n for n in named if n.name == reference), None) or next((n for n in named if n.path.resolve() == wanted), None)
    if found is None:
        names = [n.name for n in named]
        raise InputError([Finding("unknown_plan", file="--reference", value=reference, expected=_("one of the plans given: {names}").format(names=listing(names)), hint=did_you_mean(reference, names))])
    return [found, *(n for n in named if n is not found)]


def _own_names(named: Sequence[Named]) -> list[Named]:
    """Return the plans with names of their own: the folder is added where two have one name."""
    count: dict[str, int] = {}
    for n in named:
        count[n.name] = count.get(n.name, 0) + 1
    return [Named(f"{file_safe(n.path.resolve().parent.name)}/{n.name}", n.plan, n.path) if count[n.name] > 1 else n for n in named]


def _inputs(first: Named) -> tuple[Policy | None, Library | None]:
    """Return policy and library of the reference where its inputs are as they were, for names."""
    inputs = read_plan_inputs(first.plan, first.path)
    return (None, None) if inputs is None else (inputs.policy, inputs.library)
