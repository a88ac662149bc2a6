r"""Channels: what each funding channel and sub-channel can bring in a year.

.. math::
    \sum_p f_{p,c,t} \le \mathrm{cap}_{c,t}, \qquad \text{with carry-over of a surplus: }
    \sum_{t' \le t} \sum_p f_{p,c,t'} \le \sum_{t' \le t} \mathrm{cap}_{c,t'}
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Entry, Label
from ...domain.funding import CapByYear
from ...problem import Problem
from ..rows import Row, Terms, Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True
_NONE = np.zeros(0, dtype=np.int64)


def rows(problem: Problem) -> list[Row]:
    """Return one row a channel, sub-channel and money year with a cap."""
    out: list[Row] = []
    for key, channel in problem.policy.funding.channels.items():
        path = f"funding.channels.{key}"
        out += _rows(problem, key, path, channel, channel.cap, channel.carry_surplus)
        for sub, entry in channel.sub.items():
            out += _rows(problem, sub, f"{path}.sub.{sub}", entry, entry.cap, channel.carry_surplus)
    return out


def _rows(problem: Problem, key: str, path: str, entry: Entry, cap: CapByYear, surplus: bool) -> list[Row]:
    out: list[Row] = []
    entries = problem.entries
    mine = problem.leaf_mask((key,))[entries.leaf]
    total: int | None = 0
    for year in problem.money_years:
        try:
            amount = cap.at(year)
        except LookupError:
            raise problem.cap_missing(f"{path}.cap", year) from None
        if surplus:
            total = None if total is None or amount is None else total + amount
            amount = total
        if amount is None:
            continue
        chosen = np.flatnonzero(mine & ((entries.year <= year) if surplus else (entries.year == year)))
        out.append(
            Row(
                "channels", path, f"channels:{key}[{year}]",
                Label(zh=f"{entry.label.zh} {year}", en=f"{entry.label.en} {year}"), "yuan",
                entry.source.assumed or not cap.stated(year),
                Terms(_NONE, None, chosen), None, amount,
            )
        )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the channel caps."""
    Writer(m, problem).rows("channels", rows(problem))
