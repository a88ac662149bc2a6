"""`init`, `template`, `synth`, `import-pb`: commands that make inputs."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import Collector, Finding, InputError, render_findings
from ..i18n import N_, _, get_language
from .base import Whole, a_path, argument, command, option
from .output import check_targets, say_written
from .targets import Target, TargetFolder

#: policy of `template` and `synth` where none is named
CITY = "zhengzhou"


def _policy_folder(stated: Path | None) -> Path:
    from ..io.synth.init import bundled_root

    return stated if stated is not None else bundled_root() / "models" / CITY


@command("init", help=N_("Makes a folder for a first run: bundled policies and scenarios, and a synthetic library of 240 projects."))
@argument("folder", type=TargetFolder(), about=N_("Folder to make; an empty one may exist."))
def init(folder: Path) -> None:
    """Make the folder of the first run."""
    from ..io.synth.init import write_init

    files = write_init(folder)
    click.echo(_("{number} files in {folder}; the library is synthetic.").format(number=len(files), folder=folder))
    scenario = folder / "scenarios" / "annual-2025.yaml"
    click.echo(_("Next: renewal-opt solve {scenario} -o {plan} --xlsx {workbook}").format(scenario=scenario, plan=folder / "plan.json", workbook=folder / "plan.xlsx"))


@command("template", help=N_("Writes an empty library workbook with drop-down lists from the policy and a note on each column."))
@argument("out", type=Target(".xlsx"), about=N_("Workbook to write (.xlsx)."))
@option("--brief", is_flag=True, help=N_("Only the columns that every project must have."))
@option("--year", type=Whole(1900, 2199), help=N_("Plan year, the first with a column for the remaining spending of carry-overs; default: this year."))
@option("--policy", "folder", type=a_path(), help=N_("Folder of the policy; default: the bundled Zhengzhou policy."))
def template(out: Path, brief: bool, year: int | None, folder: Path | None) -> None:
    """Write an empty workbook."""
    from ..io.policy import load_policy
    from ..io.template import write_template

    loaded = load_policy(_policy_folder(folder))
    check_targets([out], loaded.files)
    if out.exists():
        raise InputError([Finding("file_exists", file=str(out), value=out.name, expected=_("a new file: a library that has been filled in is not overwritten"))])
    say_written([out], [write_template(out, loaded.policy, brief, language=get_language(), year=year)])


@command("synth", help=N_("Writes a synthetic library of any size, the same for the same arguments; it is named as synthetic everywhere."))
@option("--projects", type=Whole(1, 1_000_000), required=True, help=N_("Number of projects."))
@option("--seed", type=Whole(0, 2_147_483_647), required=True, help=N_("Seed of the random draws."))
@option("-o", "--output", type=TargetFolder(".xlsx"), help=N_("Workbook (.xlsx) or folder of CSV files; default: synth-PROJECTS-SEED.xlsx."))
@option("--policy", "folder", type=a_path(), help=N_("Folder of the policy; default: the bundled Zhengzhou policy."))
@option("--with-scenario", is_flag=True, help=N_("Also write a scenario beside it whose caps and limits bind."))
def synth(projects: int, seed: int, output: Path | None, folder: Path | None, with_scenario: bool) -> None:
    """Write a synthetic library."""
    import os.path

    from ..io.policy import load_policy
    from ..io.synth.write import write_synth

    out = output or Path(f"synth-{projects}-{seed}.xlsx")
    policy_folder = _policy_folder(folder)
    loaded = load_policy(policy_folder)
    scenario = out.with_name(f"{out.stem}.yaml") if with_scenario else None
    check_targets([p for p in (scenario,) if p is not None], loaded.files)
    stated = "" if scenario is None else Path(os.path.relpath(policy_folder.resolve(), scenario.resolve().parent)).as_posix()
    files = write_synth(out, loaded.policy, projects, seed, scenario=scenario, policy_path=stated or "../policy")
    click.echo(_("Synthetic, not real projects: {files}").format(files=", ".join(map(str, files))))


@command("import-pb", help=N_("Reads a participatory-budgeting file (.pb of pabulib.org) into a policy, a library and a scenario."))
@argument("file", type=a_path(), about=N_("The .pb file."))
@option("-o", "--output", type=TargetFolder(), help=N_("Folder to make; default: the file's name without its ending, in the current folder."))
def import_pb(file: Path, output: Path | None) -> None:
    """Import a .pb file."""
    from ..io.pabulib import import_pb as read_pb

    found = Collector()
    folder = output or Path(file.stem)
    if not folder.name:
        raise InputError([Finding("cannot_write", file=str(file), value=str(folder), expected=_("a folder named by -o"))])
    scenario = read_pb(file, folder, collector=found)
    if found.findings:
        click.echo(render_findings(found.findings), err=True)
    click.echo(_("Next: renewal-opt solve {scenario}").format(scenario=scenario))
