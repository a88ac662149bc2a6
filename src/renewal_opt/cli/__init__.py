"""The command line: parses, calls, prints; no logic of its own. `main` is the entry point."""

from __future__ import annotations

from ..i18n import N_
from .base import App, version_option
from .certify import certify
from .check import check, screen
from .compare import compare
from .fund import fund
from .make import import_pb, init, synth, template
from .pareto import pareto
from .robust import robust
from .schema import completion, schema
from .show import show
from .solve import solve
from .sweep import sweep
from .verify import verify

main = App(
    "renewal-opt",
    help=N_(
        "Picks a city's annual urban-renewal plan from its policy, a project library and a scenario: "
        "a proven, exactly re-checked portfolio under its funding channels.\n\n"
        "First run: renewal-opt init demo, then renewal-opt solve demo/scenarios/annual-2025.yaml -o plan.json --xlsx plan.xlsx\n\n"
        "Exit codes: 0 done; 1 a plan does not hold (verify, certify); 2 faulty input; 3 no plan satisfies the rules; 4 the solver stopped without a plan."
    ),
    params=[version_option],
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (init, check, screen, solve, verify, certify, sweep, compare, pareto, robust, fund, template, synth, import_pb, schema, show, completion):
    main.add_command(_command)

__all__ = ["main"]
