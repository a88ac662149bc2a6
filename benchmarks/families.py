"""The two families of instances that the benchmarks solve, each fixed by family, number of projects and seed.

`policy` is the bundled policy as it is: project capital, lower shares, bond limits, spending over five money years.
`laminar` is the same libraries with all spending in the plan year and no lower share: no project capital and no
share of capital; what is left for one project are upper bounds on nested sets of channels (cover of the special bonds,
inside government's share of 60 % in the projects of enterprises), so that money projects out by rows with multipliers 0
and 1 alone.

In both, caps are tight and uneven: `make_scenario` sets caps from what a plan in hand takes of each channel, and here
what a cap leaves beside the carry-overs is multiplied by a share that differs from channel to channel (`LADDER`, in an
order drawn from the seed) and from year to year (`JITTER`). Everything is made of whole numbers, so equal arguments
give an equal instance on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from renewal_opt.domain import Library, Policy, Project, Scenario
from renewal_opt.errors import Collector
from renewal_opt.io.libwrite import write_library
from renewal_opt.io.policy import load_policy
from renewal_opt.io.synth import make_library, make_scenario
from renewal_opt.io.synth.draw import Draw
from renewal_opt.io.synth.init import bundled_root
from renewal_opt.io.synth.witness import Witness, cases
from renewal_opt.io.synth.write import dump_yaml
from renewal_opt.io.yamlfile import parse_yaml
from renewal_opt.problem import Problem, build_problem
from renewal_opt.scoring import score
from renewal_opt.screening import screen

FAMILIES = ("laminar", "policy")
CITY, YEAR = "zhengzhou", 2025
#: per cent of a channel's room beside the carry-overs that is left, from the scarcest channel to the amplest
LADDER = (60, 70, 80, 90, 100, 115, 130, 150)
#: per cent of `make_scenario`'s budget for new starts, so that neither money nor the budget alone decides
BUDGET = {"laminar": 75, "policy": 110}
#: least and largest per cent by which one year's room differs from the channel's
JITTER = (85, 115)
#: units of `io.synth` (100 元) in 1 万元
_WAN = 100


def make(family: str, projects: int, seed: int) -> Problem:
    """Return the tables of one instance.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    projects, seed : int
        Size of the library and seed of all draws.
    """
    policy, library, scenario = inputs(family, projects, seed)
    return tables(policy, library, scenario)


def tables(policy: Policy, library: Library, scenario: Scenario) -> Problem:
    """Screen, score and build the tables of one solve."""
    screened = screen(policy, library, scenario.plan_year)
    return build_problem(policy, library, scenario, screened, score(policy, library, scenario))


def inputs(family: str, projects: int, seed: int) -> tuple[Policy, Library, Scenario]:
    """Return policy with the scenario's overrides, library and scenario of one instance."""
    library, data = made(family, projects, seed)
    node = parse_yaml(dump_yaml(data), Collector(), file="scenario")
    assert node is not None
    scenario = Scenario.model_validate(node.data)
    return load_policy(folder(), scenario.overrides).policy, library, scenario


def folder() -> Path:
    """Return the folder of the bundled policy."""
    return bundled_root() / "models" / CITY


def made(family: str, projects: int, seed: int) -> tuple[Library, dict[str, Any]]:
    """Return library and scenario of one instance, the scenario as plain data with all overrides."""
    base = _base(family)
    plain = load_policy(folder(), base).policy
    library = make_library(plain, projects, seed, YEAR)
    if family == "laminar":
        library = library.model_copy(update={"projects": tuple(map(_in_one_year, library.projects))})
    data = make_scenario(plain, library, YEAR, name=f"{family}-{projects}-{seed}")
    overrides = uneven(plain, library, data["overrides"], seed)
    data["overrides"] = base | _budget(plain, overrides, BUDGET[family])
    return library, data


def write(family: str, projects: int, seed: int, where: Path) -> Path:
    """Write library and scenario of one instance as files; return the scenario's.

    Parameters
    ----------
    where : Path
        An existing folder.
    """
    library, data = made(family, projects, seed)
    write_library(library, load_policy(folder(), data["overrides"]).policy, where / "library.xlsx")
    data |= {"policy": str(folder().resolve()), "library": "library.xlsx"}
    path = where / f"{data['name']}.yaml"
    path.write_text(dump_yaml(data), encoding="utf-8")
    return path


def _base(family: str) -> dict[str, Any]:
    """Return the overrides that make the family."""
    if family == "policy":
        return {}
    if family != "laminar":
        raise ValueError(f"family {family}: one of {', '.join(FAMILIES)}")
    plain = load_policy(folder()).policy
    off = [f"funding.capital.{i}.active" for i in plain.funding.capital]
    off += [f"funding.shares.{i}.active" for i, r in plain.funding.shares.items() if r.of != "cost" or r.at_least is not None]
    return {
        **dict.fromkeys(off, "no"),
        "funding.shares.government_in_market_projects.active": "yes",
        "funding.shares.government_in_market_projects.where": {"implementer_kind": ["platform", "soe", "market"]},
        "funding.shares.government_in_market_projects.at_most": Decimal("0.6"),
        "funding.channels.special_bond.delay": None,  # nothing can wait where there is one year
    }


def _in_one_year(project: Project) -> Project:
    """Return the project with all that it has still to spend in the plan year."""
    if project.part == "carry_over":
        return project.model_copy(update={"remaining": {YEAR: sum(project.remaining.values())}, "end_year": YEAR})
    return project.model_copy(update={"spend": (sum(project.spend),), "end_year": project.start_year})


def _budget(policy: Policy, overrides: Mapping[str, Any], per_cent: int) -> dict[str, Any]:
    """Return the overrides with other budgets of new starts, in 万元."""
    out = dict(overrides)
    for path in overrides:
        if path.startswith("budget.synthetic"):
            out[path] = {**overrides[path], "amount": _scaled(overrides[path]["amount"], per_cent)}
        elif path.startswith("budget.") and path.endswith(".amount") and policy.budget[path.split(".")[1]].measure == "starts":
            out[path] = _scaled(overrides[path], per_cent)
    return out


def _scaled(amounts: Mapping[Any, Any], per_cent: int) -> dict[Any, Any]:
    return {year: amount if year == "later" else amount * per_cent // 100 for year, amount in amounts.items()}


def uneven(policy: Policy, library: Library, overrides: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the overrides of `make_scenario` with caps that leave uneven shares of their room.

    Parameters
    ----------
    policy, library : Policy, Library
        As given to `make_scenario`.
    overrides : mapping
        Its overrides; caps in 万元.
    seed : int
        Decides which channel is scarce.
    """
    carried = Witness(policy, library, YEAR, cases(policy, library, YEAR), set()).use()
    draw = Draw(seed, len(library.projects), 11)
    channels = list(policy.funding.channels)
    ladder = draw.some([LADDER[k % len(LADDER)] for k in range(len(channels))], len(channels))
    out = dict(overrides)

    def cut(path: str, leaves: list[str], per_cent: int) -> None:
        caps: dict[Any, Any] = {}
        for year, amount in overrides[path].items():
            if year == "later":
                caps[year] = amount
                continue
            old = -(-sum(carried.get((leaf, year), 0) for leaf in leaves) // _WAN)
            caps[year] = old + max(0, amount - old) * per_cent * draw.between(*JITTER) // 10_000
        out[path] = caps

    for channel, per_cent in zip(channels, ladder, strict=True):
        subs = list(policy.funding.channels[channel].sub)
        cut(f"funding.channels.{channel}.cap", subs or [channel], per_cent)
        for sub in subs:
            cut(f"funding.channels.{channel}.sub.{sub}.cap", [sub], per_cent)
    return out
