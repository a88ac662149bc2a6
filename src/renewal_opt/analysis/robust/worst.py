r"""Whether a plan can be funded after every overrun of the set, money re-allotted; if not, after which it cannot.

The overruns after which a plan can be funded are convex (`moneymodel`), so only the extreme points of the set count. They are not
listed: a money rule that moves with the overruns, ``f_p(theta) = f0_p + theta_p (f1_p - f0_p)``, funds every one of them when each
link row holds for its own worst set (the largest gamma of its increments; Ben-Tal et al. 2004). Such a rule is looked for by a
linear programme that gets a row and its worst set whenever the rule at hand breaks it. Where no rule serves all sets, the sets are
split by one project (at its overrun, or not) and each part asked again; a part with a single set left is a plain funding programme.
So the answer is exact: `safe` is a proof over all sets, `short` names one set that a programme of its own finds short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import scipy.sparse as sp

from ...funding.oracle import TOLERANCE
from ...problem.tables import Floats, Ints
from .moneymodel import Elastic, MoneyModel, Shortage, balance, lp_of
from .overrun import Level, worst_set

#: parts into which the sets may be split
_PARTS = 300
#: rounds of one programme
_ROUNDS = 400
Theta = dict[int, float]


@dataclass(frozen=True, eq=False)
class Rule:
    """A money rule: use of each link row by project at both ends.

    Attributes
    ----------
    use0, more : Floats, shape (link rows, projects)
        Use without overrun, less the room that the project adds itself; what a full overrun adds to that.
    """

    use0: Floats
    more: Floats


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is proven of a plan; `theta` and `shortage` of a set after which it cannot be funded."""

    status: Literal["safe", "short", "open"]
    theta: Theta = field(default_factory=dict)
    shortage: Shortage | None = None
    rules: tuple[Rule, ...] = ()
    parts: int = 0


@dataclass(frozen=True)
class _Part:
    """Sets with some projects decided."""

    fixed: tuple[tuple[int, float], ...]
    free: tuple[int, ...]
    whole: int
    rest: bool


class Worst:
    """Asks for one plan.

    Parameters
    ----------
    m : MoneyModel
        Of the plan's starts.
    chosen : Ints
        Projects of the plan that may overrun.
    level : Level
    projects : int
        Number of projects of the problem.
    x : Floats
        Weights of starts: 1 for the plan's.
    """

    def __init__(self, m: MoneyModel, chosen: Ints, level: Level, projects: int, x: Floats) -> None:
        self.m, self.level, self.n, self.x = m, level, projects, x
        self.chosen = tuple(chosen.tolist())
        self.elastic = Elastic(m)
        self._end = 1.0 if level.whole else float(level.rest)  # the end of the rule's line
        self._asked: dict[tuple[tuple[int, float], ...], bool] = {}
        self._to_project = sp.csr_matrix(
            (np.ones(m.n), (np.arange(m.n), m.owner[m.group_start[m.group]] if m.n else np.zeros(0, dtype=np.int64))), shape=(m.n, projects)
        )

        by_project = sp.csr_matrix((x, (np.arange(len(x)), m.owner)), shape=(len(x), projects))
        self._own = [(m.own0 @ by_project).toarray(), ((m.own1 - m.own0) @ by_project).toarray()]

    def theta(self, part: Theta) -> Floats:
        """Return overruns by project as an array."""
        out = np.zeros(self.n)
        for p, v in part.items():
            out[p] = v
        return out

    def verdict(self) -> Verdict:
        """Return what is proven."""
        whole, rest = self.level.whole, self.level.rest
        first = self._short({}) or self._short(self._guess())
        if first is not None:
            return first
        if not self.chosen or not self.level.gamma:
            return Verdict("safe")
        for p in self.chosen:  # from here on every project's own rules can be met at both ends of its line
            if (short := self._short({p: self._end})) is not None:
                return short
        rules: list[Rule] = []
        todo = [_Part((), self.chosen, min(whole, len(self.chosen)), bool(rest))]
        for number in range(_PARTS):
            if not todo:
                return Verdict("safe", rules=tuple(rules), parts=number)
            answer = self._look(todo.pop())
            if isinstance(answer, Verdict):
                return answer
            if isinstance(answer, Rule):
                rules.append(answer)
            else:
                todo += list(answer)
        return Verdict("open") if todo else Verdict("safe", rules=tuple(rules), parts=_PARTS)

    def _guess(self) -> Theta:
        """Overruns of the projects that grow most."""
        m = self.m
        grow = np.bincount(m.owner[m.group_start], weights=m.need1 - m.need0, minlength=self.n) if len(m.need0) else np.zeros(self.n)
        theta, _total = worst_set([(p, float(grow[p])) for p in self.chosen], self.level.whole, float(self.level.rest))
        return {p: float(v) for p, v in theta.items()}

    def _short(self, theta: Theta) -> Verdict | None:
        """Ask one set; and the one to which its prices point, while that is new."""
        while True:
            key = tuple(sorted(theta.items()))
            if key in self._asked:
                return None
            answer = self.elastic.ask(self.x, self.theta(theta))
            self._asked[key] = answer.amount > TOLERANCE
            if answer.amount > TOLERANCE:
                return Verdict("short", theta, answer)
            points, _total = worst_set([(p, float(answer.cut[0][p])) for p in self.chosen], self.level.whole, float(self.level.rest))
            if not points:
                return None
            theta = {p: float(v) for p, v in points.items()}

    # -- rules -------------------------------------------------------------------------------------------

    def start(self) -> _RuleLp:
        """Return the programme of a rule without rows of its own yet."""
        return _RuleLp(self.m, self.x, self._end)

    def hold(self, lp: _RuleLp, rule: Rule | None, theta: Theta) -> Rule | None:
        """Return a rule of the programme that funds some overruns too (`rule`: its last one), None when there is none."""
        columns, full = self._columns(theta), self.theta(theta)
        room = self.m.room(self.x, full)
        while True:
            if rule is not None:
                broken = np.flatnonzero(rule.use0.sum(axis=1) + rule.more @ full > self.m.cap + TOLERANCE)
                if not len(broken):
                    return rule
            else:
                broken = np.arange(len(self.m.cap))
            for r in broken.tolist():
                lp.add(r, columns, float(room[r]))
            found = lp.run()
            if found is None:
                return None
            again = self._rule(*found)
            if rule is None and not len(broken):
                return again
            rule = again

    def _add(self, lp: _RuleLp, r: int, theta: Theta) -> None:
        lp.add(r, self._columns(theta), float(self.m.room(self.x, self.theta(theta))[r]))

    def _columns(self, theta: Theta) -> Floats:
        """Return the overrun of each money column's project as a share of the line."""
        m = self.m
        return np.asarray(self._to_project @ self.theta(theta)) / self._end if m.n else np.zeros(0)

    def _rule(self, f0: Floats, f1: Floats) -> Rule:
        m, to = self.m, self._to_project
        use0 = (m.link @ sp.diags(f0) @ to).toarray() - self._own[0]
        use1 = (m.link @ sp.diags(f1) @ to).toarray() - self._own[0] - self._end * self._own[1]
        return Rule(use0, (use1 - use0) / self._end)

    def _look(self, part: _Part) -> Rule | Verdict | Iterator[_Part]:
        """Return a rule for all sets of a part, a set that is short, or the parts into which to split."""
        lp, seen = self.start(), [dict(part.fixed)]
        for r in range(len(self.m.cap)):
            self._add(lp, r, seen[0])
        for _round in range(_ROUNDS):
            found = lp.run()
            if found is None:
                return self._split(part, seen)
            rule, new = self._rule(*found), False
            for r, cap in enumerate(self.m.cap.tolist()):
                theta, use = self._worst(rule, r, part)
                if use > cap + TOLERANCE:
                    self._add(lp, r, theta)
                    new = True
                    if theta not in seen:
                        seen.append(theta)
            if not new:
                return rule
        return self._split(part, seen)

    def _worst(self, rule: Rule, r: int, part: _Part) -> tuple[Theta, float]:
        base = float(rule.use0[r].sum()) + sum(v * float(rule.more[r, p]) for p, v in part.fixed)
        rest = float(self.level.rest) if part.rest else 0.0
        theta, total = worst_set([(p, float(rule.more[r, p])) for p in part.free], part.whole, rest)
        return dict(part.fixed) | {p: float(v) for p, v in theta.items()}, base + float(total)

    def _split(self, part: _Part, seen: list[Theta]) -> Verdict | Iterator[_Part]:
        for theta in seen:
            if (short := self._short(theta)) is not None:
                return short
        free = set(part.free)
        count = Counter(p for theta in seen for p in theta if p in free)
        if not part.free or not (part.whole or part.rest):  # one set alone, and its own programme funds it
            return iter(())
        p = min(part.free, key=lambda q: (-count[q], q))
        return self._children(part, p)

    def _children(self, part: _Part, p: int) -> Iterator[_Part]:
        free = tuple(q for q in part.free if q != p)
        yield _Part((*part.fixed, (p, 0.0)), free, part.whole, part.rest)
        if part.whole:
            yield _Part((*part.fixed, (p, 1.0)), free, part.whole - 1, part.rest)
        if part.rest:
            yield _Part((*part.fixed, (p, float(self.level.rest))), free, part.whole, False)


class _RuleLp:
    """The programme of a rule: money at both ends, link rows at the overruns added so far, their largest excess least."""

    def __init__(self, m: MoneyModel, x: Floats, end: float) -> None:
        self._m = m
        n, projects = m.n, int(m.owner.max(initial=-1)) + 1
        need0, b0 = m.right(x, np.zeros(projects))
        need1, b1 = m.right(x, np.full(projects, end))
        rows = sp.block_diag([sp.vstack([balance(m), m.local]), sp.vstack([balance(m), m.local])])
        a = sp.hstack([rows, sp.csr_matrix((rows.shape[0], 1))])
        low = np.full(len(b0), -np.inf)
        cost = np.concatenate([np.zeros(2 * n), [1.0]])
        self._lp = lp_of(a, np.concatenate([need0, low, need1, low]), np.concatenate([need0, b0, need1, b1]), cost)

    def add(self, r: int, share: Floats, room: float) -> None:
        """Add a link row at an overrun of each column's project, and its room there."""
        m = self._m
        row = m.link.getrow(r)
        at, values, s = row.indices, row.data, share[row.indices]
        columns = np.concatenate([at, m.n + at, [2 * m.n]])
        coefs = np.concatenate([values * (1.0 - s), values * s, [-1.0]])
        kept = coefs != 0.0
        self._lp.add_row(columns[kept].astype(np.int32), coefs[kept], -np.inf, room)

    def run(self) -> tuple[Floats, Floats] | None:
        """Return the money at both ends, None when no rule holds the rows."""
        answer = self._lp.run()
        if answer is None or answer.objective > TOLERANCE:
            return None
        n = self._m.n
        return answer.x[:n], answer.x[n : 2 * n]
