"""Time to a proven plan beside plain Pyomo + appsi_highs, linopy, numpy + highspy and SCIP, on two families of instances.

Every measurement runs in a process of its own, on one thread, after a small instance has been solved there, so that no
import counts. What counts for each way is in its file (`peer_*.py`): ours and plain Pyomo from the tables to the plan;
linopy, highspy and SCIP get the compiled arrays, or a file of them, before their clock starts. An answer that is not
proven within the limit counts as the limit. A peer that is not installed is named as absent.

Answers are checked: no plan may be better than a bound that any way has proven; ours is also re-checked exactly, rule
by rule, after the clock. Where one measurement says that ours is slower than plain HiGHS, both are measured twice more
and the medians count. The zero gap is asked of the family `laminar`. Measurements are kept one by one in
OUT/peers.jsonl; `--resume` goes on from there as long as the sources that made them are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import os
import pickle
import pkgutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import benchmarks

from . import families, ratios
from .common import child, finish, geometric, machine, table
from .ratios import OURS, PLAIN, Row

SIZES = (300, 1_000, 5_000, 20_000)
GAP0_SIZES = (300, 1_000)
SMOKE = (40, 60)
ROOT = Path(__file__).resolve().parent.parent
#: what a peer's time depends on, and what ours depends on beside it
SHARED_SOURCES = (
    "benchmarks/families.py", "models/zhengzhou", *(f"src/renewal_opt/{p}" for p in ("domain", "io/synth", "scoring", "screening", "problem", "model")),
)  # fmt: skip
OUR_SOURCES = tuple(f"src/renewal_opt/{p}" for p in ("solver", "funding", "core", "allot", "analysis"))


def peers() -> dict[str, ModuleType]:
    """Return the ways to solve by name, ours first: the files `peer_*.py` of this folder."""
    found = [importlib.import_module(f"benchmarks.{i.name}") for i in pkgutil.iter_modules(benchmarks.__path__) if i.name.startswith("peer_")]
    return {m.NAME: m for m in sorted(found, key=lambda m: (m.NAME != OURS, m.NAME != PLAIN, m.NAME))}


def absent() -> list[str]:
    """Return the peers whose package is not installed."""
    return [name for name, module in peers().items() if importlib.util.find_spec(module.MODULE) is None]


def sources(name: str) -> str:
    """Return a digest of the files on which the time of a peer depends."""
    module = peers()[name].__name__.rsplit(".", 1)[1]
    wanted = [*SHARED_SOURCES, f"benchmarks/{module}.py", *(OUR_SOURCES if name == OURS else ())]
    digest = hashlib.sha256()
    for place in wanted:
        path = ROOT / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".yaml") and not (name == OURS and {"sweep", "compare"} & set(file.parts)):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def instance(task: Row) -> tuple[Any, Any]:
    """Return inputs and tables of an instance; the inputs are kept in a file, as making them takes long."""
    path = Path(task["store"]) / f"{task['family']}-{task['projects']}-{task['seed']}.pickle"
    if path.exists():
        inputs = pickle.loads(path.read_bytes())
    else:
        inputs = families.inputs(task["family"], task["projects"], task["seed"])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(inputs, protocol=5))
        part.replace(path)
    return inputs, families.tables(*inputs)


def measure(task: Row) -> Row:
    """Make one measurement in this process.

    Parameters
    ----------
    task : dict
        `family`, `projects`, `seed`, `peer`, `gap`, `limit`, `store` (folder), `warm` (whether to solve a small
        instance first).
    """
    module = peers()[task["peer"]]
    if task["warm"]:
        module.run(families.make(task["family"], 40, 1), task["gap"], 5.0)
    inputs, problem = instance(task)
    row: Row = module.run(problem, task["gap"], task["limit"]).row()
    if hasattr(module, "check"):
        module.check(problem, inputs)
    return row | {"seconds": sum(row["steps"].values())}


def wall(task: Row) -> float:
    """Return after how many seconds a measurement's process is ended: limit, making the instance, and as much again."""
    return float(2 * task["limit"] + 60 + task["projects"] / 25)


def taken(task: Row) -> Row:
    """Return a measurement made in a child; one that fails or hits the wall is a measurement too, and not proven."""
    row: Row = {"steps": {}, "proven": False, "objective": None, "bound": None, "seconds": task["limit"], "error": None}
    try:
        row |= child("benchmarks.peers", ["--one", json.dumps(task)], wall(task))
    except subprocess.TimeoutExpired:
        row |= {"status": "ended at the wall"}
    except RuntimeError as error:
        row |= {"status": "failed", "error": str(error)[-1500:]}
    kept = {k: v for k, v in task.items() if k not in ("store", "warm")}
    return kept | row | {"sources": sources(task["peer"]), "at": datetime.now().isoformat(timespec="seconds")}


class Ledger:
    """Measurements in a file, one JSON object a line; what is there already is not made again.

    Parameters
    ----------
    path : Path
    resume, keep_peers : bool
        Whether to go on from the file; whether to take peers' rows made from other sources too.
    """

    def __init__(self, path: Path, resume: bool, keep_peers: bool) -> None:
        self.path, self.rows, self._lock = path, {}, threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if resume and path.exists() else []
        read = [json.loads(line) for line in lines if line.strip()]
        now = {name: sources(name) for name in peers()}
        for row in read:
            same = row["sources"] == now.get(row["peer"]) or (keep_peers and row["peer"] != OURS)
            if same and not row["error"]:
                self.rows[self._key(row)] = row
        self.stale = len(read) - len(self.rows)
        if not resume:
            path.unlink(missing_ok=True)

    @staticmethod
    def _key(row: Row) -> tuple[Any, ...]:
        return (*ratios.key(row), row["peer"], row["limit"], row["repeat"])

    def get(self, task: Row) -> Row:
        """Return the measurement of a task, made now if it is not there."""
        at = self._key(task)
        if at not in self.rows:
            self.rows[at] = row = taken(task)
            with self._lock, self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return self.rows[at]


def tasks(options: argparse.Namespace, present: Sequence[str], store: Path) -> Iterator[list[Row]]:
    """Yield what is to be measured, instance by instance, small ones first."""
    for projects in options.sizes:
        for family in options.families:
            for seed in range(1, options.seeds + 1):
                base = {"family": family, "projects": projects, "seed": seed, "limit": options.seconds, "store": str(store), "repeat": 0, "warm": not options.smoke}
                out = []
                for name in present:
                    only = getattr(options, f"{name}_sizes", None)
                    if only is None or projects in only:
                        out.append(base | {"peer": name, "gap": options.gap})
                if family == "laminar" and projects in options.gap0_sizes and options.gap > 0:
                    out += [base | {"peer": name, "gap": 0.0} for name in (OURS, PLAIN) if name in present]
                yield out


def again(rows: Sequence[Row], group: Sequence[Row]) -> list[Row]:
    """Return the tasks to repeat: ours and plain HiGHS where one measurement says that ours is slower."""
    at = ratios.seconds(rows)
    out: list[Row] = []
    for gap in sorted({t["gap"] for t in group}):
        pair = {t["peer"]: t for t in group if t["gap"] == gap and t["peer"] in (OURS, PLAIN)}
        if len(pair) == 2 and ratios.doubtful(*(at[ratios.key(pair[n]), n] for n in (OURS, PLAIN))):
            out += [t | {"repeat": n} for n in (1, 2) for t in pair.values()]
    return out


def run(options: argparse.Namespace, present: Sequence[str]) -> list[Row]:
    """Measure everything and return the rows."""
    ledger = Ledger(options.out / "peers.jsonl", options.resume, options.keep_peers)
    if ledger.stale:
        print(f"{ledger.stale} measurements of other sources, limits or with errors are not used", file=sys.stderr)
    store, began = options.out / "instances", time.perf_counter()
    rows: list[Row] = []
    for group in tasks(options, present, store):
        if options.smoke:  # nobody reads the times
            with ThreadPoolExecutor(2) as pool:
                part = list(pool.map(ledger.get, group))
        else:
            part = [ledger.get(task) for task in group]
            part += [ledger.get(task) for task in again(part, group)]
        rows += part
        for file in store.glob("*.pickle"):
            file.unlink()
        told = ", ".join(f"{r['peer']} {r['gap']:g}: {ratios.counted(r):.2f} s{'' if r['proven'] else ' (limit)'}" for r in part)
        first = group[0]
        print(f"{time.perf_counter() - began:6.0f} s  {first['family']} {first['projects']} seed {first['seed']}: {told}", file=sys.stderr, flush=True)
    return rows


def show(rows: Sequence[Row], gap: float, present: Sequence[str]) -> str:
    """Return the table of one gap: seconds of ours and of each peer, and how many times ours each took."""
    shown = []
    others = [n for n in present if n != OURS and any(r["peer"] == n and r["gap"] == gap for r in rows)]
    for family in sorted({r["family"] for r in rows}):
        ours = ratios.means(rows, gap, family, OURS)
        for projects in ours:
            line: list[Any] = [family, projects, _seconds(rows, gap, family, projects, OURS)]
            for name in others:
                found = ratios.ratios(rows, gap, name).get(family, {}).get(str(projects))
                line += [_seconds(rows, gap, family, projects, name), "" if found is None else f"{found:.2f}x"]
            shown.append(line)
    return table(["family", "projects", OURS, *(h for n in others for h in (n, "ratio"))], shown)


def _seconds(rows: Sequence[Row], gap: float, family: str, projects: int, peer: str) -> str:
    found = ratios.means(rows, gap, family, peer).get(projects)
    if found is None:
        return ""
    missed = ratios.at_limit(rows, gap, family, projects, peer)
    return f"{found:.3g} s" + (f" ({missed} at limit)" if missed else "")


def picture(rows: Sequence[Row], gap: float, present: Sequence[str], path: Path) -> None:
    """Draw seconds against the number of projects by family, log-log, with the fitted lines dotted and their slopes told."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    names = sorted({r["family"] for r in rows})
    figure = Figure(figsize=(5.6 * len(names), 4.8), layout="constrained")
    fitted, modules = ratios.slopes(rows, gap), peers()
    for axes, family in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        for name in present:
            curve = ratios.means(rows, gap, family, name)
            if not curve:
                continue
            found = fitted[family].get(name)
            text = modules[name].TITLE + (f", slope {found:.2f}" if found is not None else "")
            style: dict[str, Any] = {"linewidth": 2.5, "marker": "o"} if name == OURS else {"linewidth": 1.2, "marker": "x", "linestyle": "--"}
            (line,) = axes.plot(list(curve), list(curve.values()), label=text, **style)
            if found is not None:
                middle = geometric(list(curve)), geometric(list(curve.values()))
                ends = [min(curve), max(curve)]
                axes.plot(ends, [middle[1] * (n / middle[0]) ** found for n in ends], color=line.get_color(), linestyle=":", linewidth=1.2)
        axes.set(xscale="log", yscale="log", xlabel="projects", ylabel="seconds to a proven plan", title=f"{family}, gap {gap:g}")
        sizes = sorted({r["projects"] for r in rows})
        axes.set_xticks(sizes, [f"{n:,}" for n in sizes])
        axes.xaxis.minorticks_off()
        axes.grid(visible=True, which="both", alpha=0.25)
        axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def result(rows: Sequence[Row], options: argparse.Namespace, present: Sequence[str]) -> dict[str, Any]:
    """Return what the last line says."""
    gap0 = ratios.ratios(rows, 0.0, PLAIN).get("laminar", {}) if options.gap0_sizes else {}
    worst, more = ratios.worst(rows, (options.gap,))
    worst0, more0 = ratios.worst(rows, (0.0,))
    return {
        **{f"vs_{name}": ratios.ratios(rows, options.gap, name) for name in peers() if name != OURS},
        "vs_pyomo_highs_gap0": gap0,
        "worst_vs_highs": worst, "worst_below_half_second": more, "worst_vs_highs_gap0": worst0, "worst_below_half_second_gap0": more0,
        "slope": ratios.slopes(rows, options.gap), "disagreements": ratios.disagreements(rows),
        "errors": [f"{r['peer']} {ratios.key(r)}: {r['error']}" for r in rows if r["error"]],
        "absent": absent(), "counted": {name: peers()[name].COUNTED for name in present},
        "gap": options.gap, "seconds": options.seconds, "seeds": list(range(1, options.seeds + 1)), "machine": machine(), "rows": list(rows),
    }  # fmt: skip


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = peers()
    parser.add_argument("--families", nargs="+", choices=families.FAMILIES, default=list(families.FAMILIES), help="families of instances")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of projects")
    parser.add_argument("--gap0-sizes", type=int, nargs="*", default=list(GAP0_SIZES), help="numbers of projects solved to a zero gap too (laminar)")
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds: 1, 2, ...")
    parser.add_argument("--peers", nargs="+", choices=list(known), default=list(known), help="ways to solve; ours is always there")
    for name in known:
        if name not in (OURS, PLAIN):
            parser.add_argument(f"--{name}-sizes", type=int, nargs="*", help=f"only these sizes for {name} (default: all)")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of each solve; unproven answers count as this")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON, JSON lines and PNG")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/peers.jsonl")
    parser.add_argument("--keep-peers", action="store_true", help="with --resume: use peers' measurements made from other sources too")
    parser.add_argument("--smoke", action="store_true", help="two tiny sizes, every peer that is there, two processes at once, under a minute")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.smoke:
        options.sizes, options.gap0_sizes, options.seeds, options.seconds = list(SMOKE), [SMOKE[0]], 1, 10.0
    return options


def main(argv: list[str]) -> int:
    """Run the benchmark; the last line on stdout is one JSON object. Exit 1 when answers contradict or a run failed."""
    options = arguments(argv)
    if options.one is not None:
        print(json.dumps(measure(json.loads(options.one))))
        return 0
    missing = absent()
    present = [n for n in peers() if n == OURS or (n in options.peers and n not in missing)]
    rows = run(options, present)
    print(f"gap {options.gap:g}, limit {options.seconds:g} s, geometric means over {options.seeds} seeds, one thread; ratio: the peer's seconds over ours")
    print(show(rows, options.gap, present))
    if any(r["gap"] == 0.0 for r in rows):
        print("\ngap 0")
        print(show([r for r in rows if r["gap"] == 0.0], 0.0, present))
    for name in missing:
        print(f"absent: {name} (pip install 'renewal-opt[bench]')")
    picture(rows, options.gap, present, options.out / "peers.png")
    told = result(rows, options, present)
    for text in (*told["disagreements"], *told["errors"]):
        print(f"FAILED: {text}", file=sys.stderr)
    finish("peers", options.out, told)
    return 1 if told["disagreements"] or told["errors"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
