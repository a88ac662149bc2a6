"""The watch over one run: progress, Ctrl-C, cancelling.

HiGHS calls back from the thread that runs it; a Python signal handler runs there too, as soon as a callback
gives the interpreter a turn. So a handler that sets a flag, and a callback that reads it, are enough: the run
ends in order and keeps its best solution. No exception may cross HiGHS: one from the progress callback is
kept, ends the run, and is raised afterwards. So is one from the handler of Ctrl-C that was there before: it is
called too, whatever the options say, for it knows of all that is still to come, and this run alone is not all.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from .result import SolveOptions, StopReason, relative_gap

#: seconds between two calls of the progress callback
EVERY = 0.2


class Watch:
    """Context manager around one run of a Highs instance.

    Parameters
    ----------
    highs : highspy.Highs
        The instance that will run inside.
    options : SolveOptions
        Brings the cancel token, the progress callback and the limits.
    started : float
        `time.monotonic()` at the start of the solve.
    """

    def __init__(self, highs: Any, options: SolveOptions, started: float) -> None:
        self._highs = highs
        self._options = options
        self._started = started
        self._ctrl_c = False
        self._last = -math.inf
        self._done = 0.0
        self._old_handler: Any = None
        self._caught: BaseException | None = None

    @property
    def stopped_by(self) -> StopReason | None:
        """Who asked the run to stop, if anyone did."""
        if self._ctrl_c:
            return StopReason.CTRL_C
        cancel = self._options.cancel
        return StopReason.CANCELLED if self._caught or (cancel is not None and cancel.is_set()) else None

    def __enter__(self) -> Watch:
        for event in self._events():
            event.subscribe(self._called)
        if self._options.found is not None:
            self._highs.cbMipImprovingSolution.subscribe(self._improved)
        if threading.current_thread() is threading.main_thread():
            self._old_handler = signal.signal(signal.SIGINT, self._on_sigint)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._old_handler is not None:
            signal.signal(signal.SIGINT, self._old_handler)
        for event in self._events():
            event.unsubscribe(self._called)
        if self._options.found is not None:
            self._highs.cbMipImprovingSolution.unsubscribe(self._improved)
        if self._caught is not None:
            raise self._caught

    def _events(self) -> tuple[Any, ...]:
        return (self._highs.cbMipInterrupt, self._highs.cbSimplexInterrupt, self._highs.cbIpmInterrupt)

    def _on_sigint(self, number: int, frame: FrameType | None) -> None:
        catches, before = self._options.catch_ctrl_c, self._old_handler
        self._ctrl_c = self._ctrl_c or catches
        if not callable(before) or (catches and before is signal.default_int_handler):
            return
        try:
            before(number, frame)
        except BaseException as error:
            self._caught = error

    def _improved(self, event: Any) -> None:
        try:
            if self._options.found is not None and self._caught is None:
                self._options.found(np.array(event.data_out.mip_solution, dtype=np.float64))
        except BaseException as error:
            self._caught = error

    def _called(self, event: Any) -> None:
        try:
            self._report(event)
        except BaseException as error:
            self._caught = error
        event.interrupt(self.stopped_by is not None)  # the flag outlives a run: it must be taken back too

    def _report(self, event: Any) -> None:
        now = time.monotonic()
        if self._options.progress is None or self._caught is not None or now - self._last < EVERY:
            return
        self._last = now
        best, gap = None, math.inf
        if event.callback_type == self._highs.cbMipInterrupt.callback_type:
            primal, dual = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
            best = primal if math.isfinite(primal) else None
            gap = relative_gap(primal, dual)
        self.tell(self._fraction(now, gap), gap, best)

    def tell(self, fraction: float, gap: float, best: float | None) -> None:
        """Call the progress callback, with a fraction that never goes back."""
        self._done = max(self._done, min(1.0, fraction))
        if self._options.progress is not None:
            self._options.progress(self._done, gap, best)

    def _fraction(self, now: float, gap: float) -> float:
        """Share of the work: of the clock, or of the way from a gap of 1 to the gap asked for, in logarithms."""
        by_clock = (now - self._started) / self._options.seconds if self._options.seconds > 0 else 1.0
        wanted = max(self._options.gap, 1e-9)
        by_gap = 0.0 if gap >= 1.0 or wanted >= 1.0 else math.log(max(gap, wanted)) / math.log(wanted)
        return min(0.99, max(by_clock, by_gap))
