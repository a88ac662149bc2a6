"""`sweep`: scenarios and grids on a pool of workers, resumable, with a summary at the end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from ..i18n import N_, _
from .base import Exact, Whole, a_path, argument, command, json_option, option
from .output import print_json, say_written, write_all
from .targets import TargetFolder

if TYPE_CHECKING:
    from ..analysis.sweep.entry import Entry
    from ..analysis.sweep.run import Result, Sweep


@command("sweep", help=N_("Solves many scenarios, and grids over them, on several processes or a Dask cluster; a stopped sweep goes on where it was."))
@argument("scenarios", type=a_path(), nargs=-1, required=True, about=N_("Scenario files (YAML)."))
@option("--grid", "grids", multiple=True, metavar="KEY=V1,V2,...", help=N_("Vary a scenario key (weights.social_benefit=0.1,0.2), a policy value by its path as in solve --set (limits.X.active=yes,no), or the factors budget=0.8,1.0,1.2, caps=0.5,1 and caps.CHANNEL=0.5,1 on all budgets or yearly caps; given several times, all combinations are solved."))
@option("-o", "--output", "folder", type=TargetFolder(), required=True, help=N_("Folder for the plans, the ledger and the summary; an earlier sweep's folder goes on."))
@option("--workers", type=Whole(1, 1024), help=N_("Number of processes; default: one for each core."))
@option("--cluster", metavar="ADDRESS", help=N_("Solve on a Dask cluster whose workers see the same files (extra dask), for example tcp://10.0.0.5:8786."))
@option("--resume/--no-resume", default=True, help=N_("Whether finished cases of the folder are kept (default: they are); --no-resume starts anew."))
@option("--retry-failed", is_flag=True, help=N_("Solve again the cases that failed (not those without a plan that satisfies the rules)."))
@option("--gap", type=Exact("0", "1"), help=N_("Relative gap to the proven bound at which each solve ends; default: each scenario's."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time limit of each solve; default: each scenario's. Plans that end by the clock may differ between runs."))
@option("--seed", type=Whole(0, 2_147_483_647), help=N_("Random seed of the solver; default: each scenario's."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr and no table."))
@click.pass_context
def sweep(
    ctx: click.Context,
    scenarios: tuple[Path, ...],
    grids: tuple[str, ...],
    folder: Path,
    workers: int | None,
    cluster: str | None,
    resume: bool,
    retry_failed: bool,
    gap: Decimal | None,
    seconds: Decimal | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a sweep."""
    from ..analysis.sweep.run import prepare, run_sweep
    from ..workers import pool

    if workers is not None and cluster is not None:
        raise click.UsageError(_("--workers or --cluster, not both: a cluster has its own workers"))
    solver = {k: v for k, v in (("gap", gap), ("seconds", seconds), ("seed", seed)) if v is not None}
    checked = prepare(scenarios, folder, grid=grids, solver=solver)
    if any(c.options.get("solver", {}).get("threads") for c in checked.cases):
        click.echo(_("The scenarios ask for several threads; in a sweep every worker solves on one."), err=True)
    opener = pool.processes(workers or os.cpu_count() or 1) if cluster is None else pool.cluster(cluster)
    with Shown(quiet) as shown:
        result = run_sweep(checked, opener, resume=resume, retry_failed=retry_failed, listener=shown.listener(), cancel=shown.cancel)
    _end(ctx, checked, result, as_json, quiet)


def _end(ctx: click.Context, checked: Sweep, result: Result, as_json: bool, quiet: bool) -> None:
    """Write the summary, print it, and choose the exit code."""
    from ..report.sweep_table import print_summary, write_summary_csv, write_summary_xlsx

    synthetic = any(c.inputs.library.synthetic or c.inputs.policy.city.synthetic for c in checked.cases)
    entries = result.entries
    writers = {
        checked.folder / "summary.csv": lambda path: write_summary_csv(entries, path),
        checked.folder / "summary.xlsx": lambda path: write_summary_xlsx(entries, path, synthetic=synthetic),
    }
    written = write_all(writers)
    if as_json:
        cases: list[dict[str, Any]] = [e.model_dump(mode="json") | {"kept": e.name in result.kept} for e in entries]
        print_json({"folder": str(checked.folder), "synthetic": synthetic, "cases": cases, "open": list(result.open)})
    elif not quiet:
        print_summary(entries, sys.stdout, synthetic=synthetic)
    if not quiet or written != list(writers):
        say_written(writers, written)
    if result.open:
        words = _("Stopped: {done} of {all} cases are finished and kept; the same command goes on.")
        click.echo(words.format(done=len(entries), all=len(checked.cases)), err=True)
        ctx.exit(130)
    if any(e.status == "failed" for e in entries):
        ctx.exit(4)


class Shown:
    """Progress of a sweep on stderr, and Ctrl-C: the first hands out no more cases, the second ends at once.

    Parameters
    ----------
    quiet : bool
        Whether to show nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self.cancel = threading.Event()
        self._quiet = quiet
        self._live: Any = None
        self._task: Any = None
        self._old: Any = None
        self._all = self._done = 0
        self._began = time.monotonic()

    def __enter__(self) -> Shown:
        if threading.current_thread() is threading.main_thread():
            self._old = signal.signal(signal.SIGINT, self._interrupted)
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )

            columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            self._live = Progress(*columns, console=Console(stderr=True), transient=True)
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()
        if self._old is not None:
            signal.signal(signal.SIGINT, self._old)

    def listener(self) -> Any:
        """Return the listener for `run_sweep`."""
        from ..analysis.sweep.run import Listener

        return Listener(self._begins, self._finished, self._say)

    def _begins(self, cases: int, kept: int) -> None:
        self._all, self._done = cases, kept
        if kept:
            self._say(_("{kept} of {all} cases were finished before and are kept").format(kept=kept, all=cases))
        if self._live is not None:
            self._task = self._live.add_task(_("sweep"), total=cases, completed=kept)

    def _finished(self, entry: Entry) -> None:
        from ..report.sweep_table import state_name

        self._done += 1
        if self._live is not None:
            self._live.update(self._task, completed=self._done)
        words = _("[{done}/{all}] {name}: {state} · {seconds:.1f} s")
        self._say(words.format(done=self._done, all=self._all, name=entry.name, state=state_name(entry), seconds=entry.seconds))

    def _say(self, words: str) -> None:
        if self._quiet:
            return
        if self._live is not None:
            self._live.console.print(words, markup=False, highlight=False)
        else:
            click.echo(words, err=True)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.cancel.is_set():
            raise KeyboardInterrupt
        self.cancel.set()
        if not self._quiet:
            click.echo(_("No more cases are handed out; those that run are finished and kept. Ctrl-C again ends at once."), err=True)
