"""`verify`: the exact re-check of a plan file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..i18n import N_
from .base import a_path, argument, command, json_option
from .output import print_json


@command("verify", help=N_("Re-checks a plan file against the clauses in exact arithmetic, reading its inputs again; exit code 1 when it does not hold."))
@argument("plan", type=a_path(), about=N_("Plan file (JSON) that solve wrote."))
@json_option
@click.pass_context
def verify(ctx: click.Context, plan: Path, as_json: bool) -> None:
    """Re-check a plan."""
    from ..verify import verify_file

    report = verify_file(plan)
    if as_json:
        print_json({"plan": str(plan), "holds": report.holds, "families": [_family(f) for f in report.families]})
    else:
        from ..report.verified import print_verification

        print_verification(report, sys.stdout)
    if not report.holds:
        ctx.exit(1)


def _family(family: Any) -> dict[str, Any]:
    from ..report.verified import breach_document

    return {"family": family.family, "holds": family.holds, "rows": family.rows, "breaches": [breach_document(b) for b in family.breaches]}
