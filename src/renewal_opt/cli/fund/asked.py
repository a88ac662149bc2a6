"""What every funding question takes: the file it is asked of, overrides, and the reading of both with progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import SolverError
from ...i18n import N_
from ..base import a_path, argument, option
from ..output import check_targets, parse_overrides, recordable
from ..progress import Progress

if TYPE_CHECKING:
    from ...analysis.fund.target import Target

the_file = argument("path", type=a_path(), about=N_("Plan file (JSON) whose projects stay as they are, or scenario file (YAML), which is solved first."))
the_sets = option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=N_("Change a policy value of the scenario, for example funding.channels.special_bond.cap.2025=200000; may be given several times."))
quietly = option("--quiet", is_flag=True, help=N_("No progress on stderr and no tables."))


@contextmanager
def stoppable(stopping: str, *, quiet: bool, gap: float | None = None) -> Iterator[Progress]:
    """Make the first Ctrl-C end with what is proven so far; where nothing is yet, the command is interrupted.

    Parameters
    ----------
    stopping : str
        What is said at the first Ctrl-C.
    quiet : bool
        Whether to say nothing.
    gap : float, optional
        Gap asked for, where a bar is to be shown.
    """
    with Progress(quiet=quiet, gap=gap or 0.0, stopping=stopping, bar=gap is not None) as progress:
        try:
            yield progress
        except SolverError:
            if progress.cancel.is_set():
                raise KeyboardInterrupt from None
            raise


def read_apart(path: Path, sets: tuple[str, ...], quiet: bool, files: Sequence[Path | None], *, keep_projects: bool = False, **more: Any) -> tuple[Target, list[Path]]:
    """Read a target as `read_target` does, the files to write looked at before and after; return it with every file that was read."""
    wanted = [p for p in files if p is not None]
    check_targets(wanted, [path])
    target = read_target(path, sets, quiet, keep_projects=keep_projects, **more)
    read = [path, *(p for _role, p in target.inputs.files)]
    check_targets(wanted, read)
    return target, read


def read_target(path: Path, sets: tuple[str, ...], quiet: bool, *, keep_projects: bool = False, **more: Any) -> Target:
    """Read a plan, or solve a scenario with progress on stderr.

    Parameters
    ----------
    path : Path
    sets : tuple of str
        Of `--set`.
    quiet : bool
    keep_projects : bool
        Whether policy values may be changed beside a plan, whose projects then stay as they are.
    more :
        See `target_of`.
    """
    from ...analysis.fund.target import is_plan, target_of

    overrides: dict[str, Any] = parse_overrides(sets)
    recorded = {"overrides": recordable(overrides)} if overrides else None
    if is_plan(path):
        return target_of(path, overrides=overrides, options=recorded if keep_projects else None)
    with Progress(quiet=quiet, gap=0.0, at_once=True) as progress:  # a plan in the making is none to ask of
        return target_of(path, overrides=overrides, options=recorded, progress=progress.report, cancel=progress.cancel, **more)
