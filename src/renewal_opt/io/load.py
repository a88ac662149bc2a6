"""Reads everything that one scenario needs and tells every fault of policy, library and scenario at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ..domain.columns import SHEETS
from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.scenario import Scenario
from ..errors import Collector, Finding, InputError
from ..i18n import _
from .crosscheck import LibraryPlace, check_all, check_policy, check_scenario
from .crosscheck_library import check_force
from .library import LoadedLibrary, load_library
from .nearest import did_you_mean
from .places import Places
from .policy import LoadedPolicy, read_policy
from .scenario import RawScenario, read_scenario

Role = Literal["policy", "library", "scenario"]


@dataclass(frozen=True)
class Inputs:
    """All inputs of one solve.

    Attributes
    ----------
    policy : Policy
        Overrides applied.
    library : Library
    scenario : Scenario
    files : tuple of (role, Path)
        Every file read, each once: scenario and those it extends, the policy's in sorted order, the library's.
    origins : dict
        Dotted leaf path of the policy to its origin: a file's name, ``scenario NAME`` or ``command line``.
    warnings : tuple of Finding
        Legal but doubtful.
    policy_places, scenario_places : Places
        Locate paths in files, for messages of later steps.
    tree : dict
        The merged raw policy with overrides, as `show policy` prints it.
    overrides : dict
        What the command line changed.
    """

    policy: Policy
    library: Library
    scenario: Scenario
    files: tuple[tuple[Role, Path], ...] = ()
    origins: dict[str, str] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    policy_places: Places = field(default_factory=Places)
    scenario_places: Places = field(default_factory=Places)
    tree: dict[str | int, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Readers:
    """Who reads policy and library and checks the policy; a sweep puts readers here that keep what they have found."""

    policy: Callable[..., LoadedPolicy | None] = read_policy
    library: Callable[[Path, Policy, Collector], LoadedLibrary] = load_library
    check: Callable[[LoadedPolicy, Collector], None] = check_policy


@contextlib.contextmanager
def placing(inputs: Inputs) -> Iterator[None]:
    """Give the findings of steps that know no files the file and line of their policy or scenario path.

    Raises
    ------
    InputError
        That of the block, its findings placed.
    """
    try:
        yield
    except InputError as error:
        raise InputError([_placed(f, inputs) for f in error.findings]) from None


def _placed(finding: Finding, inputs: Inputs) -> Finding:
    if not finding.path or finding.line is not None or finding.row is not None:
        return finding
    path = tuple(int(part) if part.isdigit() else part for part in finding.path.split("."))
    places = inputs.scenario_places if path[0] in ("force", "weights", "ahp") else inputs.policy_places
    told = places.finding(finding.kind, path)
    return replace(finding, file=told.file or finding.file, line=told.line, path=told.path)


def load_inputs(scenario_path: str | Path, *, overrides: Mapping[str, Any] | None = None) -> Inputs:
    """Read scenario, policy and library, and check them together.

    Parameters
    ----------
    scenario_path : str or Path
        The scenario file.
    overrides : mapping, optional
        Policy values from the command line by dotted path, applied after the scenario's.

    Raises
    ------
    InputError
        With every finding of the three and of the cross checks; a fault that hides others (an
        unreadable policy hides the library's) is said to do so.
    """
    collector = Collector()
    inputs = read_inputs(scenario_path, collector, overrides=overrides)
    collector.raise_errors()
    if inputs is None:  # pragma: no cover - read_inputs adds an error whenever it returns None
        raise InputError(collector.findings)
    return inputs


def read_inputs(scenario_path: str | Path, collector: Collector, *, overrides: Mapping[str, Any] | None = None) -> Inputs | None:
    """Read and check everything into `collector`; None when there is an error. See `load_inputs`."""
    raw = read_scenario(scenario_path, collector)
    return None if raw is None else read_the_rest(raw, collector, overrides=overrides)


def read_the_rest(raw: RawScenario, collector: Collector, *, overrides: Mapping[str, Any] | None = None, readers: Readers = Readers()) -> Inputs | None:
    """Read policy and library of a scenario and check all three together; None when there is an error."""
    loaded, usable = _policy(raw, overrides, collector, readers)
    if loaded is not None:
        readers.check(loaded, collector)
    if loaded is not None and raw.scenario is not None:
        check_scenario(loaded, raw.scenario, raw.places, collector)
    library = _library(raw, usable, collector, readers)
    if library is not None and loaded is not None and raw.scenario is not None:
        _together(loaded, raw, library, collector)
    if collector.errors or loaded is None or library is None or raw.scenario is None:
        return None
    files: list[tuple[Role, Path]] = [("scenario", p) for p in raw.files]
    files += [("policy", p) for p in loaded.files]
    files += [("library", p) for p in library.files]
    return Inputs(
        policy=loaded.policy,
        library=library.library,
        scenario=raw.scenario,
        files=tuple(files),
        origins=loaded.origins,
        warnings=tuple(collector.findings),
        policy_places=loaded.places,
        scenario_places=raw.places,
        tree=loaded.tree,
        overrides=dict(overrides or {}),
    )


def _policy(raw: RawScenario, overrides: Mapping[str, Any] | None, collector: Collector, readers: Readers) -> tuple[LoadedPolicy | None, LoadedPolicy | None]:
    """Return the policy with overrides, and a policy to read the library with (without them where they err)."""
    if raw.policy_path is None:
        return None, None
    before = len(collector.errors)
    loaded = readers.policy(raw.policy_path, collector, overrides=overrides, layers=raw.override_layers())
    if len(collector.errors) == before:
        return loaded, loaded
    plain = readers.policy(raw.policy_path, Collector())
    return loaded, plain


def _library(raw: RawScenario, policy: LoadedPolicy | None, collector: Collector, readers: Readers) -> LoadedLibrary | None:
    """Return the library when it could be read; what it lacks stands in the collector."""
    path = raw.library_path
    if path is None:
        return None
    try:
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if not exists:
        try:
            others = sorted(p.name for p in path.parent.iterdir())
        except (OSError, ValueError):
            others = []
        expected = _("an existing file or folder: {path}").format(path=str(path))
        collector.add(raw.places.finding("file_missing", ("library",), value=str(raw.tree.get("library")), expected=expected, hint=did_you_mean(path.name, others)))
        return None
    if policy is None:
        if raw.policy_path is not None:
            words = _("a policy that can be read: the library's ids are checked against it afterwards")
            collector.add(Finding("not_checked", file=str(path), expected=words, severity="warning"))
        return None
    return readers.library(path, policy.policy, collector)


def _together(loaded: LoadedPolicy, raw: RawScenario, library: LoadedLibrary, collector: Collector) -> None:
    """Run the checks across inputs, as far as the library's state allows."""
    assert raw.scenario is not None
    place = library_place(library)
    if library.complete:
        check_all(loaded, raw.scenario, raw.places, library.library, place, collector)
    else:
        check_force(library.library, raw.scenario, place, raw.places, collector)


def library_place(library: LoadedLibrary) -> LibraryPlace:
    """Return the file and sheet of a library's projects for findings."""
    files = library.files
    if len(files) == 1 and files[0].suffix.lower() in (".xlsx", ".xlsm"):
        return LibraryPlace(str(files[0]), workbook=True)
    projects = next((p for p in files if p.stem.casefold() in SHEETS["projects"]), files[0] if files else Path())
    return LibraryPlace(str(projects))
