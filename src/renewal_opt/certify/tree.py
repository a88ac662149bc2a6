"""A proof: a pool of funding rows and a tree of boxes, and the check that it proves what it claims.

The tree is walked in preorder. A `branch` node splits its box on a column, at most 0 first, at least 1 second; a
`fix` node drops the values of columns with which the bound of its certificate shows no plan above the proof's target, and has one
child; a `leaf` is closed by its certificate. The proven bound is the greatest over the leaves, and at least the target
where values were dropped; a proof of infeasibility has Farkas leaves alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .bound import Box, Certificate, FundingRow, Multipliers, funding_row, limit_of, reduced, rounded_down
from .system import System


class Refuted(Exception):
    """A proof that does not prove its claim; the message says why (`code`, values)."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code, self.values = code, values


@dataclass(frozen=True)
class Node:
    """A node of the tree: `column` for a branch, `certificate` for the others."""

    kind: Literal["leaf", "fix", "branch"]
    column: int = -1
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Proof:
    """A proof as it stands in a file.

    Attributes
    ----------
    claim : Fraction or None
        Upper bound of the objective that it claims; None: that there is no plan.
    target : Fraction or None
        `fix` nodes drop what cannot be worth more than this.
    pool : tuple of Multipliers
        Funding rows by their multipliers.
    nodes : tuple of Node
        The tree in preorder.
    """

    claim: Fraction | None
    target: Fraction | None
    pool: tuple[Multipliers, ...]
    nodes: tuple[Node, ...]

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return sum(n.kind == "leaf" for n in self.nodes)


def walk(system: System, proof: Proof, pool: Sequence[FundingRow] | None = None) -> Fraction | None:
    """Return what a proof proves: the least upper bound that follows from it, None that there is no plan.

    Parameters
    ----------
    system : System
        The exact rows, rebuilt from the inputs.
    proof : Proof
    pool : sequence of FundingRow, optional
        Its funding rows where they are known already; recomputed otherwise.

    Raises
    ------
    Refuted
        When the tree does not cover everything, or a leaf is open.
    """
    rows = pool if pool is not None else [funding_row(system, y) for y in proof.pool]
    infeasible = proof.claim is None
    if not infeasible and proof.target is None:
        raise Refuted("no_target")
    limit = None if proof.target is None else limit_of(system, proof.target)
    proven: Fraction | None = None
    open_boxes = [Box(system.lower, system.upper)]
    for number, node in enumerate(proof.nodes):
        if not open_boxes:
            raise Refuted("loose_node", node=number)
        box = open_boxes.pop()
        if node.kind == "branch":
            if not 0 <= node.column < len(system.columns):
                raise Refuted("bad_column", node=number)
            open_boxes += [box.child(node.column, 1), box.child(node.column, 0)]
            continue
        if box.empty:
            if node.kind == "fix":
                open_boxes.append(box)
            continue
        if node.certificate is None or any(not 0 <= i < len(rows) for i in node.certificate.pool.rows):
            raise Refuted("no_certificate", node=number)
        left = reduced(system, rows, node.certificate)
        if node.kind == "fix":
            if infeasible or limit is None or proof.target is None or not node.certificate.objective:
                raise Refuted("bad_fix", node=number)
            proven = proof.target if proven is None else max(proven, proof.target)
            open_boxes.append(left.fixed(box, limit))
        elif node.certificate.objective:
            if infeasible:
                raise Refuted("open_leaf", node=number)
            bound = left.bound(box)
            proven = bound if proven is None else max(proven, bound)
        elif left.bound(box) >= 0:
            raise Refuted("open_leaf", node=number)
    if open_boxes:
        raise Refuted("missing_branch", boxes=len(open_boxes))
    if infeasible:
        return None
    if proven is None:  # every leaf is empty: there is no plan, which is more than was claimed
        assert proof.target is not None
        return rounded_down(system, proof.target)
    return rounded_down(system, proven)


def check(system: System, proof: Proof) -> Fraction | None:
    """Return the bound that a proof proves, None for infeasibility.

    Raises
    ------
    Refuted
        Also when it claims more than it proves.
    """
    proven = walk(system, proof)
    if proven is not None and proof.claim is not None and proof.claim < proven:
        raise Refuted("claim", claim=proof.claim, proven=proven)
    return proven
