"""Something large that every worker reads once, from a file that this process lays down."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SolverError
from ..i18n import _


@dataclass(frozen=True)
class Shared:
    """Where it lies, and the hash by which a worker knows it; workers of a cluster must see the same path.

    Attributes
    ----------
    path, token : str
    """

    path: str
    token: str

    def load(self) -> Any:
        """Read it.

        Raises
        ------
        SolverError
            When the file is another one than was laid down.
        """
        blob = Path(self.path).read_bytes()
        if hashlib.sha256(blob).hexdigest() != self.token:
            raise SolverError(_("the workers' file {path} was changed").format(path=self.path))
        return pickle.loads(blob)  # our own file: its hash came with the task


@contextlib.contextmanager
def laid_down(thing: Any) -> Iterator[Shared]:
    """Lay a picklable thing down for workers, and take it away at the end."""
    blob = pickle.dumps(thing)
    with tempfile.TemporaryDirectory(prefix="renewal_opt_") as folder:
        path = Path(folder) / "shared.pickle"
        path.write_bytes(blob)
        yield Shared(str(path), hashlib.sha256(blob).hexdigest())
