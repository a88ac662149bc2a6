"""Where every value of a merged tree comes from: file, line and the path as the user wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import Finding
from .yamlfile import Node, YamlPath, path_text


@dataclass(frozen=True)
class Layer:
    """One origin: a file (or the command line) that states the values below some path.

    Attributes
    ----------
    name : str
        Origin as `show policy` prints it: a file's name, ``scenario NAME`` or ``command line``.
    file : str
        File as the user named it.
    node : Node or None
        The file's content; None where there are no lines.
    told : tuple or None
        Path in that file under which the values stand; None: the same path as in the tree.
    """

    name: str
    file: str
    node: Node | None = None
    told: YamlPath | None = None


@dataclass
class Places:
    """The origins of one merged tree; the longest stated path decides."""

    layers: dict[YamlPath, Layer] = field(default_factory=dict)

    def state(self, path: YamlPath, layer: Layer) -> None:
        """Record that `layer` states everything below `path`; earlier statements below it are gone."""
        for old in [p for p in self.layers if len(p) > len(path) and p[: len(path)] == path]:
            del self.layers[old]
        self.layers.pop(path, None)
        self.layers[path] = layer  # the latest statement stands last

    def layer(self, path: YamlPath) -> tuple[YamlPath, Layer]:
        """Return the stated path that decides for `path`, and its layer."""
        for end in range(len(path), -1, -1):
            found = self.layers.get(path[:end])
            if found is not None:
                return path[:end], found
        return (), Layer("", "")

    def latest_below(self, path: YamlPath) -> YamlPath:
        """Return the latest stated path below `path` (a merged mapping), or `path` itself when one file states it."""
        below = [p for p in self.layers if len(p) > len(path) and p[: len(path)] == path]
        return below[-1] if below else path

    def finding(
        self, kind: str, path: YamlPath, *, value: object = "", expected: str = "", hint: str = "", severity: str = "error"
    ) -> Finding:
        """Return a finding located at `path` of the tree, in the words of the file that states it."""
        prefix, layer = self.layer(path)
        rest = path[len(prefix) :]
        told = path if layer.told is None else (*layer.told, *rest)
        line = layer.node.line(told) if layer.node is not None else None
        return Finding(
            kind,
            file=layer.file,
            path=path_text(told),
            line=line,
            value=shown(value),
            expected=expected,
            hint=hint,
            severity=severity,
        )

    def origins(self, tree: Any) -> dict[str, str]:
        """Return the origin's name of every leaf of the tree, by dotted path."""
        return {path_text(path): self.layer(path)[1].name for path in leaves(tree)}


def leaves(tree: Any, path: YamlPath = ()) -> Iterator[YamlPath]:
    """Yield the path of every value that is no mapping (lists are leaves; so are empty mappings)."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    else:
        yield path


def shown(value: object) -> str:
    """Return a value as YAML would show it, short enough for a message."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        text = ", ".join(f"{k}: {shown(v)}" for k, v in list(value.items())[:6])
        return "{" + text + (", …}" if len(value) > 6 else "}")
    if isinstance(value, (list, tuple)):
        text = ", ".join(shown(v) for v in value[:6])
        return "[" + text + (", …]" if len(value) > 6 else "]")
    return str(value)
