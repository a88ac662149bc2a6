"""Reads the inputs of many cases: each file once, each policy and each library once for all cases that share it."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ...domain.policy import Policy
from ...errors import Collector, Finding
from ...io.atomic import sha256_file
from ...io.crosscheck import check_policy
from ...io.library import LoadedLibrary, load_library
from ...io.load import Inputs, Readers, read_the_rest
from ...io.places import Layer, Places
from ...io.policy import LoadedPolicy, read_policy
from ...io.scenario import RawScenario, read_scenario
from ...io.yamlfile import Node, load_yaml

K = TypeVar("K")
V = TypeVar("V")

#: sections of a policy on which the reading of a library does not depend (a test removes them and reads)
MONEY_AND_RULES = ("budget", "limits", "targets", "district_balance", "coordination", "reserve", "facts", "coverage", "read_on")
#: parts of a channel on which it does not depend
_OF_CHANNEL = ("side", "counts_as", "eligible", "cap", "share", "ticket", "rate", "term", "repayment", "issue_fee", "delay", "carry_surplus")


class Reader:
    """Reads scenarios, policies and libraries, and keeps what it has read for as long as it lives.

    A sweep of fifty cases that change caps reads its YAML files and its library once. Files must not change
    meanwhile: their hashes are taken at the same time and compared when a plan comes back.
    """

    def __init__(self) -> None:
        self._nodes: dict[Path, tuple[bytes | None, list[Finding]]] = {}
        self._policies: dict[str, tuple[LoadedPolicy | None, list[Finding]]] = {}
        self._libraries: dict[tuple[Path, str], tuple[LoadedLibrary, list[Finding]]] = {}
        self._raw: dict[Path, tuple[RawScenario | None, list[Finding]]] = {}
        self._checked: dict[int, tuple[None, list[Finding]]] = {}  # policies are kept, so their ids stay theirs
        self._hashes: dict[Path, str] = {}

    def scenario(self, path: Path, collector: Collector) -> RawScenario | None:
        """Read a scenario file; None when it cannot be read. The tree is shared: copy before changing it."""
        return _kept(self._raw, path, collector, lambda inner: read_scenario(path, inner))

    def inputs(self, raw: RawScenario, collector: Collector, overrides: Mapping[str, Any] | None = None) -> Inputs | None:
        """Read and check the rest of a scenario as `io.load.load_inputs` does; None when there is an error."""
        return read_the_rest(raw, collector, overrides=overrides, readers=Readers(self.policy, self.library, self.check))

    def sha256(self, path: Path) -> str:
        """Return the hash of a file's bytes, taken once.

        Raises
        ------
        OSError
            The file cannot be read.
        """
        if path not in self._hashes:
            self._hashes[path] = sha256_file(path)
        return self._hashes[path]

    def policy(
        self,
        folder: str | Path,
        collector: Collector,
        *,
        overrides: Mapping[str, Any] | None = None,
        layers: tuple[tuple[Mapping[Any, Any], Layer], ...] = (),
    ) -> LoadedPolicy | None:
        """Read a policy as `io.policy.read_policy` does."""
        origin = [(list(m.items()), layer.name, layer.file, layer.told) for m, layer in layers]
        key = repr((str(folder), list((overrides or {}).items()), origin))
        return _kept(
            self._policies, key, collector,
            lambda inner: read_policy(folder, inner, overrides=overrides, layers=layers, load=self._node),
        )  # fmt: skip

    def check(self, loaded: LoadedPolicy, collector: Collector) -> None:
        """Check a policy by itself as `io.crosscheck.check_policy` does, each once."""
        _kept(self._checked, id(loaded), collector, lambda inner: check_policy(loaded, inner))

    def library(self, path: Path, policy: Policy, collector: Collector) -> LoadedLibrary:
        """Read a library as `io.library.load_library` does; one object for all policies that read it alike."""
        return _kept(self._libraries, (path, _reads(policy)), collector, lambda inner: load_library(path, policy, inner))

    def _node(self, path: Path, collector: Collector) -> Node | None:
        """Return the content of a YAML file, fresh each time: overrides change it."""

        def read(inner: Collector) -> bytes | None:
            node = load_yaml(path, inner)
            return None if node is None else pickle.dumps(node)

        kept = _kept(self._nodes, path, collector, read)
        return None if kept is None else pickle.loads(kept)


def _kept(kept: dict[K, tuple[V, list[Finding]]], key: K, collector: Collector, read: Callable[[Collector], V]) -> V:
    """Return what was read under a key, reading it the first time; the findings are told each time."""
    if key not in kept:
        inner = Collector()
        value = read(inner)
        kept[key] = value, inner.findings
    value, findings = kept[key]
    collector.findings.extend(findings)
    return value


def _reads(policy: Policy) -> str:
    """Return the hash of those parts of a policy on which the reading of a library may depend."""
    data = policy.model_dump(mode="json", exclude={*MONEY_AND_RULES, "funding"})
    for criterion in data["criteria"].values():
        del criterion["weight"]
    channels = policy.funding.model_dump(mode="json", include={"channels"})["channels"]
    for channel in channels.values():
        for name in _OF_CHANNEL:
            del channel[name]
        for sub in channel["sub"].values():
            del sub["cap"], sub["eligible"]
    return hashlib.sha256(repr((data, channels)).encode()).hexdigest()


def fresh(raw: RawScenario) -> RawScenario:
    """Return a copy of a scenario as read whose tree and places may be changed."""
    return RawScenario(pickle.loads(pickle.dumps(raw.tree)), raw.files, Places(dict(raw.places.layers)), raw.policy_path, raw.library_path, raw.scenario)
