"""What cannot be funded, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from ....domain.fund_mix import (
    MixAlone,
    MixBlocked,
    MixHit,
    MixLeft,
    MixNeed,
    MixSource,
    MixStop,
    MixTogether,
)
from ....domain.walk import entries
from ....errors import SolverError
from ....solver import SolveOptions
from ...portfolio import objective_of
from ...use import exact
from ..target import Target
from .blocked import Hit, why_blocked
from .leave import By, leave_out
from .needs import Need
from .stops import Stop


def blocked_data(target: Target, options: SolveOptions) -> MixBlocked:
    """Return why a target cannot be funded, and the ways out.

    Parameters
    ----------
    target : Target
    options : SolveOptions
    """
    problem = target.problem
    why = why_blocked(problem, target.chosen, target.rows, options)
    ids = [p.id for p in problem.projects]
    assumed = {r.name: r.assumption for r in target.rows}
    sources = {path: entry.source.assumed for path, entry in entries(target.inputs.policy)}

    def stops(found: Sequence[tuple[Hit, Stop]]) -> tuple[MixStop, ...]:
        return tuple(_stop(target, hit, stop, assumed.get(hit.name, _assumed(sources, hit.rule))) for hit, stop in found)

    ways: tuple[By, ...] = ("score", "number")
    return MixBlocked(
        alone=tuple(MixAlone(id=ids[p], name=problem.projects[p].name, hits=tuple(map(_hit, hits))) for p, hits in sorted(why.alone.items())),
        rules=tuple(map(_hit, why.rules)),
        sets=tuple(
            MixTogether(projects=tuple(ids[p] for p in s.projects), claim=s.claim, needs=tuple(_need(target, n, assumed) for n in s.needs), stops=stops(s.hits), irreducible=s.irreducible)
            for s in why.sets
        ),
        needs=tuple(_need(target, n, assumed) for n in why.needs), running=tuple(map(_hit, why.running)),
        stops=stops(why.hits),
        left=tuple(w for by in ([] if why.running else ways) if (w := _left(target, by, options)) is not None),
    )  # fmt: skip


def _hit(hit: Hit) -> MixHit:
    return MixHit(family=hit.family, rule=hit.rule, label=hit.label, short=hit.short)


def _assumed(sources: Mapping[str, bool], rule: str) -> bool:
    """Return whether the policy entry of a rule, or of the one that holds it, has no official source."""
    return next((sources[path] for path in (rule, rule.rpartition(".")[0]) if path in sources), False)


def _stop(target: Target, hit: Hit, stop: Stop, assumption: bool) -> MixStop:
    problem, funding = target.problem, target.inputs.policy.funding
    at = np.array(stop.entries, dtype=np.int64)
    leaves = [problem.leaves[k] for k in sorted(set(problem.entries.leaf[at].tolist()))]
    labels = [funding.channels[leaf].label if leaf in funding.channels else funding.channels[funding.parent(leaf)].sub[leaf].label for leaf in leaves]
    owners = sorted({problem.projects[p].id for p in problem.entries.project[at].tolist()})
    own = stop.row.project if stop.row is not None else owners[0] if len(owners) == 1 else ""
    return MixStop(
        family=hit.family, rule=hit.rule, label=hit.label, project=own, channels=tuple(labels), years=tuple(sorted(set(problem.entries.year[at].tolist()))),
        needed=None if stop.needed is None or stop.proof == "none" else exact(stop.needed), available=None if stop.available is None or stop.proof == "none" else exact(stop.available),
        proof=stop.proof, assumption=assumption,
    )  # fmt: skip


def _need(target: Target, need: Need, assumed: dict[str, bool]) -> MixNeed:
    labels = {r.name: r.label for r in target.rows}
    sources = tuple(
        MixSource(
            family=s.row.family, rule=s.row.rule, label=labels[s.row.name], years=s.years, price=exact(price), yuan=exact(Fraction(s.most)),
            assumption=assumed[s.row.name],
        )
        for s, price in need.sides
    )  # fmt: skip
    return MixNeed(sources=sources, needed=exact(need.needed), available=exact(need.available), short=exact(need.short), projects=need.projects)


def _left(target: Target, by: By, options: SolveOptions) -> MixLeft | None:
    problem = target.problem
    try:
        found = leave_out(problem, target.chosen, target.opened, target.rows, by, options)
    except SolverError:
        return None
    if found is None:
        return None
    kept = found.portfolio.chosen
    gone = sorted({int(problem.starts.project[k]) for k, (a, b) in enumerate(zip(target.chosen, kept, strict=True)) if a and not b})
    whole = objective_of(problem, target.chosen, target.opened)
    least = whole - found.score
    return MixLeft(by=by, projects=tuple(problem.projects[p].id for p in gone), loss=exact(whole - found.portfolio.objective), loss_least=exact(max(Fraction(0), least)), broken=tuple(MixHit(family=r.family, rule=r.rule, label=r.label, short=0) for r in found.broken))
