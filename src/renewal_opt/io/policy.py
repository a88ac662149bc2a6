"""Reads a policy: every *.yaml of a folder, merged into one tree, overridden, validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.policy import Policy
from ..errors import Collector, Finding, InputError
from ..i18n import _
from .nearest import did_you_mean, listing, one_of
from .overrides import apply_overrides
from .places import Layer, Places
from .pydantic_findings import findings_of
from .yamlfile import Node, YamlPath, load_yaml

#: more files than this in one policy folder are refused
MAX_FILES = 200


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy with its files and the origin of every value.

    Attributes
    ----------
    policy : Policy
    files : tuple of Path
        All files read, in sorted order.
    origins : dict
        Dotted leaf path to its origin: a file's name, ``scenario NAME`` or ``command line``.
    tree : dict
        The merged raw tree, as `show policy` prints it.
    places : Places
        Locates a path of the tree in its file.
    """

    policy: Policy
    files: tuple[Path, ...]
    origins: dict[str, str]
    tree: dict[str | int, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)


def command_line_layer() -> Layer:
    """Return the origin of overrides that were given on the command line or by a program."""
    return Layer("command line", _("command line"), told=("overrides",))


def load_policy(
    folder: str | Path,
    overrides: Mapping[str, Any] | None = None,
    collector: Collector | None = None,
    *,
    layers: tuple[tuple[Mapping[Any, Any], Layer], ...] = (),
) -> LoadedPolicy:
    """Read a policy folder.

    Parameters
    ----------
    folder : str or Path
        Folder with the policy's *.yaml files; each top-level key stands in one of them.
    overrides : mapping, optional
        Dotted path to value; null removes. Applied last, named ``command line`` in `origins`.
    collector : Collector, optional
        Receives all findings, warnings too.
    layers : tuple
        Overrides of other origins (a scenario), applied before `overrides`.

    Raises
    ------
    InputError
        With every finding (and those that the collector already held).
    """
    collector = Collector() if collector is None else collector
    loaded = read_policy(folder, collector, overrides=overrides, layers=layers)
    collector.raise_errors()
    if loaded is None:  # pragma: no cover - read_policy adds an error whenever it returns None
        raise InputError(collector.findings)
    return loaded


def read_policy(
    folder: str | Path,
    collector: Collector,
    *,
    overrides: Mapping[str, Any] | None = None,
    layers: tuple[tuple[Mapping[Any, Any], Layer], ...] = (),
    load: Callable[[Path, Collector], Node | None] = load_yaml,
) -> LoadedPolicy | None:
    """Read a policy folder into `collector`; None when it does not hold a valid policy. See `load_policy`.

    `load` reads one file; a caller that reads the same folder often keeps the files (the data must be fresh each time).
    """
    files = _files(folder, collector)
    if not files:
        return None
    tree: dict[str | int, Any] = {}
    places = Places()
    places.state((), Layer(str(folder), str(folder)))
    faults = len(collector.errors)
    for file in files:
        node = load(file, collector)
        if node is None:
            continue
        for key, value in node.data.items():
            if key in tree:
                first = places.layer((key,))[1].name
                collector.add(node.finding("duplicate_key", (key,), value=str(key), expected=_("each top-level key in one file; {file} has it too").format(file=first)))
                continue
            tree[key] = value
            places.state((key,), Layer(file.name, str(file), node))
    unread = len(collector.errors) > faults
    for mapping, layer in (*layers, (overrides or {}, command_line_layer())):
        apply_overrides(tree, mapping, places, layer, collector)
    policy = _validated(tree, places, collector, unread)
    if policy is None:
        return None
    return LoadedPolicy(policy, files, places.origins(tree), tree, places)


def _validated(tree: dict[str | int, Any], places: Places, collector: Collector, unread: bool) -> Policy | None:
    """Return the policy, or None after adding findings; what a faulty file may hold is not called missing."""
    try:
        return Policy.model_validate(tree)
    except ValidationError as error:
        found = findings_of(error, Policy, tree, places)
    except RecursionError:
        collector.add(places.finding("too_deep", (), expected=_("fewer levels")))
        return None
    named = _unknown_channels(tree, places)
    if named:
        found = [f for f in found if not (f.kind == "bad_value" and f.path.split(".")[-1] == "funding")]
    for finding in (*found, *named):
        if unread and finding.kind == "missing_key" and "." not in finding.path:
            continue
        collector.add(finding)
    return None


def _files(folder: str | Path, collector: Collector) -> tuple[Path, ...]:
    """Return the policy's files in sorted order, or none after adding a finding."""
    root, name = Path(folder), str(folder)

    def refuse(kind: str, expected: str, value: str = "", hint: str = "") -> tuple[Path, ...]:
        collector.add(Finding(kind, file=name, value=value, expected=expected, hint=hint))
        return ()

    try:
        if not root.exists():
            hint = ""
            if root.parent.is_dir():
                hint = did_you_mean(root.name, sorted(p.name for p in root.parent.iterdir() if p.is_dir()))
            return refuse("folder_missing", _("an existing folder with the policy's YAML files"), hint=hint)
        if not root.is_dir():
            return refuse("not_a_folder", _("a folder with the policy's YAML files, not a file"))
        entries = sorted(root.iterdir(), key=lambda p: p.name)
    except (OSError, ValueError) as err:
        return refuse("folder_unreadable", _("a folder that may be read"), str(getattr(err, "strerror", None) or err))
    files = tuple(p for p in entries if p.suffix == ".yaml" and not p.name.startswith("."))
    if not files:
        other = [p.name for p in entries if p.suffix.lower() in (".yml", ".yaml")]
        return refuse("folder_empty", _("at least one file named *.yaml"), one_of(other) if other else "")
    if len(files) > MAX_FILES:
        return refuse("too_many_files", _("at most {n} files").format(n=MAX_FILES), str(len(files)))
    for stray in entries:
        if stray.suffix.lower() in (".yml", ".yaml") and stray not in files and not stray.name.startswith("."):
            collector.add(Finding("file_ignored", file=str(stray), expected=_("a name that ends in .yaml; the file is not read"), severity="warning"))
    return files


def _unknown_channels(tree: dict[str | int, Any], places: Places) -> list[Finding]:
    """Return a located finding for each channel name in a funding rule that no channel bears."""
    funding = tree.get("funding")
    channels = funding.get("channels") if isinstance(funding, dict) else None
    if not isinstance(funding, dict) or not isinstance(channels, dict):
        return []
    known = [str(k) for k in channels]
    known += [str(s) for c in channels.values() if isinstance(c, dict) and isinstance(c.get("sub"), dict) for s in c["sub"]]
    out: list[Finding] = []

    def look(ids: Any, path: YamlPath) -> None:
        for i, one in enumerate(ids if isinstance(ids, list) else []):
            if isinstance(one, str) and one not in known:
                expected = _("a channel: {names}").format(names=listing(known))
                out.append(places.finding("unknown_id", (*path, i), value=one, expected=expected, hint=did_you_mean(one, known)))

    look(funding.get("term_channels"), ("funding", "term_channels"))
    for group in ("shares", "caps", "reserved", "debt_service", "cover", "capital", "ratios"):
        rules = funding.get(group)
        for key, rule in rules.items() if isinstance(rules, dict) else ():
            for part, inner in (rule.items() if isinstance(rule, dict) else ()):
                if part in ("channels", "also_capital"):
                    look(inner, ("funding", group, key, part))
                elif part in ("numerator", "denominator") and isinstance(inner, dict):
                    look(inner.get("channels"), ("funding", group, key, part, "channels"))
    return out
