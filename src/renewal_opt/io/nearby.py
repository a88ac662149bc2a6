"""Paths inside a result: relative where the file lies in the result's folder or beside it, so that the whole can be moved."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path

from ..domain.plan import InputFile, Plan


def near(path: str | Path, home: Path, folder: Path) -> str:
    """Return a path relative to `home` where it lies in the folder of the result or beside it, else absolute.

    Parameters
    ----------
    path : str or Path
    home : Path
        Folder of the file that names the path.
    folder : Path
        Folder of the result.
    """
    real, whole = Path(path).resolve(), folder.resolve()
    around = whole.parent if whole.parent != Path(whole.anchor) else whole
    if not real.is_relative_to(around):
        return real.as_posix()
    return Path(os.path.relpath(real, home.resolve())).as_posix()


def inputs_near(inputs: Sequence[InputFile], home: Path, folder: Path | None = None) -> tuple[InputFile, ...]:
    """Return input files named from `home`; the result's folder is `home` unless given."""
    return tuple(i.model_copy(update={"path": near(i.path, home, folder or home)}) for i in inputs)


def plan_near(plan: Plan, output: Path, folder: Path | None = None) -> Plan:
    """Return a plan whose inputs are named from the file that it will be written to."""
    return plan.model_copy(update={"inputs": inputs_near(plan.inputs, output.resolve().parent, folder)})
