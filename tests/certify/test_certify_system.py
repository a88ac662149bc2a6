"""The exact rows of the proof are the rows of the model that is solved, entry by entry up to each row's scale."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Hashable
from fractions import Fraction
from math import isclose, log10
from pathlib import Path

import numpy as np
import pytest
from instances import FAMILIES, LATER, Instance, seeded

import renewal_opt.certify
from benchmarks.common import instance
from renewal_opt.analysis.annual import make_problem
from renewal_opt.certify.system import Rows, System, build_system
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import build_model
from renewal_opt.model.compile import compile_model
from renewal_opt.model.matrices import Matrices
from renewal_opt.problem import Problem

#: what the checker consists of; `prove`, `search`, `closing`, `relax` and `rounding` look for proofs
CHECKER = ("system", "portfolio_rules", "money_rules", "bound", "tree")


def model_rows(m: Matrices, problem: Problem) -> dict[str, int]:
    """Return the model's rows by the names that the proof gives them; balance rows by project and year."""
    out: dict[str, int] = {}
    for family, span in m.row_spans.items():
        anchors: Counter[Hashable] = Counter()
        for n, key in enumerate(span.keys):
            parts = list(key) if isinstance(key, tuple) else [key]
            if family == "areas" and parts[0] == "anchor":
                parts[2] = problem.start_years[anchors[parts[1]]]
                anchors[parts[1]] += 1
            elif family == "areas" and parts[0] == "openings":
                parts = [parts[0], parts[2]]
            elif family == "areas" and parts[0] != "required":
                parts = parts[:2]
            out["|".join(map(str, [family, *parts]))] = span.start + n
    return out


def compare(problem: Problem) -> int:
    """Assert that both say the same; return the number of rows."""
    model = build_model(problem)
    m, s = compile_model(model), build_system(problem)
    unit, n_plain = problem.money_unit, len(s.columns)
    spans = {name: m.col_spans[name].positions() for name in ("x", "z", "u") if name in m.col_spans}
    names = ["|".join(map(str, (kind, *key))) for kind, positions in spans.items() for key in positions]  # type: ignore[misc]
    at = {s.column_at[name]: j for name, j in zip(names, [j for p in spans.values() for j in p.values()], strict=True)}
    assert sorted(at) == list(range(n_plain))
    first_money = m.col_spans["f"].start if "f" in m.col_spans else 0
    back = {j: k for k, j in at.items()}
    body: list[dict[int, float]] = [{} for _ in range(m.n_rows)]  # money entries after the plain columns
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    for r, j, v in zip(m.index.tolist(), column.tolist(), m.value.tolist(), strict=True):
        body[r][back[j] if j in back else n_plain + j - first_money] = v
    rows = model_rows(m, problem)
    balance = {name: r for name, r in rows.items() if name.startswith("balance|")}
    void = {name for name, r in rows.items() if not body[r] and m.row_lower[r] <= 0 <= m.row_upper[r]}
    assert set(rows) - set(balance) - (void - set(s.names)) == set(s.names)
    for name, r in s.row_at.items():
        _same_row(s, r, body[rows[name]], m.row_lower[rows[name]], m.row_upper[rows[name]], unit)
    _same_balance(problem, s, {name: body[r] for name, r in balance.items()}, n_plain)
    for k, j in at.items():
        assert s.lower[k] == m.col_lower[j]
        assert s.upper[k] == m.col_upper[j] or (s.upper[k] == 0 and k < len(problem.starts))
        assert isclose(s.gain[k] / s.gain_unit, m.col_cost[j] * model.gain_unit, rel_tol=1e-9, abs_tol=1e-9)
    for e, top in enumerate(s.entry_upper.tolist()):
        assert isclose(m.col_upper[first_money + e], top / unit)
    return len(rows)


def _same_row(s: System, r: int, found: dict[int, float], lower: float, upper: float, unit: int) -> None:
    exact: dict[int, Fraction] = {}
    for part, shift, factor in ((s.plain, 0, 1), (s.money, len(s.columns), unit)):
        index, value = part.of(r)
        exact |= {shift + j: Fraction(int(v)) * factor / s.scale[r] for j, v in zip(index.tolist(), value.tolist(), strict=True)}
    size = max(map(abs, found.values()), default=0.0)
    found = {j: v for j, v in found.items() if abs(v) > 1e-13 * size}
    assert set(found) == set(exact), s.names[r]
    if exact:
        ratios = [found[j] / float(v) for j, v in exact.items()]
        assert isclose(min(ratios), max(ratios), rel_tol=1e-9), s.names[r]
        stated = 1 / unit if s.has_money[r] or s.names[r].split("|")[1] in ("investment", "revenue") else None
        assert isclose(ratios[0], stated) if stated else isclose(log10(ratios[0]), round(log10(ratios[0])), abs_tol=1e-9), s.names[r]
    ratio = ratios[0] if exact else 1.0
    for side, bound, missing in ((s.lo[r], lower, -np.inf), (s.hi[r], upper, np.inf)):
        wanted = missing if side is None else float(Fraction(side) / s.scale[r]) * ratio
        assert bound == wanted or isclose(bound, wanted, rel_tol=1e-9, abs_tol=1e-12), s.names[r]


def _same_balance(problem: Problem, s: System, found: dict[str, dict[int, float]], n_plain: int) -> None:
    unit, ids = problem.money_unit, [p.id for p in problem.projects]
    spent: dict[int, dict[int, int]] = {}
    for k, j, amount in zip(s.spend.start.tolist(), s.spend.pair.tolist(), s.spend.amount.tolist(), strict=True):
        spent.setdefault(j, {})[k] = amount
    assert len(found) == len(problem.pairs)
    for j, (p, year) in enumerate(zip(problem.pairs.project.tolist(), problem.pairs.year.tolist(), strict=True)):
        row = found[f"balance|{ids[p]}|{year}"]
        entries = range(int(s.entry_first[j]), int(s.entry_first[j + 1]))
        starts = {k: -v for k, v in row.items() if k < n_plain}
        assert {k - n_plain: v for k, v in row.items() if k >= n_plain} == dict.fromkeys(entries, 1.0)
        if not entries:  # nothing can pay: the starts are shut
            assert all(s.upper[k] == 0 for k in starts)
            continue
        assert set(starts) == set(spent[j])
        assert all(isclose(v * unit, spent[j][k]) for k, v in starts.items())


def drawn(seed: int, families: list[str] | None = None, most: int = 8, scale: int = 1) -> Problem | None:
    """Return the problem of a drawn instance, None where its inputs are refused or nothing is left."""
    return problem_of(seeded(seed, most, families, scale))


def problem_of(parts: Instance) -> Problem | None:
    """Return the tables of an instance, None where its inputs are refused or nothing is left."""
    try:
        problem = make_problem(Inputs(*parts))
        build_model(problem)
    except (InputError, InfeasibleError):
        return None
    return problem


@pytest.mark.parametrize("family", [*FAMILIES, *LATER])
def test_same_rows_with_each_family(family: str) -> None:
    """Each family is drawn for certain, alone and with two others."""
    made = 0
    for n in range(8):
        others = [FAMILIES[([*FAMILIES, *LATER].index(family) + k * (n + 1)) % len(FAMILIES)] for k in (5, 9)]
        problem = drawn(7_000 + 100 * [*FAMILIES, *LATER].index(family) + n, [family, *others] if n % 2 else [family], 8, 1 if n % 4 else 5_000_000)
        if problem is not None:
            compare(problem)
            made += 1
    assert made >= 4


def test_same_rows_on_drawn_instances() -> None:
    """150 instances as they come."""
    problems = [p for seed in range(150) if (p := drawn(300_000 + seed)) is not None]
    assert len(problems) >= 100
    assert sum(map(compare, problems)) > 3_000


def test_same_rows_on_a_synthetic_city() -> None:
    """300 projects under the whole bundled policy."""
    assert compare(make_problem(Inputs(*instance(300, 1)))) > 1_000


def test_rows_are_whole_and_short() -> None:
    """A row is multiplied by the least number that makes it whole; a name given twice is told apart; nothing is no row."""
    rows = Rows()
    rows.add(("a", 1), None, Fraction(1, 2), {0: Fraction(1, 3), 1: 0})
    rows.add(("a", 1), 4, 6, {}, [3, 5], [2, 4])
    rows.add(("a", 2), None, 0, {})
    rows.add(("a", 3), 1, None, {})
    rows.add(("a", 4), None, None, {0: 1})
    assert rows.names == ["a|1", "a|1#2", "a|3"]
    assert rows.scale == [Fraction(6), Fraction(1, 2), Fraction(1)]
    assert (rows.lo, rows.hi) == ([None, 2, 1], [3, 3, None])
    assert rows.plain().value.tolist() == [2]
    assert rows.money().value.tolist() == [1, 2]


def test_the_checker_knows_neither_model_nor_solver() -> None:
    """The files that check import no layer behind `problem`, and no floating-point solver."""
    folder = Path(renewal_opt.certify.__file__).parent
    for name in CHECKER:
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert (node.module or "").split(".")[0] in ("domain", "problem", "errors", "i18n"), (name, node.module)
            elif isinstance(node, ast.ImportFrom) and node.level == 1:
                assert node.module in CHECKER, (name, node.module)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                roots = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not {r.split(".")[0] for r in roots} & {"highspy", "pyomo", "scipy", "renewal_opt"}, name


def test_checking_loads_no_solver() -> None:
    """A program that only checks never loads HiGHS or Pyomo."""
    code = "import sys, renewal_opt.certify.tree; print([m for m in ('highspy', 'pyomo') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
