"""Two objectives: the augmented epsilon-constraint method, from both ends.

Papers: Haimes, Lasdon, Wismer (1971); Mavrotas (Appl. Math. Comput. 213, 2009) for the augmented term; the two ends as in the
box methods (Boland, Charkhgard, Savelsbergh, INFORMS J. Computing 27, 2015).
Idea: the best point of one objective, then the best of those that are better in the other objective, and so on: one solve a
point, and one that meets the other end. With two processes both ends move towards each other.
Supports exactly two objectives, two questions at once, records; a question that fails hands what is left to the zone search.
"""

from __future__ import annotations

from collections.abc import Sequence

from .subsolve import Question, Reply
from .zones import Corner


class EpsilonSearch:
    """Sweep of the one zone that is left between both ends.

    Parameters
    ----------
    top : tuple of int, length 2
    raisable : sequence of bool, length 2
    """

    def __init__(self, top: Corner, raisable: Sequence[bool]) -> None:
        if len(top) != 2:
            raise ValueError("two objectives")
        self._raisable = [k for k in (1, 0) if raisable[k]]
        self._top = list(top)
        self._corner = [-1, -1]  # points left are better than this in both objectives
        self._known: set[Corner] = set()
        self._ended = False
        self._asked: set[int] = set()  # ends asked for the first time
        self.failure = ""

    def next(self, busy: Sequence[Question]) -> Question | None:
        """Return the next question: first each end's best point, then from one end, or from both when two ask."""
        if self._ended or self.failure:
            return None
        at_work = {q.k for q in busy}
        for k in self._raisable:
            if k not in self._asked and k not in at_work:
                return Question(k, (self._zone(),))
        for k in reversed(self._raisable):
            if k not in at_work:
                return Question(k, (self._zone(),))
        return None

    def take(self, question: Question, reply: Reply) -> Corner | None:
        """Move an end."""
        k = question.k
        if reply.ceiling is None:
            self.failure = reply.why or "?"
            return None
        self._asked.add(k)
        if all(c == -1 for c in question.corners[0]):
            self._top[k] = min(self._top[k], reply.ceiling[0])
        if reply.y is None or reply.y[k] <= self._corner[k]:
            self._ended = True  # the other end has been met
            return None
        new = reply.y not in self._known
        self._known.add(reply.y)
        self._corner[1 - k] = max(self._corner[1 - k], reply.y[1 - k])
        self._ended = self._corner[0] >= self._top[0] or self._corner[1] >= self._top[1]
        return reply.y if new else None

    def open(self) -> dict[Corner, str]:
        """Return the zone left, if any."""
        return {} if self._ended else {self._zone(): self.failure}

    def try_again(self) -> None:
        """Nothing: after a failure the zone search has taken over."""

    def ideal(self) -> tuple[int, ...]:
        """Return the best of each objective that is proven so far."""
        return (self._top[0], self._top[1])

    def _zone(self) -> Corner:
        return (self._corner[0], self._corner[1])
