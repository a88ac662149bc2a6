"""An empty sum against a least value is an error, never a row skipped (design.md 4, last lines)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ..domain import Project
from ..domain.plan import Screened
from ..domain.rules import Level
from ..errors import Conflict, InfeasibleError
from ..i18n import _
from ..io.load import Inputs
from ..model.rules.districts import share_of
from ..problem.candidates import kind_words, why_out
from ..screening.facts import Facts, Where


def check_emptied(inputs: Inputs, screened: Mapping[str, Screened], facts: Facts | None = None) -> None:
    """Raise when a rule asks for at least something of projects that screening or the scenario took out.

    A filter that matches nothing in the whole library is an input error and is found by io's cross checks.

    Raises
    ------
    InfeasibleError
        Naming each such limit, target or district and the clauses that emptied it.
    """
    facts = facts or Facts(inputs.policy, inputs.library)
    conflicts: list[Conflict] = []
    for family, row, members in _asked(inputs, facts):
        why = [why_out(p, screened[p.id], inputs.scenario) for p in members]
        if members and None not in why:
            counts: Counter[str] = Counter()
            for project, reason in zip(members, why, strict=True):
                bars = [c.clause for c in screened[project.id].clauses if c.status in ("failed", "unclear")]
                counts.update(bars if reason in ("screening", "unclear") else [kind_words(reason or "")])
            clauses = ", ".join(f"{c} ({n})" for c, n in counts.most_common(5))
            conflicts.append(
                Conflict(family, row, _("asks for at least something of {n} projects, all of them out: {clauses}").format(n=len(members), clauses=clauses))
            )
    if conflicts:
        raise InfeasibleError(_("limits ask for projects that may not start"), conflicts)


def _asked(inputs: Inputs, facts: Facts) -> Iterator[tuple[str, str, list[Project]]]:
    """Yield family, row and projects of every rule that asks for at least something of some projects."""
    policy, year = inputs.policy, inputs.scenario.plan_year

    def members(where: Where, of: str | None) -> list[Project]:
        inside = [p for p in inputs.library.projects if not where or facts.match(p, where)]
        return [p for p in inside if p.part != "carry_over"] if of == "new" else inside

    for section in ("limits", "targets"):
        for key, limit in getattr(policy, section).items():
            least: Level | None = limit.at_least
            if limit.binds_in(year) and least is not None:
                number = least.value if least.share is None else least.share.at(year)
                if number is not None and number > 0:
                    yield "limits", f"{section}:{key}", members(limit.where, limit.of)
    for key, rule in policy.district_balance.items():
        share = None if rule.at_least is None else rule.at_least.at(year)
        if rule.active and share is not None and share > 0:
            for district in rule.districts or ():
                inside = [p for p in members(rule.where, rule.of) if share_of(p, district) > 0]
                yield "districts", f"districts:{key}[{district}]", inside
