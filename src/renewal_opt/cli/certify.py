"""`certify`: a bound of a plan's objective, or the infeasibility of a scenario, proven in whole numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Finding, InputError
from ..i18n import N_, _
from .base import Exact, Whole, a_path, argument, command, json_option, option
from .output import check_targets, print_json, say_written, write_all
from .progress import Progress
from .targets import Target

if TYPE_CHECKING:
    from ..certify.document import ProofDocument
    from ..certify.result import Certified
    from ..certify.system import System
    from ..domain.plan import Plan
    from ..io.load import Inputs

#: seconds of search when none are given
SECONDS = Decimal(60)


@command("certify", help=N_("Proves a plan's gap in exact arithmetic, without trust in the solver, or that a scenario (.yaml) has no plan; exit code 1 when the plan, the proof or the infeasibility does not hold."))
@argument("target", type=a_path(), about=N_("Plan file (JSON) that solve wrote, or scenario file (YAML) that is said to be infeasible."))
@option("-o", "--output", type=Target(".json"), help=N_("Write a copy of the plan with its certified bound and gap."))
@option("--proof", type=Target(".json", ".json.gz"), help=N_("Write the proof as JSON, packed when the name ends in .gz."))
@option("--check", type=a_path(), help=N_("Check this proof, without any solver, instead of searching for one."))
@option("--gap", type=Exact("0", "1"), help=N_("Relative gap to certify; default: the one that the plan was asked for."))
@option("--seconds", type=Exact("0", "1e9", open_low=True), help=N_("Time limit of the search; default: 60."))
@option("--leaves", type=Whole(1, 100_000_000), help=N_("Largest number of leaves of the proof; default: no limit."))
@json_option
@option("--quiet", is_flag=True, help=N_("No progress on stderr."))
@click.pass_context
def certify(
    ctx: click.Context,
    target: Path,
    output: Path | None,
    proof: Path | None,
    check: Path | None,
    gap: Decimal | None,
    seconds: Decimal | None,
    leaves: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Certify a plan or an infeasible scenario."""
    if check is not None and (proof is not None or gap is not None or seconds is not None or leaves is not None):
        raise click.UsageError(_("--check checks a proof as it is: no --proof, --gap, --seconds or --leaves"))
    budget = {"seconds": float(SECONDS if seconds is None else seconds), "leaves": leaves}
    if target.suffix.lower() in (".yaml", ".yml"):
        if output is not None or gap is not None:
            raise click.UsageError(_("a scenario has no plan to write and no gap: no --output and no --gap"))
        holds = _scenario(target, proof, check, budget, as_json, quiet)
    else:
        holds = _plan(target, output, proof, check, gap, budget, as_json, quiet)
    if not holds:
        ctx.exit(1)


def _plan(
    path: Path, output: Path | None, proof: Path | None, check: Path | None, gap: Decimal | None, budget: dict[str, Any], as_json: bool, quiet: bool
) -> bool:
    """Certify a plan file; return whether plan and proof hold."""
    from ..certify.file import problem_of
    from ..certify.system import build_system
    from ..io.load import placing
    from ..io.planinputs import read_plan_inputs
    from ..verify import verify_file

    report = verify_file(path)
    plan = report.plan
    if not report.holds:
        return _refuse(path, _("the plan does not hold; renewal-opt verify {plan} says where").format(plan=path), as_json)
    inputs = read_plan_inputs(plan, path)
    if inputs is None:
        raise InputError([Finding("file_unreadable", file=str(path), expected=_("inputs that do not change while they are read"))])
    read = [p for _role, p in inputs.files] + [path] + ([] if check is None else [check])
    check_targets([p for p in (output, proof) if p is not None], read)
    with placing(inputs):
        system = build_system(problem_of(inputs))
    value, asked = Fraction(plan.objective.value), Fraction(plan.objective.gap_asked if gap is None else gap)
    if check is None:
        found = _searched(system, value, asked, budget, quiet or as_json)
    else:
        checked = _checked(check, system, plan.inputs, _overrides(plan, path), value, asked)
        if isinstance(checked, str):
            return _refuse(path, checked, as_json)
        found = checked
    assert found.bound is not None
    assert found.proof is not None
    certified = _with_bound(plan, found)
    writers: dict[Path, Callable[[Path], Any]] = {}
    if output is not None:
        from ..io.planfile import plan_to_json

        moved = _moved(certified, path, output)
        writers[output] = lambda temp: temp.write_text(plan_to_json(moved), encoding="utf-8", newline="\n")
    if proof is not None:
        writers[proof] = _proof_writer(found, system, plan.inputs, _overrides(plan, path), proof.name)
    _write(writers, read, quiet)
    _tell_plan(path, certified, found, asked, as_json)
    return True


def _overrides(plan: Plan, path: Path) -> dict[str, Any]:
    from ..io.planinputs import overrides_of

    return dict(overrides_of(plan, path))


def _searched(system: System, value: Fraction, asked: Fraction, budget: dict[str, Any], quiet: bool) -> Certified:
    from ..certify.prove import certify as prove

    stopping = _("Stopping; what is proven so far will be said. Ctrl-C again ends at once.")
    with Progress(quiet=quiet, gap=float(asked), stopping=stopping) as progress:
        size = abs(float(value)) or 1.0

        def tell(share: float, bound: float) -> None:
            progress.report(share, max(0.0, bound - float(value)) / size, float(value))

        return prove(system, value, asked, progress=tell, cancel=progress.cancel, **budget)


def _checked(path: Path, system: System, files: Any, overrides: dict[str, Any], value: Fraction | None, asked: Fraction) -> Certified | str:
    """Check a proof file; return what it proves, or in words why it does not."""
    from ..certify.file import check_document, read_proof, sentence
    from ..certify.result import Certified, gap_of
    from ..certify.tree import Refuted

    began = time.monotonic()
    try:
        proof, bound = check_document(read_proof(path), system, files, overrides)
    except Refuted as refuted:
        return sentence(refuted)
    if (bound is None) != (value is None):
        return _("the proof claims something else: a bound for a plan, infeasibility for a scenario")
    gap = None if bound is None or value is None else gap_of(bound, value)
    met = bound is None or value is None or bound <= value + abs(value) * asked
    return Certified(proof, bound, gap, met, proof.leaves, len(proof.pool), time.monotonic() - began)


def _with_bound(plan: Plan, found: Certified) -> Plan:
    objective = plan.objective.model_copy(update={"certified_bound": str(found.bound), "certified_gap": found.gap})
    return plan.model_copy(update={"objective": objective})


def _moved(plan: Plan, path: Path, output: Path) -> Plan:
    """Return the plan with the paths of its inputs as seen from the copy's folder."""
    from ..io.nearby import plan_near

    folder = path.resolve().parent
    inputs = tuple(i.model_copy(update={"path": str((folder / i.path).resolve())}) for i in plan.inputs)
    return plan_near(plan.model_copy(update={"inputs": inputs}), output)


def _proof_writer(found: Certified, system: System, files: Any, overrides: dict[str, Any], name: str) -> Callable[[Path], Any]:
    from ..certify.document import document
    from ..certify.file import proof_bytes, versions

    assert found.proof is not None
    data: ProofDocument = document(found.proof, system, inputs=files, overrides=overrides, program=versions())
    return lambda temp: temp.write_bytes(proof_bytes(data, name))


def _write(writers: dict[Path, Callable[[Path], Any]], read: list[Path], quiet: bool) -> None:
    written = write_all(writers, read)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)


def _scenario(path: Path, proof: Path | None, check: Path | None, budget: dict[str, Any], as_json: bool, quiet: bool) -> bool:
    """Certify that a scenario has no plan; return whether that holds."""
    from ..certify.file import hashed, problem_of
    from ..certify.system import build_system
    from ..io.load import load_inputs, placing

    inputs: Inputs = load_inputs(path)
    read = [p for _role, p in inputs.files] + ([] if check is None else [check])
    check_targets([p for p in (proof,) if p is not None], read)
    files = hashed(inputs)
    with placing(inputs):
        system = build_system(problem_of(inputs))
    if check is not None:
        found = _checked(check, system, files, {}, None, Fraction(0))
        if isinstance(found, str):
            return _refuse(path, found, as_json)
    else:
        from ..certify.prove import certify_infeasible

        with Progress(quiet=True, gap=0.0) as progress:
            found = certify_infeasible(system, cancel=progress.cancel, **budget)
    if not found.met:
        why = _("not shown to be infeasible: a portfolio with money in fractions of 1 元 satisfies all rules") if found.found else _("not shown to be infeasible within the budget")
        return _refuse(path, why, as_json)
    if proof is not None:
        _write({proof: _proof_writer(found, system, files, {}, proof.name)}, read, quiet)
    if as_json:
        print_json({"scenario": str(path), "infeasible": True, "leaves": found.leaves, "funding_rows": found.funding_rows, "seconds": round(found.seconds, 3)})
    else:
        click.echo(_("No plan satisfies all rules: proven in exact arithmetic."))
        click.echo(_size(found))
    return True


def _refuse(path: Path, why: str, as_json: bool) -> bool:
    if as_json:
        print_json({"file": str(path), "holds": False, "why": why})
    else:
        click.echo(_("Not certified: {why}").format(why=why))
    return False


def _size(found: Certified) -> str:
    return _("Proof: {leaves} leaves, {rows} funding rows, {seconds:.1f} s").format(leaves=f"{found.leaves:,d}", rows=f"{found.funding_rows:,d}", seconds=found.seconds)


def _tell_plan(path: Path, plan: Plan, found: Certified, asked: Fraction, as_json: bool) -> None:
    """Say both gaps, the size of the proof, and whether the gap asked for is reached."""
    o = plan.objective
    better = None if found.better is None else float(found.better)
    if as_json:
        print_json({
            "plan": str(path), "holds": True, "value": o.value, "certified_bound": o.certified_bound, "certified_gap": o.certified_gap,
            "gap_asked": str(Decimal(asked.numerator) / Decimal(asked.denominator)), "met": found.met, "bound": o.bound, "gap": o.gap, "leaves": found.leaves,
            "funding_rows": found.funding_rows, "seconds": round(found.seconds, 3), "better": better,
        })  # fmt: skip
        return
    from ..report.numbers import gap_text, rounded

    bound = Fraction(o.certified_bound or 0)
    click.echo(_("Objective {value}; certified upper bound {bound}").format(value=f"{rounded(Fraction(o.value)):,.2f}", bound=f"{rounded(bound):,.2f}"))
    click.echo(_("Gap, certified in exact arithmetic: {gap} (asked {asked})").format(gap=gap_text(o.certified_gap), asked=gap_text(float(asked))))
    click.echo(_("Gap, as HiGHS reports it: {gap}").format(gap=gap_text(o.gap)))
    click.echo(_size(found))
    if better is not None:
        click.echo(_("A portfolio worth about {value} seems possible: the plan is not within the gap asked for.").format(value=f"{better:,.2f}"))
    elif not found.met:
        click.echo(_("The gap asked for is not certified; the bound above holds all the same."))
