"""Writes synthetic libraries and scenarios; every file says that it is synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...domain.policy import Policy
from ..atomic import write_text_atomic
from ..yamltext import flow, scalar
from .library import make_library
from .scenario import make_scenario


def dump_yaml(data: Mapping[Any, Any], comment: str = "") -> str:
    """Return plain data as YAML text with exact numbers, in the order of the data.

    Parameters
    ----------
    data : mapping
        Mappings, lists, text, int, Decimal, bool, None.
    comment : str
        Lines that stand first, without the number sign.
    """
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return head + "\n".join(_lines(data, 0)) + "\n"


def _lines(data: Mapping[Any, Any], depth: int) -> list[str]:
    out: list[str] = []
    pad = "  " * depth
    for key, value in data.items():
        flat = flow(value)
        if not isinstance(value, Mapping) or not value or len(flat) <= 100:
            out.append(f"{pad}{scalar(key)}: {flat}")
        else:
            out += [f"{pad}{scalar(key)}:", *_lines(value, depth + 1)]
    return out


def write_synth(
    out: Path | str, policy: Policy, projects: int, seed: int, plan_year: int = 2025, *, scenario: Path | str | None = None, policy_path: str = "../policy"
) -> tuple[Path, ...]:
    """Write a synthetic library, and a scenario that suits it; return the files written.

    Parameters
    ----------
    out : Path
        Workbook, CSV file or folder, as `io.libwrite.write_library` takes it.
    policy : Policy
    projects, seed, plan_year
        See `make_library`.
    scenario : Path, optional
        Where to write the scenario; it names `out` relative to itself where that is possible.
    policy_path : str
        The policy's folder as the scenario shall state it.

    Raises
    ------
    InputError
        When a file cannot be written.
    """
    import os.path

    from ..libwrite import write_library

    library = make_library(policy, projects, seed, plan_year)
    written: list[Path] = [Path(out)]
    write_library(library, policy, Path(out))
    if scenario is not None:
        target = Path(scenario)
        there = os.path.relpath(Path(out).resolve(), target.resolve().parent)
        data = make_scenario(policy, library, plan_year, policy_path=policy_path, library_path=Path(there).as_posix(), name=target.stem)
        written.append(write_text_atomic(target, dump_yaml(data, "合成情景 / synthetic scenario")))
    return tuple(written)
