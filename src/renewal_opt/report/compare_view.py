"""A comparison with the names of its ids: what terminal, workbook, page and JSON ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..analysis.compare.data import Against, Change, Comparison, Frequency, Named
from ..domain.base import Label
from ..i18n import _
from .sweep_table import short_names
from .view import View


class Names(View):
    """Names of ids by the reference's policy; with the path of the entry that gave a name."""

    def entry_path(self, path: str) -> str:
        """Return the path of the nearest policy entry at or above a path."""
        here = path
        while here and here not in self._entries:
            here = here.rpartition(".")[0]
        return here or path


class CompareView:
    """A comparison in the language in force.

    Parameters
    ----------
    comparison : Comparison
    """

    def __init__(self, comparison: Comparison) -> None:
        self.data = comparison
        self.plans: Sequence[Named] = comparison.plans
        self.view = Names(comparison.plans[0].plan, comparison.policy, comparison.library)
        shared, short = short_names([n.name for n in comparison.plans])
        self.shared, self.short = shared, tuple(short)

    def text(self, label: Label) -> str:
        """Return a label in the language of the report."""
        return self.view.text(label)

    def name(self, at: int, joint: str = " · ") -> str:
        """Return the short name of a plan, its parts on one line."""
        return self.short[at].replace("\n", joint)

    @property
    def synthetic(self) -> bool:
        """Whether any plan rests on made-up data."""
        return any(n.plan.synthetic for n in self.plans)

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Channels that give money in any plan, in the policy's order."""
        used = {self.view.parent(c) for n in self.plans for c, _y in n.money}
        known = [c for c in self.view.channels if c in used]
        return tuple(known + sorted(used - set(known)))

    @cached_property
    def money(self) -> tuple[dict[str, int], ...]:
        """Money by channel over all years, by plan, 元."""
        return tuple(self._money(n, None) for n in self.plans)

    @cached_property
    def money_now(self) -> tuple[dict[str, int], ...]:
        """Money by channel in the plan year, by plan, 元."""
        return tuple(self._money(n, n.plan.plan_year) for n in self.plans)

    def _money(self, named: Named, year: int | None) -> dict[str, int]:
        out: dict[str, int] = {}
        for (leaf, at), yuan in named.money.items():
            if year in (None, at):
                channel = self.view.parent(leaf)
                out[channel] = out.get(channel, 0) + yuan
        return out

    def side(self, channel: str) -> str:
        """Return the id of a channel's side, empty where the policy does not say."""
        policy = self.data.policy
        return policy.funding.channels[channel].side if policy and channel in policy.funding.channels else ""

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """Sides of the channels used."""
        return tuple(s for s in ("government", "market", "") if any(self.side(c) == s for c in self.channels))

    def side_name(self, side: str) -> str:
        """Return the name of a side."""
        return {"government": _("government side"), "market": _("market side"), "": _("side not known")}[side]

    @cached_property
    def criteria(self) -> tuple[str, ...]:
        """Criteria of any plan."""
        return tuple(dict.fromkeys(k for n in self.plans for k in n.plan.criterion_totals))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of projects by how often they are in the plans: carry_over, always, sometimes, never."""
        out = dict.fromkeys(("carry_over", "always", "sometimes", "never"), 0)
        for f in self.data.frequency:
            out[f.kind] += 1
        return out

    @cached_property
    def sometimes(self) -> tuple[Frequency, ...]:
        """Projects that start in some plans but not in all, most frequent first, then in library order."""
        return tuple(sorted((f for f in self.data.frequency if f.kind == "sometimes"), key=lambda f: -f.times))

    def kind_name(self, kind: str) -> str:
        """Return how often a project is in the plans, in words."""
        return {"carry_over": _("carried over"), "always": _("always"), "sometimes": _("sometimes"), "never": _("never")}[kind]

    def state_name(self, state: str) -> str:
        """Return what a plan makes of a project."""
        if state in ("carry_over", "new_start", "reserve"):
            return self.view.part(state)
        return _("not selected") if state == "refused" else _("not in its library")

    def told(self, against: Against) -> list[Change]:
        """Return what changed without the bounds of rows, which say the same again; with them where nothing else is known."""
        return [c for c in against.changes if c.kind != "bound"] or list(against.changes)

    def moved(self, against: Against, enters: bool) -> int:
        """Return how many projects enter or leave."""
        return sum(m.enters is enters for m in against.moves)
