"""The Front: a set of nondominated plans, self-contained and versioned. Values are exact and stand as text ("a/b")."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Frozen, Label, Seq
from .plan import InputFile

#: version of the front's schema; other versions are refused
FRONT_VERSION = 1

Claim = Literal["complete", "open", "representation", "supported", "resolution"]


class FrontObjective(Frozen):
    """One objective."""

    name: str
    """Word of the command line, for example core_function or outlay:special_bond."""
    label: Label
    """Name."""
    unit: Label
    """Unit of the values."""
    sense: Literal["max", "min"]
    """Direction."""
    exact: bool
    """Whether every value is a multiple of the step; otherwise values closer than the step count as equal."""
    step: str
    """Exact step, or stated resolution."""
    ideal: str | None = None
    """Proven best value; null while it is not proven, as mostly where values count in stated steps."""
    bound: str | None = None
    """No plan has a better value than this, proven; null where nothing is known."""
    nadir: str | None = None
    """Worst value of the complete set; null while it is not complete, and where an objective counts in stated steps."""


class FrontPoint(Frozen):
    """One plan of the set."""

    id: int
    """Number, from 1, in the order of the first objective, best first."""
    values: Seq[str]
    """Exact values in the order of the objectives."""
    plan: str
    """Path of the plan file relative to this file."""
    chosen: Seq[str]
    """Project ids of the new starts."""
    supported: bool | None = None
    """Whether some weights of the objectives make it best; null when not tried."""


class OpenZone(Frozen):
    """Part of objective space where points may be missing: strictly better than these values."""

    better_than: Seq[str | None]
    """Values in the order of the objectives; null: any value."""
    why: str
    """Why it is open, in the language of the run."""
    up_to: Seq[str] = ()
    """No plan that is missing there is better than these values; empty: than the bounds."""


class Front(Frozen):
    """A set of nondominated plans."""

    front_version: Literal[1] = 1
    """Version of this schema."""
    program: dict[str, str]
    """Versions of everything that computes."""
    city: Label
    """City."""
    synthetic: bool
    """Whether policy or library is synthetic."""
    scenario: str
    """Name of the scenario."""
    title: Label
    """Title of the scenario."""
    plan_year: int
    """Plan year."""
    inputs: Seq[InputFile]
    """Files that the set was computed from."""
    options: dict[str, object] = Field(default_factory=dict)
    """What the caller asked for."""
    objectives: Seq[FrontObjective]
    """At least two."""
    levels: Seq[str] = ()
    """Constraints on other measures, as given."""
    level_words: Seq[Label] = ()
    """These constraints as comparisons."""
    claim: Claim
    """What the set is: complete; open (points may be missing); a representation; supported points only; or complete up to the
    resolution of several money objectives."""
    points: Seq[FrontPoint]
    """The plans."""
    open_zones: Seq[OpenZone] = ()
    """Where points may be missing."""
    missing: float | None = None
    """Upper bound on the share of hypervolume that is not found yet; 0 when complete, null where nothing is known."""
    coverage: float | None = None
    """Representation: no plan is farther than this from the nearest shown one, as a share of the objectives' ranges; null where
    nothing is known."""
    coverage_exact: bool = False
    """Whether the coverage is exact, or a bound."""
    payoff: Seq[int | None]
    """Number of the point that is best in each objective."""
    current: str | None = None
    """Path, relative to this file, of a plan that points are compared with."""
    without_candidates: Seq[str] = ()
    """Districts without candidates, which the worst-off district does not count."""
    remarks: Seq[str] = ()
    """What else the reader should know, in the language of the run."""
    runs: int
    """Mixed-integer runs of the solver."""
    seconds: float
    """Time of the search, earlier sessions of the same folder not counted."""
