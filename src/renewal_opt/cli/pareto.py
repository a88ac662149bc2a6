"""`pareto`: the nondominated plans of several objectives, in a folder, with what is proven of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..i18n import N_, _
from .base import Exact, Whole, a_path, argument, command, json_option, option
from .output import parse_overrides, recordable
from .progress import EVERY, Progress
from .targets import TargetFolder

if TYPE_CHECKING:
    from ..domain.front import Front
    from ..domain.plan import Plan
    from ..io.load import Inputs


@command("pareto", help=N_("Finds the plans that no other plan beats in every objective, writes them into a folder, and says what is proven of the set."))
@argument("scenario", type=a_path(), about=N_("Scenario file (YAML)."))
@option("--objective", "objectives", multiple=True, metavar="NAME[:min|:max][:step=N]", help=N_("What is traded off; twice or more: a criterion, score, total_investment, projects, residents, worst_off_district, limit:KEY, target:KEY, fiscal_outlay, market_outlay, outlay:CHANNEL, debt_service:YEAR."))
@option("-o", "--output", type=TargetFolder(), required=True, help=N_("Folder for the plans, front.json, page, picture and tables."))
@option("--at-least", multiple=True, metavar="NAME=N", help=N_("Only plans that reach this value of a measure, or of a ratio: ratio:KEY of the policy (leverage), share:KEY of a limit."))
@option("--at-most", multiple=True, metavar="NAME=N", help=N_("Only plans that stay within this value of a measure or ratio."))
@option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=N_("Change a policy value, as in solve."))
@option("--time", "seconds", type=Exact("0", "1e9", open_low=True), help=N_("Stop after so many seconds with what is proven by then; --resume goes on."))
@option("--representation", type=Whole(2, 100_000), help=N_("Only so many plans that stand for the whole set, with a proven coverage error."))
@option("--supported", is_flag=True, help=N_("Only plans that are best for some weights of the objectives."))
@option("--resume", is_flag=True, help=N_("Go on with the search that this folder holds."))
@option("--workers", type=Whole(1, 256), help=N_("Processes; default 1."))
@option("--cluster", metavar="ADDRESS", help=N_("Dask scheduler to work on, for example tcp://10.0.0.5:8786."))
@option("--current", type=a_path(), help=N_("Plan file that the plans are compared with on the page."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr and no tables."))
def pareto(
    scenario: Path, objectives: tuple[str, ...], output: Path, at_least: tuple[str, ...], at_most: tuple[str, ...], sets: tuple[str, ...],
    seconds: Decimal | None, representation: int | None, supported: bool, resume: bool, workers: int | None, cluster: str | None,
    current: Path | None, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Run the search."""
    from ..analysis.pareto.folder import Asked, Folder, check_current
    from ..analysis.pareto.run import prepare, run_pareto
    from ..io.load import load_inputs
    from ..io.nearby import near
    from ..io.planfile import read_plan
    from ..workers import pool

    if representation is not None and supported:
        raise click.UsageError(_("--representation or --supported, not both"))
    if workers is not None and cluster is not None:
        raise click.UsageError(_("--workers or --cluster, not both"))
    if supported and (resume or workers is not None or cluster is not None):
        raise click.UsageError(_("--supported searches afresh and in one process: without --resume, --workers and --cluster"))
    overrides = parse_overrides(sets)
    inputs = load_inputs(scenario, overrides=overrides)
    if current is not None:
        check_current(current, output)
    known = None if current is None else read_plan(current)
    mode = "representation" if representation is not None else "supported" if supported else "all"
    asked = Asked(objectives, at_least, at_most, mode, representation or 0, None if seconds is None else float(seconds), recordable(overrides))  # type: ignore[arg-type]
    tradeoff = prepare(inputs, asked)
    folder = Folder(output, inputs, tradeoff, asked)
    opener = pool.cluster(cluster) if cluster is not None else pool.processes(workers) if workers is not None and workers > 1 else None
    with Progress(quiet=quiet, gap=0.0, stopping=_("Stopping; what is found so far will be written. Ctrl-C again ends at once.")) as progress:
        front = run_pareto(
            folder, resume=resume, workers=opener, cancel=progress.cancel,
            progress=_telling(quiet, lambda points, zones, runs: _("plans: {points}; search zones open: {zones}; solves: {runs}").format(points=points, zones=zones, runs=runs)),
            writing=_telling(quiet, lambda n, of: _("The search has ended; plans made and re-checked: {n} of {of}").format(n=n, of=of)),
            current=None if current is None else near(current, output, output),
        )  # fmt: skip
        stopped = progress.cancel.is_set()
    if not quiet:
        click.echo(_("Writing page, picture and tables (plans: {n})").format(n=len(front.points)), err=True)
    written = _reports(output, front, inputs, folder.plans, known)
    if as_json:
        from ..io.frontfile import front_to_json

        click.echo(front_to_json(front), nl=False)
    elif not quiet:
        from ..report.front_terminal import print_front

        print_front(front, sys.stdout)
        click.echo(_("Written: {path}").format(path=", ".join(str(p) for p in written)), err=True)
        click.echo(_("The folder holds {size:.1f} MB (plans: {n})").format(n=len(front.points), size=folder.size() / 1e6), err=True)
    return 130 if stopped else 0


def _telling(quiet: bool, words: Callable[..., str]) -> Callable[..., None]:
    """Return a progress callback that prints a line every few seconds."""
    last = [time.monotonic()]

    def tell(*numbers: int) -> None:
        now = time.monotonic()
        if not quiet and now - last[0] >= EVERY:
            last[0] = now
            click.echo(words(*numbers), err=True)

    return tell


def _reports(output: Path, front: Front, inputs: Inputs, plans: list[Plan], current: Plan | None) -> list[Path]:
    """Write page, picture and tables beside the front."""
    from ..analysis.pareto.folder import front_file, reports_of
    from ..report.front_csv import write_front_csv
    from ..report.front_html import write_front_html
    from ..report.front_png import write_front_png
    from ..report.front_view import FrontView
    from ..report.front_xlsx import write_front_xlsx
    from .output import write_all

    view = FrontView.of(front, plans, current, inputs.policy, inputs.library)
    at = reports_of(output)
    writers = {
        at["html"]: lambda path: write_front_html(view, path), at["png"]: lambda path: write_front_png(view, path),
        at["csv"]: lambda path: write_front_csv(view, path), at["xlsx"]: lambda path: write_front_xlsx(view, path),
    }  # fmt: skip
    return [front_file(output), *write_all(writers)]
