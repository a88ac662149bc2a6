"""Grows the tree of a proof: best bound first, branching where both sides fall fastest, every box closed exactly.

HiGHS says where to look; whether a box is closed is decided in whole numbers (`closing`, `bound`).
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .bound import Box, Certificate, Multipliers
from .closing import TRIVIAL, Closer, above
from .relax import Floats, OutOfTime, Relaxed
from .system import Ints, System
from .tree import Node, Proof

#: a column this near to 0 or 1 counts as whole
WHOLE = 1e-6
#: columns tried at a node, and uses after which a column's record is trusted
TRIED, TRUSTED = 8, 4


@dataclass(eq=False)
class Record:
    """A node in the making.

    Attributes
    ----------
    certificate : Certificate or None
        What closes it, or the best known of it while it is open.
    fixes : bool
        Whether values are dropped by the certificate before anything else.
    column, children
        Its branching.
    closed : bool
        Whether nothing is left to show.
    """

    certificate: Certificate | None = None
    fixes: bool = False
    column: int = -1
    children: tuple[Record, ...] = ()
    closed: bool = False

    def walk(self) -> Iterator[Record]:
        """Yield the tree in preorder."""
        waiting = [self]
        while waiting:
            record = waiting.pop()
            yield record
            waiting.extend(reversed(record.children))


@dataclass(order=True)
class _Open:
    key: tuple[float, int]
    record: Record = field(compare=False)
    box: Box = field(compare=False)
    found: Relaxed = field(compare=False)


@dataclass
class Budget:
    """When a search stops.

    Attributes
    ----------
    seconds : float
        Wall-clock time from now.
    leaves : int or None
        Number of leaves, open ones counted.
    cancel : threading.Event, optional
        Set it to stop.
    """

    seconds: float = 60.0
    leaves: int | None = None
    cancel: threading.Event | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Return the seconds left."""
        return self.seconds - self.spent

    @property
    def ended(self) -> bool:
        """Whether time is up or someone asked to stop."""
        return self.left() <= 0 or (self.cancel is not None and self.cancel.is_set())


class Search:
    """One tree.

    Parameters
    ----------
    system : System
        The exact rows.
    target : Fraction or None
        Boxes are closed when no plan in them can be worth more; None: when they hold no plan.
    gap : Fraction
        By how much the target lies above the best plan known; kept where a better one turns up.
    budget : Budget
    progress : callable, optional
        ``progress(share, bound)``: share of the budget used, greatest bound still open.

    Attributes
    ----------
    better : Fraction or None
        Value of a portfolio above the target that seems to be funded, where one was met.
    found : bool
        Whether a portfolio was met that seems to satisfy all rows.
    """

    def __init__(self, system: System, target: Fraction | None, gap: Fraction, budget: Budget, progress: Callable[[float, float], None] | None = None) -> None:
        self.system, self.target, self.gap, self.budget = system, target, gap, budget
        self.root = Record()
        self.better: Fraction | None = None
        self.found = False
        self._progress = progress
        self._closer = Closer(system, target, budget.left, budget.cancel)
        self._heap: list[_Open] = []
        self._count = self._closed = 0
        n = len(system.columns)
        self._drop, self._uses = np.ones((n, 2)), np.ones((n, 2))

    def run(self) -> None:
        """Grow the tree until every box is closed, or the budget ends."""
        box = Box(self.system.lower, self.system.upper)
        self.root.certificate = None if self.target is None else TRIVIAL
        try:
            self._settle(self.root, box, self._closer.look(box))
            while self._heap and not self._stop():
                if self._progress is not None:
                    self._progress(self._share(), -self._heap[0].key[0])
                self._split(heapq.heappop(self._heap))
        except OutOfTime:
            return

    @property
    def complete(self) -> bool:
        """Whether every box is closed."""
        return all(r.closed for r in self.root.walk() if not r.children)

    def _stop(self) -> bool:
        most = self.budget.leaves
        done = self.target is None and self.found
        return done or self.budget.ended or (most is not None and self._closed + len(self._heap) >= most)

    def _share(self) -> float:
        most = self.budget.leaves
        return min(1.0, max(self.budget.spent / self.budget.seconds, 0.0 if most is None else (self._closed + len(self._heap)) / most))

    # -- nodes -------------------------------------------------------------------------------------------

    def _settle(self, record: Record, box: Box, found: Relaxed | None) -> None:
        """Close a box, or put it on the heap with what is known of it."""
        closer = self._closer
        if found is None:
            self._shut(record, None)
            return
        if closer.closes(found):
            certificate = closer.close(box, found)
            if certificate is None and not found.money:  # the funding rows alone did not do it
                found = closer.solve(box)
                certificate = closer.close(box, found) if closer.closes(found) else None
            if certificate is not None:
                self._shut(record, certificate)
                return
        known = closer.fix(box, found)
        if known is not None:
            record.certificate, smaller, bound = known
            if closer.limit is not None and bound < closer.limit:
                self._shut(record, record.certificate)
                return
            record.fixes = bool((smaller.lower != box.lower).any() or (smaller.upper != box.upper).any())
            box = smaller
        if box.empty:
            self._shut(record, record.certificate)
            return
        if not found.feasible:  # said to hold nothing, but not proven: only its parts can be looked at
            found = Relaxed(found.value, 0.5 * (box.lower + box.upper).astype(np.float64), found.y, found.weights, True)
        self._count += 1
        heapq.heappush(self._heap, _Open((-found.value, -self._count), record, box, found))

    def _shut(self, record: Record, certificate: Certificate | None) -> None:
        record.certificate, record.closed = certificate, True
        self._closed += 1

    def _split(self, node: _Open) -> None:
        """Branch on a column, or learn that the node holds a portfolio."""
        box, found, x = node.box, node.found, node.found.x
        free = np.flatnonzero(box.lower < box.upper)
        part = np.minimum(x[free], 1.0 - x[free])
        candidates = free[part > WHOLE]
        try:
            if found.feasible and not len(candidates):
                self._met(box, x)
                if self.target is None and self.found:
                    return
                certificate = self._closer.close(box, found) if self._closer.closes(found) else None
                if certificate is None and not len(free):
                    certificate = self._closer.point(box)
                if certificate is not None or not len(free):
                    self._last(node, certificate)
                    return
                candidates = free[np.argsort(-part, kind="stable")]
            elif self._closer.closes(found) and found.feasible:
                certificate = self._closer.close(box, found)
                if certificate is not None:
                    self._last(node, certificate)
                    return
            if not len(candidates):  # a single point
                self._last(node, self._closer.point(box))
                return
            column, children = self._choose(node, candidates)
        except OutOfTime:
            heapq.heappush(self._heap, node)
            raise
        node.record.column = column
        node.record.children = (Record(node.record.certificate), Record(node.record.certificate))
        for record, child, result in zip(node.record.children, (box.child(column, 0), box.child(column, 1)), children, strict=True):
            self._settle(record, child, result)

    def _last(self, node: _Open, certificate: Certificate | None) -> None:
        """Close a node after its fixing, by a certificate of its own."""
        if certificate is None:
            return
        record = node.record
        if record.fixes:
            record.children = (Record(),)
            record = record.children[0]
        self._shut(record, certificate)

    def _met(self, box: Box, x: Floats) -> None:
        """Note a portfolio that the linear programme holds for whole, when it has one with money for it."""
        point = np.clip(np.rint(x).astype(np.int64), box.lower, box.upper)
        chosen = np.flatnonzero(point).tolist()
        if not self._closer.solve(Box(point, point)).feasible or self._closer.point(Box(point, point)) is not None:
            return  # a linear programme takes rows that are broken by a ten-billionth for some that hold
        self.found = True
        value = self.system.value(chosen)
        if self.target is not None and value > self.target:
            self.better = value if self.better is None else max(self.better, value)
            self.target = above(value, self.gap)
            self._closer.aim(self.target)

    def _choose(self, node: _Open, candidates: Ints) -> tuple[int, tuple[Relaxed | None, Relaxed | None]]:
        """Return a column and both answers: one that closes a side, else the greatest product of falls."""
        x, value = node.found.x, node.found.value
        limit = self._closer.limit
        room = 1.0 if limit is None or not node.found.feasible else max(value - float(limit), 1e-9)
        down, up = (self._drop[candidates, v] / self._uses[candidates, v] for v in (0, 1))
        score = np.maximum(down * x[candidates], 1e-12) * np.maximum(up * (1.0 - x[candidates]), 1e-12)
        best: tuple[float, int, tuple[Relaxed | None, Relaxed | None]] | None = None
        for j in candidates[np.argsort(-score, kind="stable")][:TRIED].tolist():
            if best is not None and self._uses[j].min() > TRUSTED:
                continue
            answers, falls = [], []
            for v in (0, 1):
                answer = self._closer.look(node.box.child(j, v), node.found.basis)
                fall = room if answer is None or self._closer.closes(answer) else min(room, max(value - answer.value, 0.0))
                distance = x[j] if v == 0 else 1.0 - x[j]
                self._drop[j, v] += fall / max(float(distance), 1e-6)
                self._uses[j, v] += 1
                answers.append(answer)
                falls.append(fall)
            product = max(falls[0], 1e-9) * max(falls[1], 1e-9)
            if best is None or product > best[0]:
                best = product, j, (answers[0], answers[1])
            if max(falls) >= room:
                break
        assert best is not None
        return best[1], best[2]

    # -- the proof ---------------------------------------------------------------------------------------

    def proof(self) -> Proof:
        """Return the tree as a proof without a claim; open nodes are leaves with what is known of them."""
        nodes: list[Node] = []
        for record in self.root.walk():
            if record.fixes:
                nodes.append(Node("fix", certificate=record.certificate))
            if record.column >= 0:
                nodes.append(Node("branch", column=record.column))
            elif not record.children:
                nodes.append(Node("leaf", certificate=record.certificate))
        used = sorted({i for n in nodes if n.certificate is not None for i in n.certificate.pool.rows})
        place = {i: at for at, i in enumerate(used)}
        return Proof(None, self.target, tuple(self._closer.prices[i] for i in used), tuple(_renamed(n, place) for n in nodes))


def _renamed(node: Node, place: dict[int, int]) -> Node:
    if node.certificate is None:
        return node
    c = node.certificate
    pool = Multipliers(tuple(place[i] for i in c.pool.rows), c.pool.values, c.pool.den)
    return Node(node.kind, node.column, Certificate(c.objective, pool, c.plain))
