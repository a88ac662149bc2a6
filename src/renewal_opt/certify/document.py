"""The proof as data: versioned, strict, with rows and columns by name and multipliers as short decimals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from ..domain.base import Frozen, Seq
from ..domain.plan import InputFile
from ..i18n import _
from .bound import Certificate, Multipliers
from .system import System
from .tree import Node, Proof, Refuted

#: version of the proof's schema; other versions are refused
PROOF_VERSION: Literal[1] = 1

#: a decimal with at most so many digits on each side, and a whole number or fraction
_DECIMAL = re.compile(r"(-?)([0-9]{1,80})(?:\.([0-9]{1,60}))?", re.ASCII)
_RATIO = re.compile(r"-?[0-9]{1,400}(?:/0*[1-9][0-9]{0,399})?", re.ASCII)


def _short(text: str) -> str:
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(_("a decimal such as -12.5, as text, of at most 80 digits before and 60 after the point"))
    return text


def _ratio(text: str) -> str:
    if _RATIO.fullmatch(text) is None:
        raise ValueError(_("an exact number such as 12 or 25/2, as text"))
    return text


Short = Annotated[str, AfterValidator(_short), WithJsonSchema({"type": "string", "pattern": f"^{_DECIMAL.pattern}$"})]
Ratio = Annotated[str, AfterValidator(_ratio), WithJsonSchema({"type": "string", "pattern": f"^{_RATIO.pattern}$"})]
Place = Annotated[int, Field(ge=0, le=10**9)]


class RowSet(Frozen):
    """Multipliers of some rows; the others are 0."""

    rows: Seq[Place] = ()
    """Places in `rows`, or in `pool`."""
    y: Seq[Short] = ()
    """Multiplier of each, objective units per unit of the row."""


class Step(Frozen):
    """One node of the tree."""

    kind: Literal["leaf", "fix", "branch"]
    """A leaf is closed by its multipliers, a fix drops values by them, a branch splits on a column."""
    column: Place | None = None
    """Place in `columns`; of a branch alone: at most 0 first, then at least 1."""
    farkas: bool = False
    """Whether the multipliers show that nothing is feasible, rather than bound the objective."""
    pool: RowSet = RowSet()
    """Weights of funding rows, at least 0."""
    plain: RowSet = RowSet()
    """Multipliers of rows without money."""


class Statement(Frozen):
    """What is claimed."""

    kind: Literal["bound", "infeasible"]
    """An upper bound of the objective, or that no portfolio satisfies all rules."""
    bound: Ratio | None = None
    """The upper bound, exact."""
    target: Ratio | None = None
    """Fix steps drop what cannot be worth more than this."""


class ProofDocument(Frozen):
    """A proof file."""

    proof_version: Literal[1]
    """Version of this schema."""
    program: dict[str, str]
    """Versions of the program that wrote it."""
    inputs: Seq[InputFile]
    """Inputs of the plan or scenario, with their hashes."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Policy values that the command line had changed for the plan."""
    statement: Statement
    """The claim."""
    rows: Seq[str]
    """Names of the rows that are used; each stands for the row times the least number that makes it whole."""
    columns: Seq[str]
    """Names of the columns that are branched on."""
    pool: Seq[RowSet]
    """Funding rows, by the multipliers of the rows with money."""
    nodes: Seq[Step]
    """The tree in preorder."""


def document(
    proof: Proof, system: System, *, inputs: Sequence[InputFile], overrides: Mapping[str, Any], program: Mapping[str, str]
) -> ProofDocument:
    """Return a proof as data.

    Parameters
    ----------
    proof : Proof
    system : System
        The rows that it speaks of.
    inputs : sequence of InputFile
    overrides : mapping
        Policy values changed on the command line, as they stand in a plan's options.
    program : mapping
        Versions.
    """
    rows: dict[int, int] = {}
    columns: dict[int, int] = {}

    def named(y: Multipliers) -> RowSet:
        return RowSet(rows=tuple(rows.setdefault(r, len(rows)) for r in y.rows), y=_texts(y))

    pool = tuple(named(y) for y in proof.pool)
    nodes: list[Step] = []
    for node in proof.nodes:
        if node.kind == "branch":
            nodes.append(Step(kind="branch", column=columns.setdefault(node.column, len(columns))))
        elif node.certificate is None:
            nodes.append(Step(kind=node.kind))
        else:
            c = node.certificate
            weights = RowSet(rows=c.pool.rows, y=_texts(c.pool))
            nodes.append(Step(kind=node.kind, farkas=not c.objective, pool=weights, plain=named(c.plain)))
    statement = Statement(
        kind="infeasible" if proof.claim is None else "bound", bound=None if proof.claim is None else str(proof.claim),
        target=None if proof.target is None else str(proof.target),
    )  # fmt: skip
    return ProofDocument(
        proof_version=PROOF_VERSION, program=dict(program), inputs=tuple(inputs), overrides=dict(overrides), statement=statement,
        rows=tuple(system.names[r] for r in rows), columns=tuple(system.columns[j] for j in columns), pool=pool, nodes=tuple(nodes),
    )  # fmt: skip


def proof_of(data: ProofDocument, system: System) -> Proof:
    """Return the proof of a document, its rows and columns found by name.

    Raises
    ------
    Refuted
        For a name that the inputs do not give, places that do not exist, lists of unequal length, or a claim without its number.
    """
    rows = [_known(system.row_at, name, "row") for name in data.rows]
    columns = [_known(system.column_at, name, "column") for name in data.columns]
    if len(set(rows)) < len(rows):
        raise Refuted("bad_rows")
    pool = tuple(_multipliers(y, rows) for y in data.pool)
    everything = range(len(pool))
    nodes: list[Node] = []
    for step in data.nodes:
        if step.kind == "branch":
            if step.column is None or step.column >= len(columns):
                raise Refuted("bad_column", node=len(nodes))
            nodes.append(Node("branch", columns[step.column]))
        else:
            certificate = Certificate(not step.farkas, _multipliers(step.pool, everything), _multipliers(step.plain, rows))
            nodes.append(Node(step.kind, -1, certificate))
    s = data.statement
    if s.kind == "bound" and (s.bound is None or s.target is None):
        raise Refuted("no_target")
    claim = None if s.kind == "infeasible" or s.bound is None else Fraction(s.bound)
    return Proof(claim, None if s.target is None else Fraction(s.target), pool, tuple(nodes))


def _known(at: Mapping[str, int], name: str, kind: str) -> int:
    if name not in at:
        raise Refuted("unknown_name", kind=kind, name=name)
    return at[name]


def _texts(y: Multipliers) -> tuple[str, ...]:
    """Return multipliers as decimals; the denominator is a power of ten."""
    places = len(str(y.den)) - 1
    assert y.den == 10**places
    out: list[str] = []
    for v in y.values:
        digits = str(abs(v)).rjust(places + 1, "0")
        head, tail = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
        out.append(("-" if v < 0 else "") + head + ("." + tail if tail else ""))
    return tuple(out)


def _multipliers(y: RowSet, rows: Sequence[int]) -> Multipliers:
    if len(y.rows) != len(y.y) or len(set(y.rows)) != len(y.rows) or any(r >= len(rows) for r in y.rows):
        raise Refuted("bad_rows")
    parts = [_DECIMAL.fullmatch(text) for text in y.y]
    places = max((len(p.group(3) or "") for p in parts if p), default=0)
    values: list[int] = []
    for p in parts:
        assert p is not None
        tail = (p.group(3) or "").ljust(places, "0")
        values.append(int(p.group(1) + p.group(2) + tail))
    return Multipliers(tuple(rows[r] for r in y.rows), tuple(values), 10**places)
