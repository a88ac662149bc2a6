"""Progress of a long solve on stderr, and Ctrl-C (or SIGTERM): the first ends with the best plan so far, the second at once."""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

import click

from ..i18n import _

#: seconds between two lines where stderr is no terminal
EVERY = 5.0


class Progress:
    """Context manager around one solve; `report` is its progress callback, `cancel` its cancel token.

    Parameters
    ----------
    quiet : bool
        Whether to show nothing.
    gap : float
        Gap asked for.
    stopping : str, optional
        What is said at the first Ctrl-C, in the language in force.
    at_once : bool
        Whether the first Ctrl-C ends the command: for what has no answer in part.
    bar : bool
        Whether there is a bar on a terminal; without, only Ctrl-C is answered.
    """

    def __init__(self, *, quiet: bool, gap: float, stopping: str | None = None, at_once: bool = False, bar: bool = True) -> None:
        self.cancel = threading.Event()
        self._stopping, self._at_once, self._bar = stopping, at_once, bar
        self._quiet, self._asked = quiet, gap
        self._live: Any = None
        self._task: Any = None
        self._started = time.monotonic()
        self._last = self._started
        self._old: dict[int, Any] = {}

    def __enter__(self) -> Progress:
        if threading.current_thread() is threading.main_thread():
            self._old = {number: signal.signal(number, self._interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
        if self._bar and not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Live

            columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
            self._live = Live(*columns, console=Console(stderr=True), transient=True)
            self._live.start()
            self._task = self._live.add_task(_("solving"), total=1.0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()
        for number, old in self._old.items():
            signal.signal(number, old)

    def report(self, fraction: float, gap: float, best: float | None) -> None:
        """Show how far the solve is: gap, incumbent, seconds."""
        if self._quiet:
            return
        now = time.monotonic()
        if self._live is not None:
            self._live.update(self._task, completed=fraction, description=self._words(now, gap, best))
        elif now - self._last >= EVERY:
            self._last = now
            click.echo(self._words(now, gap, best), err=True)

    def _words(self, now: float, gap: float, best: float | None) -> str:
        shown = "–" if gap > 10 else f"{gap:.4%}"
        value = _("none yet") if best is None else f"{best:,.0f}"
        words = _("{seconds:.0f} s, gap {gap} (asked {asked:.4%}), best {value}")
        return words.format(seconds=now - self._started, gap=shown, asked=self._asked, value=value)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self._at_once or self.cancel.is_set():
            raise KeyboardInterrupt
        self.cancel.set()
        if not self._quiet:
            click.echo(self._stopping or _("Stopping; the best plan so far will be written. Ctrl-C again ends at once."), err=True)
