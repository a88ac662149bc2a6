"""When a row of linear programmes has to end: a moment, and a token that someone may set."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

from ..errors import SolverError
from ..i18n import _


class OutOfTime(SolverError):
    """Time is up, or someone asked to stop: what was at work gives no answer."""


@dataclass(frozen=True)
class Clock:
    """The end of a solve, for all that is solved on the way.

    Attributes
    ----------
    deadline : float
        Of `time.monotonic()`, s.
    cancel : threading.Event, optional
        Set it to stop.
    """

    deadline: float = math.inf
    cancel: threading.Event | None = None

    @property
    def left(self) -> float:
        """Seconds left; negative when time is up."""
        return self.deadline - time.monotonic()

    def check(self) -> None:
        """Raise OutOfTime when time is up or someone asked to stop."""
        if self.left <= 0 or (self.cancel is not None and self.cancel.is_set()):
            raise OutOfTime(_("the linear programme ran out of time"))
