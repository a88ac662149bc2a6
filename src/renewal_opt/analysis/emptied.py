"""An empty sum against a least value is an error, never a row skipped (design.md 4, last lines)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..domain.plan import Screened
from ..errors import Conflict, InfeasibleError
from ..i18n import _
from ..io.load import Inputs
from ..problem.candidates import why_out
from ..screening.facts import Facts


def check_emptied(inputs: Inputs, screened: Mapping[str, Screened]) -> None:
    """Raise when a limit asks for at least something of projects that screening or the scenario took out.

    A filter that matches nothing in the whole library is an input error and is found by io's cross checks.

    Raises
    ------
    InfeasibleError
        Naming each such limit and the clauses that emptied it.
    """
    facts = Facts(inputs.policy, inputs.library)
    conflicts: list[Conflict] = []
    for section in ("limits", "targets"):
        for key, limit in getattr(inputs.policy, section).items():
            least = limit.at_least
            if not limit.binds_in(inputs.scenario.plan_year) or least is None or (least.value is not None and least.value <= 0):
                continue
            members = [p for p in inputs.library.projects if not limit.where or facts.match(p, limit.where)]
            if limit.of == "new":
                members = [p for p in members if p.part != "carry_over"]
            why = [why_out(p, screened[p.id], inputs.scenario) for p in members]
            if members and None not in why:
                counts: Counter[str] = Counter()
                for project, reason in zip(members, why, strict=True):
                    bars = [c.clause for c in screened[project.id].clauses if c.status in ("failed", "unclear")]
                    counts.update(bars if reason in ("screening", "unclear") else [reason or ""])
                clauses = ", ".join(f"{c} ({n})" for c, n in counts.most_common(5))
                conflicts.append(
                    Conflict("limits", f"{section}:{key}", _("asks for at least something of {n} projects, all of them out: {clauses}").format(n=len(members), clauses=clauses))
                )
    if conflicts:
        raise InfeasibleError(_("limits ask for projects that may not start"), conflicts)
