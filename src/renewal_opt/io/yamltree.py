"""YAML text to a tree with a line for every node, of bounded size and depth; no values are made here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ..errors import Finding
from ..i18n import _
from .source import found_there, parser_words

#: values, keys and containers of one file, aliases counted each time that they are used
MAX_NODES = 200_000
MAX_DEPTH = 40


@dataclass
class Scalar:
    """One text, `plain` when it has neither quotes nor a tag."""

    text: str
    plain: bool
    tag: str | None
    line: int


@dataclass
class Sequence:
    """A list."""

    items: list[Tree]
    line: int


@dataclass
class Mapping:
    """Keys and values, as often as they stand."""

    pairs: list[tuple[Tree, Tree]]
    line: int


@dataclass
class Alias:
    """A use of an anchored tree."""

    target: Tree
    line: int


Tree = Scalar | Sequence | Mapping | Alias


class Stop(Exception):
    """Reading cannot go on; carries the last finding."""

    def __init__(self, kind: str, line: int | None, value: str = "", expected: str = "", hint: str = "") -> None:
        self.finding = Finding(kind, line=line, value=value, expected=expected, hint=hint)
        super().__init__(kind)


def line_at(text: str, position: int) -> int:
    """Return the 1-based line of a position."""
    head = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return head.count("\n") + 1


def compose(text: str) -> Tree:
    """Return the tree of the only document, with bounded size and depth; raise `Stop` for a fault."""
    parser = YAML(typ="safe", pure=True)  # depth and size are bounded by _Composer, with a located finding
    try:
        return _Composer(parser.parse(text)).document()
    except Stop:
        raise
    except MarkedYAMLError as err:
        raise _syntax(text, err) from None
    except Exception as err:  # the parser's own slips on hostile text (bad escapes, positions)
        raise Stop("yaml_syntax", None, expected=_("valid YAML"), hint=parser_words(str(err).splitlines()[0][:200] if str(err) else "")) from None


def _syntax(text: str, err: MarkedYAMLError) -> Stop:
    mark = err.problem_mark or err.context_mark
    line = None if mark is None else mark.line + 1
    problem = (err.problem or err.context or "").strip()
    rows = text.splitlines()
    around = rows[max(0, (line or 1) - 2) : (line or 1)]
    hint = ""
    if any("\t" in r[: len(r) - len(r.lstrip())] for r in around):
        return Stop("tab", line, expected=_("blanks for indentation, not tabs"), hint=parser_words(problem))
    if any("\u3000" in r or "\xa0" in r for r in around):
        hint = _("the line holds a full-width or non-breaking blank")
    elif any("：" in r for r in around):
        hint = _("write the colon as “: ”, not as “：”")
    found = "" if mark is None else found_there(text, mark.index)
    return Stop("yaml_syntax", line, found, _("valid YAML"), hint or parser_words(problem))


def not_a_mapping(tree: Tree) -> Stop:
    """Return the fault of a top level that is no mapping."""
    expected = _("a mapping of keys to values")
    if isinstance(tree, Scalar):
        if tree.plain and tree.text == "":
            return Stop("empty_file", 1, expected=expected)
        hint = ""
        if "：" in tree.text or ":" in tree.text:
            hint = _("write “key: value” with an ASCII colon and a blank after it")
        return Stop("not_a_mapping", tree.line, tree.text[:80], expected, hint)
    return Stop("not_a_mapping", tree.line, expected=expected)


class _Composer:
    """Events to a tree; an alias points to the tree of its anchor."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.anchors: dict[str, Tree] = {}
        self.open: set[str] = set()
        self.count = 0

    def document(self) -> Tree:
        root: Tree | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                version = event.version
                if version is not None and tuple(version) != (1, 2):
                    shown = ".".join(str(v) for v in version)
                    raise Stop("yaml_version", _line(event), f"%YAML {shown}", "YAML 1.2")
                if root is not None:
                    raise Stop("several_documents", _line(event), "---", _("one document a file"))
            elif isinstance(event, NodeEvent):
                root = self.tree(event, 0)
        return Scalar("", True, None, 1) if root is None else root

    def tree(self, event: Event, depth: int) -> Tree:
        line = _line(event)
        self.count += 1
        if self.count > MAX_NODES:
            raise Stop("too_large", line, expected=_("at most {n} values").format(n=MAX_NODES))
        if depth > MAX_DEPTH:
            raise Stop("too_deep", line, expected=_("at most {n} levels").format(n=MAX_DEPTH))
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        if isinstance(event, AliasEvent):
            if anchor in self.open:
                raise Stop("recursive_alias", line, f"*{anchor}", _("an alias outside its own anchor"))
            if anchor not in self.anchors:
                raise Stop("unknown_alias", line, f"*{anchor}", _("an anchor “&{name}” above").format(name=anchor))
            return Alias(self.anchors[anchor], line)
        if anchor is not None:
            self.open.add(anchor)
        made = self.fresh(event, depth, line)
        if anchor is not None:
            self.open.discard(anchor)
            self.anchors[anchor] = made
        return made

    def fresh(self, event: Event, depth: int, line: int) -> Tree:
        if isinstance(event, ScalarEvent):
            tag = None if event.tag is None else str(event.tag)
            return Scalar(str(event.value), bool(event.implicit[0]) and tag is None, tag, line)
        tag = getattr(event, "tag", None)
        if tag is not None and not str(tag).endswith((":map", ":seq")):
            raise Stop("tag", line, str(tag), _("no tags"))
        if isinstance(event, SequenceStartEvent):
            items: list[Tree] = []
            for inner in self.events:
                if isinstance(inner, SequenceEndEvent):
                    break
                items.append(self.tree(inner, depth + 1))
            return Sequence(items, line)
        assert isinstance(event, MappingStartEvent)
        pairs: list[tuple[Tree, Tree]] = []
        for inner in self.events:
            if isinstance(inner, MappingEndEvent):
                break
            key = self.tree(inner, depth + 1)
            pairs.append((key, self.tree(next(self.events), depth + 1)))
        return Mapping(pairs, line)


def _line(event: Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1


