"""Reads a scenario: one YAML file that may extend another, merged and validated."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.scenario import Scenario
from ..errors import Collector, InputError
from ..i18n import _
from .nearest import did_you_mean, listing
from .places import Layer, Places
from .pydantic_findings import findings_of
from .yamlfile import Node, YamlPath, load_yaml

#: longest chain of `extends`
MAX_EXTENDS = 10

#: keys that say what one file is; they are not taken over from the scenario that it extends
OWN_KEYS = ("extends", "name", "label", "note")


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario with the files that it names.

    Attributes
    ----------
    scenario : Scenario
    policy_path, library_path : Path
        As stated, relative to the file that states them.
    files : tuple of Path
        The scenario file and those that it extends, nearest first.
    places : Places
        Locates a path of the merged scenario in its file.
    """

    scenario: Scenario
    policy_path: Path
    library_path: Path
    files: tuple[Path, ...]
    places: Places = field(default_factory=Places)


@dataclass
class RawScenario:
    """A scenario as read, valid or not: what can be told about its policy and library all the same."""

    tree: dict[str | int, Any]
    files: tuple[Path, ...]
    places: Places
    policy_path: Path | None
    library_path: Path | None
    scenario: Scenario | None = None

    @property
    def name(self) -> str:
        """Name for messages."""
        return str(self.tree.get("name", ""))

    def override_layers(self) -> tuple[tuple[dict[Any, Any], Layer], ...]:
        """Return the overrides, each with the file that states it."""
        overrides = self.tree.get("overrides")
        out = []
        for key, value in overrides.items() if isinstance(overrides, dict) else ():
            _prefix, layer = self.places.layer(("overrides", key))
            out.append(({key: value}, Layer(f"scenario {self.name}", layer.file, layer.node, ("overrides",))))
        return tuple(out)


def load_scenario(path: str | Path, collector: Collector | None = None) -> LoadedScenario:
    """Read a scenario file.

    Parameters
    ----------
    path : str or Path
        The file. `extends` names another (a name, or a path relative to the file): its mappings are
        merged deeply, the nearer file wins, lists are replaced; name, label and note are a file's own.
        Without a `name` the file's name is taken.
    collector : Collector, optional
        Receives all findings.

    Raises
    ------
    InputError
        With every finding.
    """
    collector = Collector() if collector is None else collector
    raw = read_scenario(path, collector)
    collector.raise_errors()
    loaded = None if raw is None else as_loaded(raw)
    if loaded is None:  # pragma: no cover - read_scenario adds an error in these cases
        raise InputError(collector.findings)
    return loaded


def as_loaded(raw: RawScenario) -> LoadedScenario | None:
    """Return the scenario when it is valid."""
    if raw.scenario is None or raw.policy_path is None or raw.library_path is None:
        return None
    return LoadedScenario(raw.scenario, raw.policy_path, raw.library_path, raw.files, raw.places)


def read_scenario(path: str | Path, collector: Collector) -> RawScenario | None:
    """Read a scenario into `collector`; None when the file cannot be read. See `load_scenario`."""
    chain = _chain(Path(path), collector)
    if not chain:
        return None
    tree: dict[str | int, Any] = {}
    places = Places()
    outer = chain[0]
    places.state((), Layer(Path(outer.file).name, outer.file, outer))
    for i, node in enumerate(reversed(chain)):
        last = i == len(chain) - 1
        own = {k: v for k, v in node.data.items() if k != "extends" and (last or k not in OWN_KEYS)}
        _merge(tree, own, (), places, Layer(Path(node.file).name, node.file, node))
    if "name" not in tree:
        tree["name"] = Path(outer.file).stem
    raw = RawScenario(tree, tuple(Path(n.file) for n in chain), places, _stated(tree, places, "policy"), _stated(tree, places, "library"))
    try:
        raw.scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        collector.findings.extend(findings_of(error, Scenario, tree, places))
    for key in ("policy", "library"):
        if isinstance(tree.get(key), str) and _stated(tree, places, key) is None:
            collector.add(places.finding("bad_value", (key,), value=tree[key], expected=_("a path that is not empty")))
            raw.scenario = None
    return raw


def _stated(tree: dict[str | int, Any], places: Places, key: str) -> Path | None:
    """Return a path relative to the file that states it."""
    value = tree.get(key)
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return None
    return Path(places.layer((key,))[1].file).parent / value


def _merge(into: dict[Any, Any], new: dict[Any, Any], path: YamlPath, places: Places, layer: Layer) -> None:
    for key, value in new.items():
        at = (*path, key)
        old = into.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and value:
            _merge(old, value, at, places, layer)
        else:
            into[key] = value
            places.state(at, layer)


def _chain(path: Path, collector: Collector) -> list[Node]:
    """Return the file and those that it extends, nearest first; empty when one cannot be read."""
    chain: list[Node] = []
    seen: list[Path] = []
    while True:
        node = load_yaml(path, collector)
        if node is None:
            return []
        chain.append(node)
        seen.append(path.resolve())
        parent = node.data.get("extends")
        if "extends" not in node.data:
            return chain
        if not isinstance(parent, str) or not parent.strip() or "\0" in parent:
            collector.add(node.finding("bad_value", ("extends",), value=str(parent), expected=_("the name or path of another scenario")))
            return chain
        path = _find(Path(node.file).parent, parent)
        try:
            resolved = path.resolve()
            exists = path.is_file()
        except (OSError, RuntimeError, ValueError):
            exists = False
        if not exists:
            others = _siblings(Path(node.file))
            collector.add(node.finding("extends_missing", ("extends",), value=parent, expected=_("an existing scenario: {names}").format(names=listing(others)), hint=did_you_mean(parent, others)))
            return chain
        if resolved in seen:
            names = " → ".join(p.name for p in [*seen[seen.index(resolved) :], resolved])
            collector.add(node.finding("extends_cycle", ("extends",), value=parent, expected=_("a scenario that does not lead back to itself: {names}").format(names=names)))
            return chain
        if len(chain) >= MAX_EXTENDS:
            collector.add(node.finding("extends_depth", ("extends",), value=parent, expected=_("at most {n} scenarios in a chain").format(n=MAX_EXTENDS)))
            return chain


def _find(folder: Path, name: str) -> Path:
    stated = folder / name
    if stated.suffix in (".yaml", ".yml"):
        return stated
    for suffix in (".yaml", ".yml"):
        other = stated.with_name(stated.name + suffix) if stated.name else stated
        with contextlib.suppress(OSError):  # too long a name: the caller tells that there is no such file
            if other.is_file():
                return other
    return stated


def _siblings(file: Path) -> list[str]:
    try:
        return sorted(p.stem for p in file.parent.iterdir() if p.suffix in (".yaml", ".yml") and p.name != file.name)
    except OSError:
        return []
