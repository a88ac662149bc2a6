"""A plan with the names of its ids: what all reports ask of plan, policy and library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from ..domain.base import Entry, Label
from ..domain.library import Library, Project
from ..domain.plan import Chosen, Plan, Reason, RowUse
from ..domain.policy import PART_LABELS, Policy
from ..domain.walk import entries
from ..i18n import _, get_language, set_language
from ..text.base import families, family_text

#: 续建, 新开工, 储备 in the order of an annual plan
PARTS = ("carry_over", "new_start", "reserve")

Key = tuple[str, int]


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak a language inside; None keeps the one in force."""
    before = get_language()
    set_language(language or before)
    try:
        yield
    finally:
        set_language(before)


@dataclass(frozen=True)
class PartSum:
    """Number and money of one part of the plan, 元."""

    part: str
    number: int
    investment: int
    this_year: int
    later: int


class View:
    """Plan, policy and library in the language in force.

    Parameters
    ----------
    plan : Plan
    policy, library : Policy, Library or None
        Where they are absent, ids stand in place of names.
    """

    def __init__(self, plan: Plan, policy: Policy | None, library: Library | None) -> None:
        self.plan, self.policy, self.library, self.language = plan, policy, library, get_language()
        self.projects: Mapping[str, Project] = {p.id: p for p in library.projects} if library else {}

    def text(self, label: Label) -> str:
        """Return a label in the language of the report."""
        return label.text(self.language)

    def of(self, vocabulary: str, key: str | None) -> str:
        """Return the name of an id of one of the policy's lists; the id itself where it has none."""
        if key is None:
            return ""
        label = self.vocabulary(vocabulary).get(key)
        return key if label is None else self.text(label)

    def vocabulary(self, name: str) -> dict[str, Label]:
        """Return id to label of one of the policy's lists."""
        if name not in self._vocabularies:
            self._vocabularies[name] = self.policy.vocabulary(name) if self.policy else {}
        return self._vocabularies[name]

    @cached_property
    def _vocabularies(self) -> dict[str, dict[str, Label]]:
        return {}

    def part(self, part: str) -> str:
        """Return the name of a part."""
        return self.text(PART_LABELS[part])

    @cached_property
    def _leaf_parent(self) -> dict[str, str]:
        return {leaf: self.policy.funding.parent(leaf) for leaf in self.policy.funding.leaves()} if self.policy else {}

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Channels in the policy's order; those of the plan's money where there is no policy."""
        known = tuple(self.policy.funding.channels) if self.policy else ()
        used = (m.channel for c in self.plan.chosen for m in c.money)
        return tuple(dict.fromkeys([*known, *(self.parent(u) for u in used)]))

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Channels and sub-channels to which money is given."""
        known = self.policy.funding.leaves() if self.policy else ()
        return tuple(dict.fromkeys([*known, *(m.channel for c in self.plan.chosen for m in c.money)]))

    def parent(self, leaf: str) -> str:
        """Return the channel of a sub-channel (a channel's own id otherwise)."""
        return self._leaf_parent.get(leaf, leaf)

    def channel(self, key: str) -> str:
        """Return the name of a channel or sub-channel."""
        label = self._channel_labels.get(key)
        return key if label is None else self.text(label)

    @cached_property
    def _channel_labels(self) -> dict[str, Label]:
        if self.policy is None:
            return {}
        out = {}
        for key, channel in self.policy.funding.channels.items():
            out[key] = channel.label
            out.update({s: sub.label for s, sub in channel.sub.items()})
        return out

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return dict(entries(self.policy)) if self.policy else {}

    def rule(self, path: str) -> str:
        """Return the name of a policy entry by its path; of the nearest one above it where it has none; else the path."""
        here = path
        if path == "screening.stages":
            return _("life-cycle stage")
        while here:
            entry = self._entries.get(here)
            if entry is not None:
                return self.text(entry.label)
            here = here.rpartition(".")[0]
        return path

    def criterion(self, key: str) -> str:
        """Return the name of a criterion, or of an indicator written criterion/indicator."""
        first, _slash, second = key.partition("/")
        return self.rule(f"criteria.{first}.indicators.{second}" if second else f"criteria.{first}")

    def action(self, project: Project | None) -> str | None:
        """Return the id of the action to which a project's work belongs."""
        return self.policy.action_of(project.work) if self.policy and project and project.work else None

    @cached_property
    def used(self) -> dict[Key, int]:
        """Money by leaf and year, 元."""
        out: Counter[Key] = Counter()
        for chosen in self.plan.chosen:
            for m in chosen.money:
                out[m.channel, m.year] += m.yuan
        return dict(out)

    @cached_property
    def by_channel(self) -> dict[Key, int]:
        """Money by channel (sub-channels added) and year, 元."""
        out: Counter[Key] = Counter()
        for (leaf, year), yuan in self.used.items():
            out[self.parent(leaf), year] += yuan
        return dict(out)

    @cached_property
    def finer_than_printed(self) -> bool:
        """Whether some money is finer than the two decimals of 万元 that tables print (the 元 of a share, say)."""
        return any(m.yuan % 100 for c in self.plan.chosen for m in c.money)

    def this_year(self, chosen: Chosen) -> int:
        """Return a project's money of the plan year, 元."""
        return sum(m.yuan for m in chosen.money if m.year == self.plan.plan_year)

    @cached_property
    def parts(self) -> tuple[PartSum, ...]:
        """Number and money of 续建, 新开工 and 储备."""
        out = []
        for part in PARTS[:2]:
            mine = [c for c in self.plan.chosen if c.part == part]
            now = sum(self.this_year(c) for c in mine)
            every = sum(m.yuan for c in mine for m in c.money)
            out.append(PartSum(part, len(mine), sum(c.investment for c in mine), now, every - now))
        waiting = self.plan.reserve
        return (*out, PartSum("reserve", len(waiting), sum(r.investment for r in waiting), 0, 0))

    @cached_property
    def binding(self) -> tuple[RowUse, ...]:
        """Rows that are tight: assumptions first, then those of the plan year and without a year, then later years."""
        return tuple(sorted((u for u in self.plan.use if u.binding), key=lambda u: (not u.assumption, self.year_of(u) not in (None, self.plan.plan_year))))

    @staticmethod
    def year_of(use: RowUse) -> int | None:
        """Return the year of a row, None where it has none."""
        found = re.search(r"[\[,]([0-9]{4})\]$", use.row)
        return int(found.group(1)) if found else None

    def reason_group(self, reason: Reason) -> str:
        """Return what a reason has in common with others: the clause or rule, else its kind."""
        kind = REASON_KINDS[reason.kind]()
        if reason.rule and reason.kind in ("screening", "unclear", "rule", "ranked_out"):
            named = RELATIONS[reason.rule]() if reason.rule in RELATIONS else self.rule(reason.rule)
            return f"{kind}: {named}" if self.language == "en" else f"{kind}：{named}"
        return kind

    @cached_property
    def refusals(self) -> tuple[tuple[str, int], ...]:
        """First reasons of all that is not selected, most frequent first."""
        count = Counter(self.reason_group(r.reasons[0]) for r in self.plan.refused if r.reasons)
        return tuple(sorted(count.items(), key=lambda item: (-item[1], item[0])))


REASON_KINDS = {
    "screening": lambda: _("fails screening"),
    "forced_out": lambda: _("forced out by the scenario"),
    "rule": lambda: _("barred by a rule"),
    "ranked_out": lambda: _("ranked out"),
    "not_this_year": lambda: _("not this year"),
    "reserve_declared": lambda: _("declared for the reserve"),
    "withdrawn": lambda: _("withdrawn"),
    "reserve_full": lambda: _("the reserve is full"),
    "no_funding": lambda: _("no channel can pay it"),
    "unclear": lambda: _("unclear in screening"),
}
RELATIONS = {
    "precedence": lambda: _("precedence"),
    "exclusivity": lambda: _("exclusive group"),
    "corequisites": lambda: _("co-requisites"),
    "coordination": lambda: _("coordinated areas"),
}
#: what is re-checked beside the rule families, which have their names in `text/<family>.py`
CHECKED = {
    "screening": lambda: _("screening"),
    "scores": lambda: _("scores"),
    "totals": lambda: _("totals"),
    "use": lambda: _("use of limits"),
    "inputs": lambda: _("inputs"),
}


def family_name(family: str) -> str:
    """Return the name of a rule family."""
    if family in families():
        title: Label = family_text(family).TITLE
        return title.text()
    return CHECKED[family]() if family in CHECKED else family


def stopped_name(stopped: str) -> str:
    """Return why the solver stopped, in words."""
    return {
        "gap": _("gap reached"),
        "optimal": _("proven optimal"),
        "time": _("time limit; the plan is not proven to the gap asked"),
        "unproven": _("portfolios were set aside without a proof that they are no plans; the gap counts them"),
        "interrupted": _("interrupted; the plan is not proven to the gap asked"),
    }[stopped]


def of_another_question(plan: Plan) -> str:
    """Return, of a plan that was not sought for its weighted score, what it is one of; else an empty text."""
    if plan.objective.stopped != "unproven" or plan.objective.bound is not None:
        return ""
    if "pareto" in plan.options:
        return _("one plan of a trade-off front; it was not sought for this objective")
    return _("the answer to another question; it was not sought for this objective") if {"fund", "robust"} & set(plan.options) else ""


def stopped_words(plan: Plan) -> str:
    """Return why the solver stopped, or that the plan is not the answer to a solve for its weighted score."""
    return of_another_question(plan) or stopped_name(plan.objective.stopped)


def basis_name(basis: str) -> str:
    """Return what scores are multiplied with, in words."""
    return {"investment": _("investment (10k yuan x points)"), "count": _("count (points)"), "beneficiaries": _("beneficiaries (persons x points)")}[basis]


def unit_name(basis: str) -> str:
    """Return the unit of scores."""
    return {"investment": _("10k yuan x points"), "count": _("points"), "beneficiaries": _("persons x points")}[basis]


def synthetic_notice() -> str:
    """Return what is said first wherever made-up data is shown."""
    return "合成数据，不是真实项目 / SYNTHETIC DATA, no real projects"


def rounding_note() -> str:
    """Return what explains printed parts that miss their printed sum by the last digit."""
    return _("exact to the yuan: rounded parts may miss their rounded sum in the last digit")


def status_name(status: str) -> str:
    """Return a status of screening in words."""
    return {"passed": _("passed"), "failed": _("failed"), "unclear": _("unclear"), "waived": _("waived")}[status]

