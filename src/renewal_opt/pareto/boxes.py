"""Two objectives: the augmented epsilon-constraint method in boxes, from end to end, or the largest box first.

Papers: Haimes, Lasdon, Wismer (1971); Mavrotas (Appl. Math. Comput. 213, 2009) for the augmented term; Boland, Charkhgard,
Savelsbergh (INFORMS J. Computing 27, 2015) for boxes and their halving.
Idea: missing points lie in boxes between neighbouring points. Asked for the best point of a whole box, the search sweeps it: one
solve a point, and one that meets the other end; with two processes both ends move towards each other. Asked for the best point of
half a box, its longer side is halved: the points spread, at the price of more solves, one a half without points. A search that may
be stopped halves until boxes are small, largest first, and sweeps them then.
Supports exactly two objectives, several questions at once, records, and questions that fail (the box is asked in another way).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .subsolve import Question, Reply
from .zones import Corner

#: a box of at least this share of the whole rectangle is halved
LARGE = 1e-3
Box = tuple[Corner, Corner]
"""Missing points in it are better than the first corner in both objectives, and nowhere better than the second."""


class BoxSearch:
    """Search of the boxes between neighbouring points.

    Parameters
    ----------
    top : tuple of int, length 2
    raisable : sequence of bool, length 2
        Objectives that may be raised; both are once, for the ideal.
    exact : bool
        Whether both objectives have an exact step.
    halving : bool
        Whether large boxes are halved.
    by_side : bool
        For points that are to spread: halve every box that is not narrow, that of the longest side first.
    enough : int or None
        Stop after so many points.
    """

    def __init__(
        self, top: Corner, raisable: Sequence[bool], exact: bool, *, halving: bool = False, by_side: bool = False, enough: int | None = None
    ) -> None:  # fmt: skip
        if len(top) != 2:
            raise ValueError("two objectives")
        self._raisable = [k for k in (0, 1) if raisable[k]]
        self._exact, self._halving, self._by_side, self._enough = exact, halving or by_side, by_side, enough
        self._narrow = LARGE if enough is None else 0.25 / enough  # an empty box is not halved down to a step
        self._ideal = list(top)
        self._boxes: list[Box] = [((-1, -1), top)] if min(top) >= 0 else []
        self._known: set[Corner] = set()
        self._least: Corner | None = None  # worst values of the known points
        self._first: set[int] = set()  # objectives asked for their best
        self._settled: set[int] = set()
        self._failed: dict[tuple[int, Corner], str] = {}

    def next(self, busy: Sequence[Question]) -> Question | None:
        """Return the next question: first each objective's best, then about the largest box that is not being asked."""
        if not self._boxes:
            return None
        for k in (1, 0):
            if k not in self._first:
                self._first.add(k)
                return Question(k, ((min(low[0] for low, _high in self._boxes), min(low[1] for low, _high in self._boxes)),))
        if self._enough is not None and len(self._known) >= self._enough:
            return None
        at_work = {box: {q.k for q in busy if all(h > c for h, c in zip(box[1], q.corners[0], strict=True))} for box in self._boxes}
        for box in sorted(self._boxes, key=lambda b: (bool(at_work[b]), -self._size(b), b)):
            for question in self._about(box):
                if question.k not in at_work[box] and (question.k, question.corners[0]) not in self._failed:
                    return question
        return None

    def take(self, question: Question, reply: Reply) -> Corner | None:
        """Cut boxes by what was proven, and by the point."""
        k, y = question.k, reply.y
        if reply.ceiling is None:
            self._failed.update({(k, corner): reply.why or "?" for corner in question.corners[:1]})
            return None
        for corner, most in zip(question.corners, reply.ceiling, strict=True):  # several in records of the zone search alone
            if corner[1 - k] == -1:
                self._ideal[k] = min(self._ideal[k], most)
                self._settled.add(k)
                self._first.add(k)
            self._boxes = [piece for box in self._boxes for piece in _below(box, k, corner, most)]
        if y is None or y in self._known or not any(all(a < b for a, b in zip(low, y, strict=True)) for low, _high in self._boxes):
            return None
        self._known.add(y)
        self._least = y if self._least is None else (min(self._least[0], y[0]), min(self._least[1], y[1]))
        self._boxes = [piece for box in self._boxes for piece in _beside(box, y, 1 if self._exact else 0)]
        return y

    def open(self) -> dict[Corner, str]:
        """Return the corners of the boxes left, and why."""
        return {low: next((self._failed[k, low] for k in (1, 0) if (k, low) in self._failed), "") for low, _high in self._boxes}

    def tops(self) -> dict[Corner, Corner]:
        """Return, by corner, what no point of a box is better than."""
        out: dict[Corner, Corner] = {}
        for low, high in self._boxes:
            before = out.get(low, high)
            out[low] = (max(before[0], high[0]), max(before[1], high[1]))
        return out

    def try_again(self) -> None:
        """Forget which questions failed."""
        self._failed.clear()
        self._first = set(self._settled)

    def ideal(self) -> tuple[int, ...]:
        """Return the best of each objective that is proven so far."""
        return (self._ideal[0], self._ideal[1])

    def _sides(self, box: Box) -> tuple[float, float]:
        """Return the sides of a box as shares of the ranges of the known points."""
        low, high = box
        span = [max(1, self._ideal[k] - (self._least or (0, 0))[k]) for k in (0, 1)]
        return (high[0] - low[0]) / span[0], (high[1] - low[1]) / span[1]

    def _size(self, box: Box) -> float:
        a, b = self._sides(box)
        return max(a, b) if self._by_side else a * b

    def _about(self, box: Box) -> Iterator[Question]:
        """Yield the questions about a box, the best first."""
        low, high = box
        sides = self._sides(box)
        if self._halving and (max(sides) > self._narrow if self._by_side else sides[0] * sides[1] > LARGE):
            j = max((j for j in (0, 1) if 1 - j in self._raisable), key=lambda j: sides[j])
            half = (low[j] + high[j]) // 2
            yield Question(1 - j, ((half, low[1]) if j == 0 else (low[0], half),))
        for k in self._raisable:
            yield Question(k, (low,))


def _below(box: Box, k: int, corner: Corner, most: int) -> Iterator[Box]:
    """Yield what is left of a box where no point better than `corner` in the other objective is better than `most` in k."""
    low, high = box
    j = 1 - k
    if high[k] <= most or high[j] <= corner[j]:
        yield box
        return
    if low[j] < corner[j]:
        yield low, _with(high, j, corner[j])
    above = _with(low, j, max(low[j], corner[j]))
    if low[k] < most:
        yield above, _with(high, k, most)


def _beside(box: Box, y: Corner, step: int) -> Iterator[Box]:
    """Yield what is left of a box beside a nondominated point: better in one objective, and there at least a step worse in the other."""
    low, high = box
    for k in (0, 1):
        j = 1 - k
        new_low, new_high = _with(low, k, max(low[k], y[k])), _with(high, j, min(high[j], y[j] - step))
        if all(a < b for a, b in zip(new_low, new_high, strict=True)):
            yield new_low, new_high


def _with(corner: Corner, k: int, value: int) -> Corner:
    return (value, corner[1]) if k == 0 else (corner[0], value)
