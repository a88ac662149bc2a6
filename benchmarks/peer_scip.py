"""SCIP through pyscipopt on a file of the full model, written by HiGHS from the same arrays."""

from __future__ import annotations

import tempfile
from pathlib import Path

from renewal_opt.problem import Problem

from .common import Answer, Clock, compiled

NAME, TITLE, MODULE = "scip", "SCIP", "pyscipopt"
COUNTED = "reading the model file, which is there before the clock starts, and SCIP"
#: how SCIP says that it ended by proof
_PROVEN = ("optimal", "gaplimit")


def run(problem: Problem, gap: float, seconds: float) -> Answer:
    """Write the full form as MPS (not timed), then read and solve it with SCIP on one thread."""
    from pyscipopt import Model

    from .peer_numpy import arrays, quiet

    matrices, unit = compiled(problem)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        highs = quiet()
        highs.passModel(arrays(matrices))
        highs.writeModel(str(path))
        clock = Clock()
        with clock.step("read"):
            model = Model()
            model.hideOutput()
            model.readProblem(str(path))
        model.setParam("limits/gap", gap)
        model.setParam("limits/time", max(1.0, seconds - clock.seconds["read"]))
        model.setParam("timing/clocktype", 2)  # wall clock
        model.setParam("lp/threads", 1)
        with clock.step("solve"):
            model.optimize()
    status, bound = model.getStatus(), model.getDualbound()
    return Answer(
        clock.seconds,
        status,
        status in _PROVEN,
        model.getObjVal() * unit if model.getNSols() else None,
        bound * unit if abs(bound) < model.infinity() else None,
    )
