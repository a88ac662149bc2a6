"""A policy or scenario as text: the merged tree with the origin of each value, and the list of what was made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from ..domain.base import Label
from ..domain.policy import Policy
from ..domain.walk import entries, is_active
from ..i18n import _, get_language
from ..io.yamltext import flow, scalar
from .terminal import Pages
from .view import synthetic_notice

#: longest mapping that stands on one line
_FLAT = 88


def policy_text(tree: Mapping[Any, Any], origins: Mapping[str, str]) -> str:
    """Return a tree as YAML; where origins are given, each line ends with the origin of its value as a comment."""
    lines = _lines(tree, (), 0, origins)
    if not origins:
        return "\n".join(text for text, _origin in lines)
    return "\n".join(f"{text}  # {origin}" if origin else text for text, origin in lines)


def _lines(tree: Mapping[Any, Any], path: tuple[str, ...], depth: int, origins: Mapping[str, str]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for key, value in tree.items():
        here = (*path, str(key))
        head = "  " * depth + scalar(key) + ":"
        flat = flow(value)
        stated = _origins(value, here, origins)
        nested = isinstance(value, Mapping) and bool(value)
        if nested and (len(head) + len(flat) > _FLAT or len(stated) > 1):
            out.append((head, ""))
            out += _lines(value, here, depth + 1, origins)
        else:
            out.append((f"{head} {flat}", stated[0] if stated else ""))
    return out


def _origins(value: Any, path: tuple[str, ...], origins: Mapping[str, str]) -> list[str]:
    if isinstance(value, Mapping) and value:
        return list(dict.fromkeys(o for k, v in value.items() for o in _origins(v, (*path, str(k)), origins)))
    found = origins.get(".".join(path))
    return [found] if found else []


def plain(value: Any) -> Any:
    """Return a tree as JSON-able data; decimals as numbers where that loses nothing, else as text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)


@dataclass(frozen=True)
class Assumed:
    """One policy entry without an official source."""

    path: str
    label: Label
    kind: str
    why: Label
    active: bool

    def document(self) -> dict[str, Any]:
        """Return the entry as JSON-able data."""
        return {"path": self.path, "label": self.label.model_dump(), "kind": self.kind, "why": self.why.model_dump(), "active": self.active}


def assumed(policy: Policy) -> list[Assumed]:
    """Return every entry whose source is an assumption or usage, in the order of the policy."""
    return [
        Assumed(path, entry.label, entry.source.kind, entry.source.grounds, is_active(entry))
        for path, entry in entries(policy)
        if entry.source.assumed
    ]


def print_assumed(rows: list[Assumed], policy: Policy, file: IO[str]) -> None:
    """Print the list of what has no official source, section by section."""
    pages, language = Pages(file), get_language()
    if policy.city.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    words = _("{city}: {number} entries without an official source, {active} of them act.")
    pages.line(words.format(city=policy.city.label.text(language), number=len(rows), active=sum(r.active for r in rows)))
    for section in dict.fromkeys(r.path.partition(".")[0] for r in rows):
        pages.heading(section)
        kinds = {"assumption": _("assumption"), "usage": _("usage")}
        table = [
            [f"{r.label.text(language)}\n{r.path}", kinds[r.kind], _("acts") if r.active else _("off"), r.why.text(language)]
            for r in rows
            if r.path.partition(".")[0] == section
        ]
        pages.table([_("entry and path"), _("source"), _("state"), _("why")], table)
