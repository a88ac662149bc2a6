"""Progress of a command in steps: what is being done, in the terminal's live line, else a line every few seconds."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import click

from ..i18n import _
from .progress import EVERY, Progress


class Steps(Progress):
    """Context manager around work in steps; `tell` takes what is being done, `cancel` is the cancel token.

    The line is shown again every few seconds although nothing new was told, so that a long step is seen to go on.
    """

    def __init__(self, *, quiet: bool, stopping: str) -> None:
        super().__init__(quiet=quiet, gap=0.0, stopping=stopping)
        self._step = ""
        self._done = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Steps:
        super().__enter__()
        if not self._quiet:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        if self._ticker is not None:
            self._ticker.join()
        super().__exit__(kind, error, trace)

    def tell(self, words: str) -> None:
        """Say what is being done."""
        self._step = words
        if self._live is not None:
            self._show()

    def _tick(self) -> None:
        while not self._done.wait(1.0 if self._live is not None else EVERY):
            self._show()

    def _show(self) -> None:
        words = _("{seconds:.0f} s: {step}").format(seconds=time.monotonic() - self._started, step=self._step or _("reading"))
        if self._live is not None:
            self._live.update(self._task, description=words, total=None)
        else:
            click.echo(words, err=True)
