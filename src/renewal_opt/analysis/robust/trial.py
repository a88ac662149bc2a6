"""Plans tried on drawn overruns: in how many draws the budget, a limit or the funding breaks.

Rows without money are added up for all draws at once. Funding is settled in three ways: a money rule (`worst.Rule`) that keeps
every link row funds a draw; the multipliers of a programme that found a shortage show every draw that they make short; what
neither settles is asked from a linear programme of its own, whose answer then settles others. All three are exact up to the
oracle's tolerance; least ticket sizes are left out, so with them the share for funding is a lower one.
"""

from __future__ import annotations

import threading
import time
from fractions import Fraction

import numpy as np

from ...domain.robust import Protection, Trial
from ...funding.oracle import TOLERANCE
from ...problem.tables import Bools, Floats
from .moneymodel import money_model
from .overrun import Level, Overrun
from .space import Pick
from .worst import Rule, Worst

_ONE = Fraction(1)
#: turns and seconds for the funding of one plan's draws
_MOST_TURNS, _SECONDS = 5000, 60.0


def draws(o: Overrun, protection: Protection) -> Floats:
    """Return drawn overruns, shape (draws, projects), as shares of each project's largest; the same for every plan."""
    rng = np.random.default_rng(protection.seed)
    shape = (protection.draws, len(o.stated.projects))
    hit = rng.random(shape) < float(protection.chance)
    return np.where(hit & o.may, rng.random(shape), 0.0)


def tried(o: Overrun, pick: Pick, rules: tuple[Rule, ...], drawn: Floats, cancel: threading.Event | None = None) -> Trial:
    """Return the shares of draws that break something in a plan; what is not settled when `cancel` is set stays so."""
    n = len(drawn)
    if not n:
        return Trial(draws=0, any=0.0, budget=0.0, limits=0.0, funding=0.0, unsettled=0.0)
    kinds = {kind: _linear(o, pick, drawn, kind) for kind in ("budget", "limits")}
    short, open_ = _funding(o, pick, rules, drawn, cancel)
    broken = kinds["budget"] | kinds["limits"] | short
    return Trial(
        draws=n, any=float(broken.mean()), budget=float(kinds["budget"].mean()), limits=float(kinds["limits"].mean()),
        funding=float(short.mean()), unsettled=float(open_.mean()),
    )  # fmt: skip


def _linear(o: Overrun, pick: Pick, drawn: Floats, kind: str) -> Bools:
    owner = o.stated.starts.project
    out = np.zeros(len(drawn), dtype=bool)
    for row in o.linear:
        if row.kind != kind or (row.area and row.area not in pick.opened):
            continue
        room = row.bound - sum((v for k, v in row.base.items() if pick.chosen[k]), start=row.bound * 0)
        grow = np.zeros(drawn.shape[1])
        for k, v in row.grow.items():
            if pick.chosen[k]:
                grow[owner[k]] += float(v)
        size = max(float(np.abs(grow).sum()), abs(float(room)), 1e-300)
        out |= drawn @ grow > float(room) + 1e-12 * size
    return out


def _funding(o: Overrun, pick: Pick, rules: tuple[Rule, ...], drawn: Floats, cancel: threading.Event | None) -> tuple[Bools, Bools]:
    """Return which draws cannot be funded, and which could not be settled."""
    m = money_model(o, [pick.chosen])
    short, open_ = np.zeros(len(drawn), dtype=bool), np.ones(len(drawn), dtype=bool)
    if m is None:
        return short, open_
    x = np.array(pick.chosen, dtype=float)
    inside = np.unique(o.stated.starts.project[np.array(pick.chosen, dtype=bool)])
    asker = Worst(m, inside[o.may[inside]], Level(_ONE), len(o.stated.projects), x)
    for known in rules:
        open_ &= ~_funds(known, m.cap, drawn)
    until = time.monotonic() + _SECONDS
    lp = asker.start()
    last: Rule | None = None
    for _turn in range(_MOST_TURNS):
        left = np.flatnonzero(open_)
        if not len(left) or time.monotonic() > until or (cancel is not None and cancel.is_set()):
            break
        at = int(left[0])
        theta = {int(p): float(drawn[at, p]) for p in np.flatnonzero(drawn[at])}
        rule = asker.hold(lp, last, theta)
        if rule is None:  # no rule holds this draw beside the earlier ones: ask for it alone
            answer = asker.elastic.ask(x, drawn[at])
            open_[at] = False
            if answer.amount > TOLERANCE:
                cut = drawn[left] @ answer.cut[0] + answer.cut[1] > TOLERANCE
                short[at] = short[left[cut]] = True
                open_[left[cut]] = False
            lp, last = asker.start(), None
            rule = None if answer.amount > TOLERANCE else asker.hold(lp, None, theta)
        last = rule
        if rule is not None:
            open_[at] = False
            open_[left[_funds(rule, m.cap, drawn[left])]] = False
    return short, open_


def _funds(rule: Rule, cap: Floats, drawn: Floats) -> Bools:
    """Return which draws a money rule funds."""
    use = rule.use0.sum(axis=1)[None, :] + drawn @ rule.more.T
    out: Bools = (use <= cap[None, :] + TOLERANCE).all(axis=1)
    return out
