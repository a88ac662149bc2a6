"""Complete nondominated sets of multi-objective knapsack files: points, solves, seconds; pyaugmecon beside us on its 3kp40.

`python -m benchmarks pareto [FILE.dat ...] [--seconds N] [--workers N] [--peer] [--out FOLDER]`

Files: number of objectives p, of items n, capacity, p x n profits (maximised), n weights (Tamby and Vanderpooten, 2021); by
default every file of ``../shared/data/mokp``. A solve is a mixed-integer run of HiGHS. The last line on stdout is a JSON object:
``instances``, a list of ``name``, ``points``, ``solves``, ``seconds``, ``complete``, and ``peer`` where it was asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from renewal_opt.model.matrices import Matrices
from renewal_opt.pareto import Answer, LinearObjective, MatrixModel, nondominated
from renewal_opt.workers import processes

from .pareto_peer import Absent, compare, three_knapsacks

#: sizes of the complete sets, published by Dowson, Gandibleux and Kof (2026); of 3kp40 by Mavrotas and Florios (2013)
PUBLISHED = {"3kp40": 389, "MOKP_p-2_n-200_1": 317, "MOKP_p-2_n-200_2": 316, "MOKP_p-3_n-100_1": 5421, "MOKP_p-3_n-100_2": 4073, "MOKP_p-4_n-50_1": 1409}
#: seconds between two lines on stderr
EVERY = 10.0
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "mokp"


def read_knapsack(path: Path) -> MatrixModel:
    """Read a knapsack file.

    Raises
    ------
    ValueError
        When the file is not of this format.
    """
    words = path.read_text(encoding="ascii").translate(str.maketrans("[],", "   ")).split()
    try:
        p, n, capacity = int(words[0]), int(words[1]), Fraction(words[2])
        numbers = [Fraction(w) for w in words[3:]]
    except (IndexError, ValueError) as error:
        raise ValueError(f"{path}: not a knapsack file: {error}") from None
    if p < 2 or n < 1 or len(numbers) != (p + 1) * n:
        raise ValueError(f"{path}: {p} objectives and {n} items need {(p + 1) * n} numbers, there are {len(numbers)}")
    return knapsack([numbers[k * n : (k + 1) * n] for k in range(p)], [numbers[p * n :]], [capacity])


def knapsack(profits: list[list[Fraction]], weights: list[list[Fraction]], capacities: list[Fraction]) -> MatrixModel:
    """Return ``max profits x, weights x <= capacities`` over 0/1 columns."""
    a = sp.csc_matrix(np.array([[float(w) for w in row] for row in weights]))
    n = a.shape[1]
    matrices = Matrices(
        start=a.indptr.astype(np.int32), index=a.indices.astype(np.int32), value=a.data,
        row_lower=np.full(a.shape[0], -np.inf), row_upper=np.array([float(c) for c in capacities]),
        col_cost=np.zeros(n), col_lower=np.zeros(n), col_upper=np.ones(n), integrality=np.ones(n, dtype=bool),
    )  # fmt: skip
    at = np.arange(n, dtype=np.int32)
    return MatrixModel(matrices, tuple(LinearObjective(f"profit {k + 1}", at, tuple(row)) for k, row in enumerate(profits)))


def row_of(name: str, answer: Answer) -> dict[str, Any]:
    """Return a line of the table."""
    return {
        "name": name, "points": len(answer.points), "solves": answer.runs, "seconds": round(answer.seconds, 3), "complete": answer.complete,
        "solves_per_point": round(answer.runs / max(1, len(answer.points)), 3), "published": PUBLISHED.get(name), "missing": answer.missing,
    }  # fmt: skip


def main(argv: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="benchmarks pareto", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="knapsack files; by default those of ../shared/data/mokp")
    parser.add_argument("--seconds", type=float, help="stop each instance after so long")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--peer", action="store_true", help="also run pyaugmecon 2 (HiGHS) on its own 3kp40, in an environment of its own")
    parser.add_argument("--peer-seconds", type=float, default=900.0, help="limit of the peer")
    parser.add_argument("--out", type=Path, help="folder for pareto.json")
    asked = parser.parse_args(argv)
    files = asked.files or sorted(FOLDER.glob("*.dat"))
    if not files:
        parser.error(f"no knapsack files in {FOLDER}; name some")
    if asked.workers < 1:
        parser.error("--workers must be at least 1")
    try:
        models = [(f.stem, read_knapsack(f)) for f in files]
    except (OSError, ValueError) as error:
        parser.error(str(error))
    workers = processes(asked.workers) if asked.workers > 1 else None
    result: dict[str, Any] = {"workers": asked.workers, "instances": []}
    print(f"{'instance':22}{'points':>8}{'solves':>8}{'a point':>9}{'seconds':>9}  complete", flush=True)
    for name, model in models:
        result["instances"].append(shown(row_of(name, nondominated(model, seconds=asked.seconds, workers=workers, progress=telling(name), spread=False))))
    if asked.peer:
        try:
            model = knapsack(*three_knapsacks(asked.peer_seconds))
            ours = shown(row_of("3kp40", nondominated(model, workers=workers, progress=telling("3kp40"))))
            result["peer"] = compare(ours, asked.workers, asked.peer_seconds)
        except Absent as why:
            result["peer"] = {"name": "pyaugmecon", "absent": str(why)}
            print(f"pyaugmecon: absent ({why})", flush=True)
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "pareto.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(json.dumps(result))
    return 0


def telling(name: str) -> Callable[[int, int, int], None]:
    """Return a callback that tells every few seconds on stderr how an instance stands."""
    began = last = time.monotonic()

    def tell(points: int, zones: int, solves: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            print(f"{name}: {now - began:.0f} s, points {points}, zones open {zones}, solves {solves}", file=sys.stderr, flush=True)

    return tell


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Print a line as soon as it is known."""
    expected = f" (published: {row['published']})" if row["published"] else ""
    print(f"{row['name']:22}{row['points']:8}{row['solves']:8}{row['solves_per_point']:9.3f}{row['seconds']:9.1f}  {row['complete']}{expected}", flush=True)
    return row
