"""Funding mixes: the best money for projects that stay as they are, as data. Money is whole 元, exact numbers are text ("a/b")."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label, Seq
from .plan import InputFile

MixAim = Literal["fiscal", "cost", "leverage"]


class MixMeasures(Frozen):
    """What a funding amounts to."""

    government: int
    """Money of government channels, 元."""
    market: int
    """Money of market channels, 元."""
    debt: int
    """Money of debt channels, 元."""
    interest: str
    """All interest by the repayment form over the term, 元, exact."""
    fees: str
    """Issue fees, 元, exact."""
    cost: str
    """Cost of capital, 元, exact: interest and fees; discounted, the present value of fees and dues less that of the money drawn."""
    rate: str | None
    """Yearly rate weighted by money drawn; null without debt."""
    term: str | None
    """Term in years weighted by money drawn; null without debt."""
    leverage: str | None
    """Market over government money; null without government money."""


class MixStage(Frozen):
    """One aim and how far its optimum is proven; later stages hold what earlier ones reached."""

    aim: MixAim
    """Money of government, cost of capital, or leverage."""
    value: str
    """Reached, exact: 元; of leverage the ratio of market to government money ("" where there is no government money)."""
    bound: str
    """Proven: no whole money that holds the earlier stages is better than this."""
    gap_yuan: str
    """Distance of value and bound, 元, exact (of leverage: of the money of government)."""
    proof: Literal["exact", "solver"]
    """What the bound rests on: whole-number arithmetic, or the solver's bound, lowered a little."""
    before: str | None
    """The same measure of the plan's own money; null where that no longer satisfies the rules."""
    settled: bool
    """Whether an earlier stage decided it already."""


class MixKept(Frozen):
    """How much of a plan's money had to change: of the ways to pay that are equally good by every aim, the one that changes the least of it is taken."""

    came: int
    """元 that come from a channel and year from which the plan does not have them for the project; as much goes."""
    least: int
    """Proven: no money as good by every aim changes less, 元."""
    proof: Literal["exact", "solver"]
    """What that rests on: whole-number arithmetic, or the solver's bound, lowered a little."""


class MixRow(Frozen):
    """Money of one project, channel and year, 元."""

    project: str
    """Project id."""
    name: str
    """Project name."""
    channel: str
    """Channel or sub-channel."""
    year: int
    """Calendar year."""
    before: int
    """In the plan."""
    after: int
    """In the mix; as before where there is none."""


class MixCover(Frozen):
    """Cover of one project's special bonds, or of all its debt, by the mix's money: revenue that the rule counts over principal and interest."""

    id: str
    """Project id."""
    name: str
    """Project name."""
    of: Literal["bonds", "all"]
    """Special bonds alone, or all debt."""
    rule: str
    """Policy path of the rule in force with the least room; empty where there is none and the floor 1 is taken."""
    label: Label
    """The rule in words."""
    assumption: bool
    """Whether the rule has no official source."""
    floor: str
    """Least cover: that of the rule, at least 1, exact."""
    usual: str | None
    """Largest least cover that the policy states for such debt, switched off or of other projects included, where it is above the floor; exact."""
    usual_label: Label | None
    """That rule in words."""
    declared: str
    """At the declared rate without documented help, exact."""
    declared_helped: str
    """With documented help."""
    issued: str | None
    """At the rate of issue without help; null where no channel states one."""
    issued_helped: str | None
    """With help."""
    rule_counts: str
    """What the rule compares with its least ratio: at the declared rate, with help where it names help."""
    least: str
    """Least of these covers: without help, or with it where more is paid to others than received."""
    state: Literal["below", "near", "clear"]
    """`below`: `least` is below the floor; `near`: below `usual`, or less than a tenth above the floor; `clear`: neither."""


class MixHit(Frozen):
    """A rule in the way."""

    family: str
    """Rule family."""
    rule: str
    """Policy path."""
    label: Label
    """The row in words."""
    short: int
    """元 by which it would have to give way, beside the others told with it; 0 where that is no amount."""


class MixSource(Frozen):
    """One row of a bottleneck."""

    family: str
    """Rule family."""
    rule: str
    """Policy path."""
    label: Label
    """Channel or rule, with its year."""
    years: Seq[int]
    """Money years."""
    price: str
    """Its multiplier, exact; 1 in a plain set."""
    yuan: str
    """Money that it allows, 元, exact."""
    assumption: bool
    """Whether it has no official source."""


class MixNeed(Frozen):
    """Money that only some caps can bring: more is needed than available, proven."""

    sources: Seq[MixSource]
    """The caps, with their prices."""
    needed: str
    """元 at these prices, exact."""
    available: str
    """元 at these prices, exact."""
    short: str
    """needed - available."""
    projects: int
    """Projects that need some of it."""


class MixAlone(Frozen):
    """A project that its own rules stop, whatever the channels hold."""

    id: str
    """Project id."""
    name: str
    """Project name."""
    hits: Seq[MixHit]
    """Rules of which one has to give way; the least change that helps."""


class MixStop(Frozen):
    """A rule that stops projects together with the other rules told beside it."""

    family: str
    """Rule family."""
    rule: str
    """Policy path."""
    label: Label
    """The row in words."""
    project: str
    """Project whose own rule it is; empty for a rule over several."""
    channels: Seq[Label]
    """Channels whose money it counts."""
    years: Seq[int]
    """Years of that money."""
    needed: str | None
    """元, exact: what the projects need of it at least while the other rules hold; of a least amount, what it asks for; null where not proven."""
    available: str | None
    """元, exact: what it allows; of a least amount, the most that the projects can bring while the other rules hold; null where not proven."""
    proof: Literal["exact", "solver", "none"]
    """What that rests on: whole-number arithmetic, the solver's bound, or nothing."""
    assumption: bool
    """Whether it has no official source."""


class MixTogether(Frozen):
    """Projects that cannot be funded together."""

    projects: Seq[str]
    """Project ids."""
    claim: Literal["smallest", "irreducible", "found"]
    """No smaller set fails (disjoint from those before it); none of its parts fails; or just a set that fails."""
    needs: Seq[MixNeed]
    """Money that it needs and that is not there."""
    stops: Seq[MixStop] = ()
    """Rules that stop it; each is needed for that where `irreducible`."""
    irreducible: bool = False
    """Whether the other rules could hold without any one of them."""


class MixLeft(Frozen):
    """Projects to leave out so that the rest can be funded."""

    by: Literal["score", "number"]
    """At the least loss of score, or as few as possible (then at the least loss of score)."""
    projects: Seq[str]
    """Project ids that leave."""
    loss: str
    """Score lost, exact, in the unit of the objective."""
    loss_least: str
    """Proven: no other choice loses less (by number: none of as few projects)."""
    broken: Seq[MixHit] = ()
    """Rules on the portfolio that the rest breaks; empty where it is a plan under every rule."""


class MixBlocked(Frozen):
    """Why the projects cannot be funded as they are."""

    alone: Seq[MixAlone]
    """Projects stopped by their own rules."""
    rules: Seq[MixHit]
    """Rules that no money mends, or that would have to give way where no set of projects is to blame."""
    sets: Seq[MixTogether]
    """Sets of the other projects."""
    needs: Seq[MixNeed]
    """Bottleneck of the other projects together."""
    running: Seq[MixHit] = ()
    """Rules that the carry-overs alone break: no new start to leave out helps."""
    stops: Seq[MixStop] = ()
    """Where no set of projects is to blame: rules that the other projects cannot satisfy together."""
    left: Seq[MixLeft]
    """Ways out; empty where not even the carry-overs can be funded, or none was found in time."""


class FundMix(Frozen):
    """The answer of `fund mix`, and of `fund least` with the projects fixed."""

    program: dict[str, str]
    """Versions."""
    city: Label
    """City."""
    synthetic: bool
    """Whether policy or library is made up."""
    scenario: str
    """Name of the scenario."""
    title: Label
    """Title."""
    plan_year: int
    """Plan year."""
    inputs: Seq[InputFile]
    """Files with their hashes."""
    overrides: dict[str, str]
    """Policy values changed, as text."""
    order: Seq[MixAim]
    """Aims in their order."""
    discount: str | None
    """Yearly discount rate of the cost of capital; null for nominal money."""
    funded: bool
    """Whether there is a mix."""
    fits: bool
    """Whether the plan's own money satisfies the rules (it may not, where policy values were changed)."""
    left_out: Seq[str] = ()
    """Projects left out first, on request."""
    stages: Seq[MixStage]
    """Optimum and bound of each aim."""
    before: MixMeasures
    """Of the plan's money."""
    after: MixMeasures | None
    """Of the mix."""
    rows: Seq[MixRow]
    """Money by project, channel and year, in the order of the plan."""
    covers: Seq[MixCover] = ()
    """Covers of the projects with special bonds by the mix's money, the least first."""
    blocked: MixBlocked | None
    """Why there is no mix."""
    kept: MixKept | None = None
    """How near the mix is to the plan's own money, which decides between equal ones; null for a scenario."""
