"""The walk over the families: every module of this folder that has `check(case)`, in the order of their names."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from itertools import chain

from ..domain import Library, Plan, Policy, Scenario
from .case import Case
from .reading import reading_of
from .rows import Breach, FamilyResult, Row, Same
from .said import flags
from .use import compare

Check = Callable[[Case], Iterable[Row | Same]]


def families() -> dict[str, Check]:
    """Return the families and their checks; a new file in the folder is one more."""
    package = importlib.import_module(__package__)
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    modules = {n: importlib.import_module(f"{__package__}.{n}") for n in names}
    return {n: m.check for n, m in modules.items() if hasattr(m, "check")}


def judge(family: str, rows: Iterable[Row | Same], used: list[tuple[str, Row]] | None = None) -> FamilyResult:
    """Count the comparisons of a family and gather those that fail; what cannot be computed is a failure too."""
    count, breaches = 0, []
    try:
        for row in rows:
            count += 1
            if (breach := row.breach(family)) is not None:
                breaches.append(breach)
            if isinstance(row, Row) and row.use and used is not None:
                used.append((family, row))
    except Exception as error:  # a plan or input that makes no sense is a breach, never a crash
        breaches.append(Breach(family, family, family, kind="unreadable", found=f"{type(error).__name__}: {error}"))
    return FamilyResult(family, count, tuple(breaches))


def verify_plan(plan: Plan, policy: Policy, library: Library, scenario: Scenario) -> tuple[FamilyResult, ...]:
    """Re-check a plan against the clauses, in int and Fraction, with the verifier's own reading of the inputs.

    Returns one result a family, in the order of their names, and last `use`: the plan's list of used rows.
    Never raises because of the plan.
    """
    used: list[tuple[str, Row]] = []
    try:
        case = Case(plan, reading_of(policy, library, scenario))
    except Exception as error:
        return (FamilyResult("inputs", 0, (Breach("inputs", "inputs", "inputs", kind="unreadable", found=f"{type(error).__name__}: {error}"),)),)
    results = [judge(family, check(case), used) for family, check in families().items()]
    return (*results, judge("use", chain(compare(plan, used), flags(case, used))))
