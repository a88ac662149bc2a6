"""The best money of a fixed portfolio by scipy's milp, over the lines that tests/proof/second_model.py writes from the clauses.

Nothing here knows the engine's tables: rules, eligibility and spending come from the second reading of policy and
library, the cost of a 元 from `SecondModel`'s own repayment formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction as F
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from second_model import Line, SecondModel, repaid

Var = tuple[Any, ...]


class FixedMoney:
    """Money of a portfolio: `chosen` is id to start year (None: a carry-over)."""

    def __init__(self, model: SecondModel, chosen: Mapping[str, int | None]) -> None:
        self.m = model
        inside = {o.x for o in model.options if o.project.id in chosen and chosen[o.project.id] == o.start}
        self.money = [v for v, (o, _leaf, _t) in model.f.items() if o.x in inside]
        self.used = [v for v in model.binaries if v[0] == "u" and ("x", v[1], v[2]) in inside]
        self.lines: list[Line] = []
        for line in model.lines:
            if not any(v[0] == "f" for v in line.sum) and line.name not in ("balance", "shares", "capital", "asks", "caps", "reserved", "cover", "tickets", "fund_balance", "ratios", "debt_service"):
                continue
            fixed = sum((c for v, c in line.sum.items() if v in inside), F(0))
            own = {v: c for v, c in line.sum.items() if v in self.money or v in self.used}
            if {v[1:3] for v in line.sum if v[0] == "x"} and not any(v in inside for v in line.sum if v[0] == "x") and not own:
                continue
            self.lines.append(Line(line.name, own, None if line.lo is None else line.lo - fixed, None if line.hi is None else line.hi - fixed))

    def cost(self, aim: str) -> dict[Var, F]:
        """Cost of one 元 by variable: money of government, or interest and fee over the term."""
        parent = {leaf: self.m.channels[key] for key, leaf in self.m.leaves}
        out: dict[Var, F] = {}
        for v in self.money:
            ch = parent[v[3]]
            if aim == "fiscal":
                out[v] = F(ch.side == "government")
            elif ch.counts_as == "debt":
                out[v] = sum((repaid(ch, self.m.t0, k) for k in range(1, ch.term + 1)), F(0)) - 1 + F(ch.issue_fee or 0)
        return out

    def best(self, cost: Mapping[Var, F], more: Sequence[Line] = (), *, whole: bool = True) -> dict[Var, int] | F | None:
        """Return whole money of least cost (or, with `whole` off, the least cost of real money); None: infeasible."""
        names = [*self.used, *self.money]
        at = {v: j for j, v in enumerate(names)}
        lines = [*self.lines, *more]
        if any(not line.sum and not line.holds({}) for line in lines):
            return None
        if not names:
            return {} if whole else F(0)
        c = np.array([float(cost.get(v, 0)) for v in names])
        rows = [line for line in lines if line.sum]
        a, lo, hi = np.zeros((len(rows), len(names))), np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        for n, line in enumerate(rows):
            for v, x in line.sum.items():
                a[n, at[v]] = float(x)
            lo[n] = -np.inf if line.lo is None else float(line.lo)
            hi[n] = np.inf if line.hi is None else float(line.hi)
        top = np.array([1.0] * len(self.used) + [float(self.m.upper[v]) for v in self.money])
        if not whole:
            up, down = np.isfinite(hi), np.isfinite(lo)
            r = linprog(c, A_ub=np.vstack([a[up], -a[down]]), b_ub=np.concatenate([hi[up], -lo[down]]), bounds=list(zip([0.0] * len(names), top, strict=True)))
            return F(r.fun) if r.status == 0 else None
        r = milp(c, constraints=LinearConstraint(a, lo, hi), bounds=Bounds(0, top), integrality=np.ones(len(names)), options={"mip_rel_gap": 0.0})
        return None if r.x is None else {v: round(x) for v, x in zip(names, r.x, strict=True)}

    def holds(self, point: Mapping[Var, int], more: Sequence[Line] = ()) -> bool:
        """Whether whole money satisfies every line exactly; tickets follow from the money."""
        full = dict(point)
        for v in self.used:
            own = set(self.m.channels[v[3]].sub or [v[3]])
            full[v] = int(any(full.get(w, 0) for w in self.money if w[1:3] == v[1:3] and w[3] in own))
        return all(line.holds(full) for line in [*self.lines, *more])  # type: ignore[arg-type]


def value(cost: Mapping[Var, F], point: Mapping[Var, int]) -> F:
    """Return the exact cost of whole money."""
    return sum((c * point.get(v, 0) for v, c in cost.items()), F(0))
