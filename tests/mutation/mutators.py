"""Mutations of a good set: one random change of its YAML trees, texts, bytes, tables or files, from a seeded stream.

`mutate(seed_set, random)` gives the changed files, what was done in words, and what is known of the answer:
`refuse` (it must not pass), `same` (it must load to the same data), or nothing.

One file: the list of mutations.
"""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from builders import to_yaml
from mutation_seeds import FileSet

from renewal_opt.domain.policy import Policy
from renewal_opt.domain.scenario import Scenario
from renewal_opt.io.pydantic_findings import _allowed, annotation_at
from renewal_opt.io.schemawalk import keys_of

D = Decimal
Path_ = tuple[str | int, ...]


class Raw:
    """A YAML value as it stands, without quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass
class Mutation:
    """Changed files and what is known of the answer.

    Attributes
    ----------
    files : dict
        Every file of the set after the change.
    what : str
        The change in words, for the report of a failure.
    file : str
        The file changed.
    must : str
        ``refuse``, ``same`` or empty.
    """

    files: dict[str, bytes]
    what: str
    file: str
    must: str = ""


#: what a table's cell is replaced by
CELLS = (
    "", " ", "\u3000", "0", "-1", "-0.01", "0.001", "1e3", "1E+400", "1e-31", "999999999999999", "1000000000000000", "9" * 61, "1,200万", "1,200",
    "1，200", "12,34", "１２００", "½", "10²", "٣", "Ⅻ", "NaN", "inf", "-Infinity", "NA", "N/A", "null", "None", "nan", "#DIV/0!", "#REF!", "TRUE",
    "false", "=1+1", "=HYPERLINK(\"http://x\")", "+1", "-1+2", "@SUM(A1)", "\t1", "'=1", "'", "\"", "“1”", "1;2", "a\nb", "\r\n", "\x07", "\x1b[31m",
    "\u200b", "\ufeff", "\u202e1", "\ufffd", "😀", "𠮷野", "x" * 90, "y" * 33_000, "2025", "1900", "2199", "2200", "99999", "-2025", "2025.5", "2025年",
    "2025-02-30", "2025/3/1", "20250301", "45000", "0001-01-01", "9999-12-31", "是", "否", "待核", "涉及", "yes", "unclear", "P001", "p001", "P００1", "P999",
    "east", "东区", "東区", "east;west", "east:50;west:50", "east:60;west:50", "east:100", "east:-1", ":", "50%", "100.01", "1 000", "1_000", "0x10",
    "一百", "壹佰", "<script>", "$(id)", "../../etc", "%s%n", "{0}", "{name}", "\\N", "new_start", "续建", "carry_over", "reserve", "withdrawn",
    "redevelopment", "拆除重建", "river", "river;heritage", "passed", "waiting", "precedence", "exclusive", "corequisite", "operating", "special",
)  # fmt: skip

#: what a YAML value is replaced by
VALUES: tuple[Any, ...] = (
    None, True, False, "", " ", 0, 1, -1, 2, 100, 101, D("-0.5"), D("0.5"), D("1.5"), D("0.01"), D("0.001"), D("1e-30"), D("1e-9"), 10**6, 10**11, 10**12, 10**15,
    10**18, 10**19, 10**30, 10**59, D("0.333333333333333333333333333333"), D("123456789.123456789"), 2025, 1899, 2024, 2026, 2200, "2025", "1", "0.5",
    "NaN", "inf", "1,200万", "１２", "1_000", "=1+1", "中文😀", "x" * 5000, "\0", "\u2028", "\ufeff", "a b", "a.b", "a/b", "a:b", "{0}", "{name}", "%s",
    "> 0", ">= abc", "!= x", ">", "any", "<= -1", "yes", "no", "null", "open", "last", "east", "west", "nowhere", "need", "benefit", "bond", "own", "fiscal", "residents",
    "investment", "count", "P001", "P003", "river", "idea", "permit", "renovation", "capital", "debt", "plan", "new", "district", "budget", "year", "project",
    [], {}, [[]], [{}], ["a"], ["east", "west"], ["bond"], ["own", "fiscal"], [1, 2], [0, 0, 0], [None], [[0, 0], [1, 100]], [[0, 0], [0, 100]], [[1, 2, 3]],
    {"a": 1}, {2025: 1}, {2025: 0, "later": "last"}, {"2025": 1}, {2025: None}, {2020: D("0.1"), 2030: D("0.2")}, {"later": "last"}, {"later": "open"},
    {"value": 1}, {"value": -1}, {"value": 10**15}, {"share": D("0.5"), "of": "plan"}, {"share": 2, "of": "new"}, {"share": 0, "of": "budget"},
    {"share": 1, "of": "district"}, {"district": "west"}, {"residents": "> 30"}, {"revenue": "any"}, {"zh": "名", "en": ""}, {"high": 100, "low": 0},
    {"kind": "assumption", "why": "x"}, {"year": 2025, "value": 1}, {2025: {"value": None, "source": {"kind": "plan", "clause": "1"}}},
    Raw(".inf"), Raw("-.inf"), Raw(".nan"), Raw("1e400"), Raw("1e-400"), Raw("0x1F"), Raw("0o17"), Raw("017"), Raw("12:30"), Raw("12:30:45"), Raw("NO"), Raw("on"), Raw("~"),
    Raw("2025-01-01"), Raw("2025-13-45"), Raw("2025-01-01T00:00:00Z"), Raw("*nowhere"), Raw("&a"), Raw("&a 1"), Raw("!!python/object:os.system x"), Raw("!!float 1"),
    Raw("!!binary aGk="), Raw("!!set {a}"), Raw("[1, 2"), Raw("{a: 1, a: 2}"), Raw("- 1"), Raw("'open"), Raw('"\\q"'), Raw("@x"), Raw("`x`"), Raw("%x"), Raw("|\n"), Raw("a: b: c"),
    Raw("# gone"), Raw("1 # one"), Raw("１００"), Raw("1,200"), Raw("50%"), Raw("+1"), Raw("-0"), Raw(".5"), Raw("5."), Raw("1e3"), Raw("<<"), Raw("? x"), Raw("--- 1"), Raw("..."),
)  # fmt: skip


def root_of(file: str) -> type[Any]:
    """Return the schema of a YAML file of the set."""
    return Policy if file.startswith("city/") else Scenario


def paths(tree: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Yield the path of every value below a tree."""
    items: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from paths(value, (*at, key))


def at_path(tree: Any, path: Path_) -> Any:
    """Return the value at a path."""
    for key in path:
        tree = tree[key]
    return tree


def typo(random: Random, word: str) -> str:
    """Return a word with one slip of the keyboard."""
    k = random.randrange(max(1, len(word)))
    kind = random.randrange(6)
    if kind == 0 and len(word) > 1:
        return word[:k] + word[k + 1 :]
    if kind == 1 and k + 1 < len(word):
        return word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    if kind == 2:
        return word[:k] + word[k : k + 1] * 2 + word[k + 1 :]
    if kind == 3:
        return word[:k] + random.choice("xqzе一") + word[k + 1 :]  # a Cyrillic е among them
    if kind == 4:
        return word.upper() if word.upper() != word else word + "s"
    return word + random.choice("sx_2")


# ------------------------------------------------------------------ YAML as a tree


def _pick(fileset: FileSet, random: Random) -> tuple[str, Any, Path_]:
    file = random.choice([f for f in sorted(fileset.trees) for _n in range(1 if f == "city/city.yaml" else 3)])
    tree = copy.deepcopy(fileset.trees[file])
    every = list(paths(tree))
    path = random.choice(every)
    if path[-1] in ("zh", "en", "clause", "kind", "why") and random.random() < 0.7:  # labels and sources are the most, and the dullest
        path = random.choice(every)
    return file, tree, path


def _tree(fileset: FileSet, file: str, tree: Any, what: str, must: str = "") -> Mutation:
    return Mutation(fileset.files | {file: to_yaml(tree).encode()}, f"{file}: {what}", file, must)


def drop_key(fileset: FileSet, random: Random) -> Mutation:
    """Drop a key or a list's entry."""
    file, tree, path = _pick(fileset, random)
    del at_path(tree, path[:-1])[path[-1]]
    return _tree(fileset, file, tree, f"dropped {path}")


def rename_key(fileset: FileSet, random: Random) -> Mutation:
    """Rename a key by a slip; a field of the schema must then be refused."""
    file, tree, path = _pick(fileset, random)
    holder, key = at_path(tree, path[:-1]), path[-1]
    if not isinstance(key, str):
        return drop_key(fileset, random)
    new = typo(random, key)
    fields = keys_of(annotation_at(root_of(file), path[:-1]))
    must = "refuse" if fields is not None and key in fields and new not in fields and new != key else ""
    items = [(new if k == key else k, v) for k, v in holder.items()]
    holder.clear()
    holder.update(items)
    return _tree(fileset, file, tree, f"renamed {path} to {new!r}", must)


def replace_value(fileset: FileSet, random: Random) -> Mutation:
    """Replace a value by an extreme, empty, foreign or hostile one."""
    file, tree, path = _pick(fileset, random)
    value = random.choice(VALUES)
    at_path(tree, path[:-1])[path[-1]] = value
    return _tree(fileset, file, tree, f"{path} = {value!r:.80}")


def retype_value(fileset: FileSet, random: Random) -> Mutation:
    """Give a value another type: number and text, scalar and list, list and mapping."""
    file, tree, path = _pick(fileset, random)
    old = at_path(tree, path)
    ways: list[Callable[[Any], Any]] = [str, lambda v: [v], lambda v: {"value": v}, lambda v: {2025: v}]
    if isinstance(old, dict):
        ways += [lambda v: list(v.values()), lambda v: list(v), lambda v: [v, v]]
    if isinstance(old, list):
        ways += [lambda v: v[0] if v else None, lambda v: {str(i): x for i, x in enumerate(v)}, lambda v: v + v]
    if isinstance(old, (int, Decimal)) and not isinstance(old, bool):
        ways += [lambda v: -v, lambda v: v * 10**4, lambda v: v / D(3) if v else v, lambda v: D(v) + D("0.1"), lambda v: f"{v} 万元"]
    new = random.choice(ways)(old)
    at_path(tree, path[:-1])[path[-1]] = new
    return _tree(fileset, file, tree, f"{path} retyped to {new!r:.80}")


def swap_values(fileset: FileSet, random: Random) -> Mutation:
    """Swap two values of one file."""
    file, tree, path = _pick(fileset, random)
    others = [p for p in paths(tree) if p[: len(path)] != path and path[: len(p)] != p]
    near = [p for p in others if p[:-1] == path[:-1]]
    if not others:
        return drop_key(fileset, random)
    other = random.choice(near if near and random.random() < 0.6 else others)
    a, b = at_path(tree, path), at_path(tree, other)
    at_path(tree, path[:-1])[path[-1]] = b
    at_path(tree, other[:-1])[other[-1]] = a
    return _tree(fileset, file, tree, f"swapped {path} and {other}")


def copy_entry(fileset: FileSet, random: Random) -> Mutation:
    """Put a copy of an entry under another id, or a value where it does not belong."""
    file, tree, path = _pick(fileset, random)
    others = [p for p in paths(tree) if isinstance(at_path(tree, p), dict) and path[: len(p)] != p]
    if not others:
        return replace_value(fileset, random)
    target = random.choice(others)
    key = random.choice(["copy", path[-1], "x y", "1", "a.b", "中", ""])
    at_path(tree, target)[key] = copy.deepcopy(at_path(tree, path))
    return _tree(fileset, file, tree, f"copied {path} to {(*target, key)}")


def nest_deeply(fileset: FileSet, random: Random) -> Mutation:
    """Wrap a value in many levels."""
    file, tree, path = _pick(fileset, random)
    inner = at_path(tree, path)
    for _n in range(random.choice([1, 5, 60])):
        inner = {"a": inner} if random.random() < 0.5 else [inner]
    at_path(tree, path[:-1])[path[-1]] = inner
    return _tree(fileset, file, tree, f"nested {path}")


def override(fileset: FileSet, random: Random) -> Mutation:
    """Add an override of the policy to the scenario: a path that exists or nearly, and any value."""
    file = random.choice([f for f in sorted(fileset.trees) if f.startswith("city/")])
    path = random.choice(list(paths(fileset.trees[file])))
    parts = [str(p) for p in path]
    if random.random() < 0.3:
        k = random.randrange(len(parts))
        parts[k] = random.choice([typo(random, parts[k]), "", "0", "-1", "999", "x y", "中"])
    tree = copy.deepcopy(fileset.trees["scenario.yaml"])
    value = random.choice(VALUES)
    tree.setdefault("overrides", {})[".".join(parts)] = value
    return _tree(fileset, "scenario.yaml", tree, f"override {'.'.join(parts)} = {value!r:.80}")


# ------------------------------------------------------------------ YAML and CSV as lines of text


def _lines(fileset: FileSet, random: Random) -> tuple[str, list[str]]:
    file = random.choice(sorted(fileset.files))
    return file, fileset.files[file].decode("utf-8").splitlines(keepends=True)


def _text(fileset: FileSet, file: str, lines: list[str], what: str, must: str = "") -> Mutation:
    return Mutation(fileset.files | {file: "".join(lines).encode()}, f"{file}: {what}", file, must)


def drop_line(fileset: FileSet, random: Random) -> Mutation:
    """Drop a line."""
    file, lines = _lines(fileset, random)
    k = random.randrange(len(lines))
    gone = lines.pop(k)
    return _text(fileset, file, lines, f"dropped line {k + 1} {gone!r:.60}")


def double_line(fileset: FileSet, random: Random) -> Mutation:
    """Double a line; a key or a project then stands twice."""
    file, lines = _lines(fileset, random)
    k = random.randrange(len(lines))
    lines.insert(k, lines[k])
    scalar = lines[k].rstrip().partition(": ")[2] and not lines[k].lstrip().startswith("-")
    twice = (file.endswith(".yaml") and scalar) or (file.endswith("projects.csv") and lines[k].startswith("P"))
    return _text(fileset, file, lines, f"doubled line {k + 1} {lines[k]!r:.60}", "refuse" if twice else "")


def swap_lines(fileset: FileSet, random: Random) -> Mutation:
    """Swap two lines."""
    file, lines = _lines(fileset, random)
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return _text(fileset, file, lines, f"swapped lines {a + 1} and {b + 1}")


def indent_line(fileset: FileSet, random: Random) -> Mutation:
    """Break an indentation."""
    file = random.choice([f for f in sorted(fileset.files) if f.endswith(".yaml")])
    lines = fileset.files[file].decode().splitlines(keepends=True)
    k = random.randrange(len(lines))
    pad = random.choice([" ", "  ", "    ", "\t", "\u3000", "\xa0", "-", "  - ", "# ", "", "", "..."])
    lines[k] = lines[k].lstrip() if pad == "" else pad + lines[k]
    return _text(fileset, file, lines, f"line {k + 1} begins {lines[k][:20]!r}")


def change_character(fileset: FileSet, random: Random) -> Mutation:
    """Drop, double or replace one character, or put a strange one in."""
    file, lines = _lines(fileset, random)
    text = "".join(lines)
    k = random.randrange(len(text))
    strange = random.choice("：，;|\t\"'{}[]&*!%@`#-?\\\0\x07\x85\u2028\u200b\ufeff\ufffd中😀０\r\n ")
    new = random.choice([text[k + 1 :], text[k] + text[k:], strange + text[k + 1 :], strange + text[k:]])
    return _text(fileset, file, [text[:k], new], f"at {k} {text[max(0, k - 10) : k + 10]!r} with {strange!r}")


def full_width(fileset: FileSet, random: Random) -> Mutation:
    """Write digits, signs or letters of one line full width."""
    file, lines = _lines(fileset, random)
    k = random.randrange(len(lines))
    which = random.choice(["0123456789", ".,-:", "abcdefghijklmnopqrstuvwxyz", "0123456789.,-:ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
    lines[k] = "".join(chr(ord(c) + 0xFEE0) if c in which else c for c in lines[k])
    return _text(fileset, file, lines, f"line {k + 1} full width {lines[k]!r:.60}")


def cut_text(fileset: FileSet, random: Random) -> Mutation:
    """End a file in the middle, as a broken copy does."""
    file, lines = _lines(fileset, random)
    text = "".join(lines)
    k = random.randrange(len(text))
    return _text(fileset, file, [text[:k]], f"cut at {k} of {len(text)}")


def insert_block(fileset: FileSet, random: Random) -> Mutation:
    """Put a hostile block at a line's begin: markers, anchors, merges, directives, tags, conflict marks."""
    file, lines = _lines(fileset, random)
    block = random.choice(
        ["---\n", "...\n", "%YAML 1.1\n---\n", "<<<<<<< HEAD\n", "=======\n", "<<: {a: 1}\n", "a: &a [*a]\n", "x: !!python/name:os.system\n", "? [a]\n: 1\n", "- 1\n", "null\n", "\n", "\n\n",
         "a: &a {x: 1}\nb: *a\n", "sep=;\n", ",,,\n", "\"\n", "'\n", "\ufeff", "city: {}\n", "limits:\n", "extends: scenario\n", "extends: ../../nowhere\n", "a: " + "[" * 50 + "]" * 50 + "\n"]
    )  # fmt: skip
    k = random.randrange(len(lines) + 1)
    lines.insert(k, block)
    return _text(fileset, file, lines, f"before line {k + 1} put {block!r}")


# ------------------------------------------------------------------ bytes and files


def encode_otherwise(fileset: FileSet, random: Random) -> Mutation:
    """Encode a file otherwise, or change its line ends: the same data, or a located refusal."""
    file = random.choice(sorted(fileset.files))
    text = fileset.files[file].decode("utf-8-sig")
    table = file.endswith(".csv")
    way = random.choice(["gbk", "gb18030", "utf-16", "utf-16-le", "utf-32", "big5", "latin-1", "bom", "crlf", "cr", "two boms", "nul", "half", "quoted-gbk"])
    wide = any(ord(c) > 127 for c in text)
    must = ""
    if way in ("gbk", "gb18030"):
        content, must = text.encode(way, "replace"), ("same" if table or not wide else "refuse")
    elif way.startswith("utf-"):
        content, must = text.encode(way), "refuse"
    elif way in ("big5", "latin-1"):
        content = text.encode(way, "replace")
    elif way == "bom":
        content, must = b"\xef\xbb\xbf" + text.encode(), "same"
    elif way == "crlf":
        content, must = text.replace("\n", "\r\n").encode(), "" if "\n备注" in text else "same"
    elif way == "cr":
        content = text.replace("\n", "\r").encode()
    elif way == "two boms":
        content = b"\xef\xbb\xbf" * 2 + text.encode()
    elif way == "nul":
        k = random.randrange(len(text))
        content, must = (text[:k] + "\0" + text[k:]).encode(), "refuse"
    elif way == "half":
        content = text.encode() + "中".encode()[:2]
        must = "refuse"
    else:  # one word of another encoding in a UTF-8 file
        lines = text.encode().split(b"\n")
        k = random.randrange(len(lines))
        lines[k] += " 备注".encode("gbk")
        content = b"\n".join(lines)
        must = "refuse" if wide or not table else ""
    return Mutation(fileset.files | {file: content}, f"{file}: encoded {way}", file, must)


def random_bytes(fileset: FileSet, random: Random) -> Mutation:
    """Change some bytes at random."""
    file = random.choice(sorted(fileset.files))
    content = bytearray(fileset.files[file])
    for _n in range(random.choice([1, 1, 3, 40])):
        content[random.randrange(len(content))] = random.randrange(256)
    return Mutation(fileset.files | {file: bytes(content)}, f"{file}: random bytes", file)


def change_files(fileset: FileSet, random: Random) -> Mutation:
    """Drop, rename, double, empty or swap whole files."""
    file = random.choice(sorted(fileset.files))
    files = dict(fileset.files)
    way = random.choice(["drop", "rename", "double", "empty", "swap", "folder", "foreign", "blank"])
    other = random.choice(sorted(files))
    if way == "drop":
        del files[file]
    elif way == "rename":
        suffix = random.choice([".YAML", ".yml", ".CSV", ".txt", ".xlsx", ".parquet", ".bak", "", "~"])
        files[file.rpartition(".")[0] + suffix] = files.pop(file)
    elif way == "double":
        stem, _dot, end = file.rpartition(".")
        files[f"{stem}{random.choice(['_2', '副本', ' (1)'])}.{end}"] = files[file]
    elif way == "empty":
        files[file] = b""
    elif way == "swap":
        files[file], files[other] = files[other], files[file]
    elif way == "folder":
        files[f"{file}/x.txt"] = files.pop(file)
    elif way == "foreign":
        files[file] = random.choice([b"PK\x03\x04rest", b"PAR1xxxx", b"\xd0\xcf\x11\xe0", b"%PDF-1.4\n", b"{}", b"[]", b"<html></html>", bytes(range(256)), b"\xff" * 100])
    else:
        files[file] = random.choice([b"\n", b" ", b"\xef\xbb\xbf", b"#\n", b",\n", b",,\n,,\n", b"\r\n\r\n"])
    scenario_gone = fileset.scenario not in files
    if scenario_gone and not any(f.startswith(fileset.scenario) for f in files):
        files[fileset.scenario + ".gone"] = b""  # so that the folder exists
    return Mutation(files, f"{file}: {way}", file)


# ------------------------------------------------------------------ tables


def _table(fileset: FileSet, random: Random) -> tuple[str, list[list[str]]]:
    names = sorted(fileset.tables)
    file = random.choice([n for n in names for _k in range(5 if "projects" in n else 1)])
    return file, [list(row) for row in fileset.tables[file]]


def table_bytes(rows: list[list[str]], delimiter: str = ",", **options: Any) -> bytes:
    """Return a table as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n", **options).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _rows(fileset: FileSet, file: str, rows: list[list[str]], what: str, must: str = "", **options: Any) -> Mutation:
    return Mutation(fileset.files | {file: table_bytes(rows, **options)}, f"{file}: {what}", file, must)


def replace_cell(fileset: FileSet, random: Random) -> Mutation:
    """Replace a cell by an extreme, empty, foreign or hostile text."""
    file, rows = _table(fileset, random)
    i, j = random.randrange(1, len(rows)), random.randrange(len(rows[0]))
    value = random.choice(CELLS)
    rows[i][j] = value
    return _rows(fileset, file, rows, f"row {i + 1} {rows[0][j]} = {value!r:.60}")


def replace_column(fileset: FileSet, random: Random) -> Mutation:
    """Replace every cell of a column."""
    file, rows = _table(fileset, random)
    j = random.randrange(len(rows[0]))
    value = random.choice(CELLS)
    for row in rows[1:]:
        row[j] = value
    return _rows(fileset, file, rows, f"column {rows[0][j]} = {value!r:.60}")


def alter_number(fileset: FileSet, random: Random) -> Mutation:
    """Write a number of the table otherwise (full width, separators, signs, units): the same value, or a refusal."""
    file, rows = _table(fileset, random)
    numbers = [(i, j) for i, row in enumerate(rows) if i for j, cell in enumerate(row) if cell.replace(".", "", 1).isdigit()]
    if not numbers:
        return replace_cell(fileset, random)
    i, j = random.choice(numbers)
    old = rows[i][j]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in old)
    new, must = random.choice(
        [(wide, "same"), (f" {old} ", "same"), (f"\u3000{old}", "same"), (old + "万", "refuse"), (old + "万元", "refuse"), (f"￥{old}", "refuse"), (f"({old})", "refuse"),
         (old + "?", "refuse"), (f"约{old}", "refuse"), (old[0] + " " + old[1:] + "0", "refuse"), (f"{old}-{old}", "refuse"), (f"={old}", "refuse"), (f"'{old}", "refuse"),
         (f"{old}e999", "refuse"), (f"--{old}", "refuse"), (f"-{old}", ""), (f"+{old}", ""), (f"{old}.0", ""), (f"0{old}", ""), (f"{old}%", "")]
    )  # fmt: skip
    rows[i][j] = new
    return _rows(fileset, file, rows, f"row {i + 1} {rows[0][j]}: {old!r} as {new!r}", must if _is_number(rows[0][j]) else "")


def _is_number(header: str) -> bool:
    words = ("total_investment", "spend_", "总投资", "年投资", "residents", "受益人数", "pledged_net", "可质押净收益", "gross", "votes", "票数")
    return any(w in header for w in words)


def change_header(fileset: FileSet, random: Random) -> Mutation:
    """Misspell a header, drop its unit, or give it another."""
    file, rows = _table(fileset, random)
    j = random.randrange(len(rows[0]))
    old = rows[0][j]
    bare = old.partition("（")[0]
    new = random.choice([typo(random, old), "", " ", bare, f"{bare}（元）", f"{bare}(亿元)", f"{bare}（美元）", f"{bare}（）", f"{bare}[%]", old * 2, old + "\n", f"'{old}", random.choice(rows[0]), "spend_99", "spend_3000", "neg_9", "ask_nobody", "备注", "=1"])
    rows[0][j] = new
    return _rows(fileset, file, rows, f"header {old!r} as {new!r}")


def drop_column(fileset: FileSet, random: Random) -> Mutation:
    """Drop a column."""
    file, rows = _table(fileset, random)
    j = random.randrange(len(rows[0]))
    name = rows[0][j]
    required = ("id", "name", "district", "total_investment", "part", "as_of", "项目编号", "总投资（万元）", "计划类别", "pledged_net", "可质押净收益（万元）", "kind")
    return _rows(fileset, file, [r[:j] + r[j + 1 :] for r in rows], f"dropped column {name}", "refuse" if name in required else "")


def double_column(fileset: FileSet, random: Random) -> Mutation:
    """Give a column twice: never accepted."""
    file, rows = _table(fileset, random)
    j, k = random.randrange(len(rows[0])), random.randrange(len(rows[0]) + 1)
    return _rows(fileset, file, [[*r[:k], r[j], *r[k:]] for r in rows], f"doubled column {rows[0][j]}", "refuse")


def swap_columns(fileset: FileSet, random: Random) -> Mutation:
    """Swap two columns with their headers (the same data), or their cells alone."""
    file, rows = _table(fileset, random)
    a, b = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
    whole = random.random() < 0.5
    for row in rows if whole else rows[1:]:
        row[a], row[b] = row[b], row[a]
    return _rows(fileset, file, rows, f"swapped columns {rows[0][a]} and {rows[0][b]}", "same" if whole else "")


def swap_cells(fileset: FileSet, random: Random) -> Mutation:
    """Swap two cells."""
    file, rows = _table(fileset, random)
    i, k = random.randrange(1, len(rows)), random.randrange(1, len(rows))
    j = random.randrange(len(rows[0]))
    m = j if random.random() < 0.5 else random.randrange(len(rows[0]))
    rows[i][j], rows[k][m] = rows[k][m], rows[i][j]
    return _rows(fileset, file, rows, f"swapped row {i + 1} {rows[0][j]} and row {k + 1} {rows[0][m]}")


def shift_row(fileset: FileSet, random: Random) -> Mutation:
    """Give a row a cell too many or too few: never accepted, never shifted in silence."""
    file, rows = _table(fileset, random)
    i, j = random.randrange(1, len(rows)), random.randrange(len(rows[0]))
    if random.random() < 0.5:
        rows[i].insert(j, random.choice(["", "x", "1"]))
    else:
        del rows[i][j]
    return _rows(fileset, file, rows, f"row {i + 1} has {len(rows[i])} cells for {len(rows[0])}", "refuse")


def double_row(fileset: FileSet, random: Random) -> Mutation:
    """Give a project or a relation twice."""
    file, rows = _table(fileset, random)
    i = random.randrange(1, len(rows))
    rows.insert(random.randrange(1, len(rows) + 1), list(rows[i]))
    return _rows(fileset, file, rows, f"doubled row {i + 1}", "" if "revenue" in file else "refuse")


def drop_row(fileset: FileSet, random: Random) -> Mutation:
    """Drop a row."""
    file, rows = _table(fileset, random)
    i = random.randrange(len(rows))
    del rows[i]
    return _rows(fileset, file, rows, f"dropped row {i + 1}")


def relate_otherwise(fileset: FileSet, random: Random) -> Mutation:
    """Add random relations or revenue: unknown ids, cycles, groups of one, negative lags."""
    ids = ["P001", "P002", "P003", "P004", "P005", "P006", "P009", "P010", "P011", "P099", "p001", ""]
    choose = random.choice
    if random.random() < 0.7:
        file = "library/relations.csv"
        rows = [["kind", "project", "other", "lag", "group"]]
        for _n in range(random.randrange(1, 7)):
            rows.append([choose(["precedence", "exclusive", "corequisite", "先后", "互斥", "捆绑", "x"] if random.random() < 0.1 else ["precedence", "precedence", "exclusive", "corequisite"]),
                         choose(ids), choose(ids), choose(["", "0", "1", "2", "9", "-1", "x"] if random.random() < 0.3 else ["", "0"]), choose(["", "", "g", "h"])])  # fmt: skip
    else:
        file = "library/revenue.csv"
        rows = [["project", "year", "revenue_class", "gross", "operating_cost", "tax", "pledged_net"]]
        for _n in range(random.randrange(1, 7)):
            rows.append([choose(ids), choose(["2024", "2025", "2030", "2199", "1900", "x", ""]), choose(["operating", "special", "government_fund", "x"]),
                         *(choose(["", "0", "100", "-100", "99999999999", "0.01", "x"] if random.random() < 0.2 else ["100", "300"]) for _k in range(4))])  # fmt: skip
    return _rows(fileset, file, rows, f"{len(rows) - 1} random rows {rows[1:]!r:.150}")


def change_delimiter(fileset: FileSet, random: Random) -> Mutation:
    """Separate and quote a table otherwise."""
    file, rows = _table(fileset, random)
    delimiter = random.choice([";", "\t", ";", "\t", "|", "，", " "])
    every = random.random() < 0.5
    options: dict[str, Any] = {"quoting": csv.QUOTE_ALL} if every else {}
    return _rows(fileset, file, rows, f"separated by {delimiter!r}", "same" if delimiter in ";\t" else "", delimiter=delimiter, **options)


def change_several(fileset: FileSet, random: Random) -> Mutation:
    """Change several cells of the projects at once, so that many faults are told together."""
    file = "library/projects.csv"
    rows = [list(row) for row in fileset.tables[file]]
    for _n in range(random.choice([3, 10, 60])):
        rows[random.randrange(1, len(rows))][random.randrange(len(rows[0]))] = random.choice(CELLS)
    return _rows(fileset, file, rows, "several cells")


# ------------------------------------------------------------------ likely changes, which mostly pass the reading and reach the solver

Trees = dict[str, Any]
Tables = dict[str, list[list[str]]]


def _leaf(trees: Trees, random: Random, wanted: Callable[[Any], bool]) -> tuple[str, Path_] | None:
    file = random.choice([f for f in sorted(trees) if f not in ("city/lists.yaml", "city/city.yaml")])
    found = [p for p in paths(trees[file]) if wanted(at_path(trees[file], p))]
    return (file, random.choice(found)) if found else None


def _set(trees: Trees, at: tuple[str, Path_], value: Any) -> str:
    file, path = at
    at_path(trees[file], path[:-1])[path[-1]] = value
    return f"{'.'.join(map(str, path))} = {value!r}"


def _scale_number(trees: Trees, tables: Tables, random: Random) -> str:
    at = _leaf(trees, random, lambda v: isinstance(v, (int, Decimal)) and not isinstance(v, bool))
    if at is None:
        return ""
    old = D(at_path(trees[at[0]], at[1]))
    new = old * random.choice([D(0), D("0.1"), D("0.5"), D("0.9"), D("1.1"), D(2), D(10), D(1000), D(10**8), D(-1)]) + random.choice([0, 0, 0, 1, D("0.01"), D("-0.01")])
    return _set(trees, at, int(new) if new == int(new) else new)


def _flip_flag(trees: Trees, tables: Tables, random: Random) -> str:
    at = _leaf(trees, random, lambda v: isinstance(v, bool))
    return "" if at is None else _set(trees, at, not at_path(trees[at[0]], at[1]))


def _other_word(trees: Trees, tables: Tables, random: Random) -> str:
    file = random.choice(sorted(trees))
    found = []
    for path in paths(trees[file]):
        words = _allowed(annotation_at(root_of(file), path))
        if len(words) > 1 and path[-1] != "kind":
            found.append((path, words))
    if not found:
        return ""
    path, words = random.choice(found)
    return _set(trees, (file, path), random.choice(words))


def _other_id(trees: Trees, tables: Tables, random: Random) -> str:
    lists = [("east", "west", "cityhall"), ("fiscal", "bond", "own", "city_funds", "district_funds"), ("renovation", "redevelopment"), ("need", "benefit"),
             ("high", "low"), ("idea", "land", "permit"), ("soe", "private"), ("old_town", "new_town"), ("residents", "households", "votes", "investment", "count", "green_area", "moved")]  # fmt: skip
    names = {i: ids for ids in lists for i in ids}
    at = _leaf(trees, random, lambda v: isinstance(v, str) and v in names)
    return "" if at is None else _set(trees, at, random.choice(names[at_path(trees[at[0]], at[1])]))


def _filter(trees: Trees, tables: Tables, random: Random) -> str:
    filters: list[Any] = [{}, {"district": "west"}, {"district": ["east", "west"]}, {"mode": "redevelopment"}, {"level": "city"}, {"residents": "> 30"}, {"revenue": "> 0"}, {"revenue": "<= 0"},
                          {"total_investment": ">= 900"}, {"demand": "!= high"}, {"coord_area": "any"}, {"neg_river": "involved"}, {"duration": 1}, {"part": "carry_over"}, {"votes": 300},
                          {"zone": "new_town"}, {"district": "east", "mode": "renovation"}, {"action": "homes"}, {"bond_ban": False}]  # fmt: skip
    at = _leaf(trees, random, lambda v: isinstance(v, dict) and ("amount" in v or "at_least" in v or "at_most" in v or "side" in v or "accept" in v or "measure" in v) and "label" in v)
    if at is None:
        return ""
    rule = at_path(trees[at[0]], at[1])
    key = "eligible" if "counts_as" in rule and "cap" in rule else "where"
    rule[key] = random.choice(filters)
    return f"{at[1]}.{key} = {rule[key]}"


def _scenario(trees: Trees, tables: Tables, random: Random) -> str:
    ids = [f"P{k:03d}" for k in range(1, 13)]
    pick = random.choice
    key, value = pick(
        [("plan_year", pick([2024, 2025, 2026, 2027])), ("window", pick([1, 2, 3, 10])), ("basis", pick(["count", "beneficiaries", "investment"])), ("weights", {"need": pick([0, 1, D("0.5")])}),
         ("force", {"in": random.sample(ids, pick([0, 1, 2, 4]))}), ("force", {"out": random.sample(ids, pick([1, 3, 8]))}), ("solver", {"gap": pick([0, D("0.1"), D("1e-9")]), "seconds": pick([1, 5, D("0.001")])}),
         ("solver", {"seed": 2_147_483_647, "seconds": 5}), ("max_repairs", pick([0, 100])), ("ahp", {"pairs": {"need/benefit": pick([9, "1/9", D("0.1111"), D("0.11")])}})]
    )  # fmt: skip
    trees["scenario.yaml"][key] = value
    if key == "ahp":
        trees["scenario.yaml"].pop("weights", None)
    return f"scenario {key} = {value}"


def _column(rows: list[list[str]], *names: str) -> int | None:
    return next((j for j, h in enumerate(rows[0]) if any(h == n or h.startswith(n + "（") for n in names)), None)


def _scale_project(trees: Trees, tables: Tables, random: Random) -> str:
    """Multiply a project's money by a factor, so that its sums still add up."""
    rows = tables["library/projects.csv"]
    i, factor = random.randrange(1, len(rows)), random.choice([D("0.01"), D("0.5"), D(3), D(100), D(10_000), D(1_000_000)])
    for j, head in enumerate(rows[0]):
        cell = rows[i][j].replace(",", "")
        if ("investment" in head or "spend" in head or "spent" in head or "投资" in head) and cell.replace(".", "").isdigit():
            rows[i][j] = f"{(D(cell) * factor).normalize():f}"
    return f"money of row {i + 1} x {factor}"


def _other_cell(trees: Trees, tables: Tables, random: Random) -> str:
    """Put another row's cell of the same column, or a blank."""
    file = random.choice(sorted(tables))
    rows = tables[file]
    i, j = random.randrange(1, len(rows)), random.randrange(len(rows[0]))
    rows[i][j] = random.choice([row[j] for row in rows[1:]] + [""])
    return f"{file} row {i + 1} {rows[0][j]} = {rows[i][j]!r}"


def _other_year(trees: Trees, tables: Tables, random: Random) -> str:
    rows = tables["library/projects.csv"]
    i = random.randrange(1, len(rows))
    start, end = _column(rows, "start_year", "开工年"), _column(rows, "end_year", "完工年")
    if start is None or end is None:
        return ""
    rows[i][start] = str(random.choice([2023, 2025, 2026, 2027, 2030]))
    rows[i][end] = str(int(rows[i][start]) + random.choice([0, 1, 1, 4]))
    return f"row {i + 1} from {rows[i][start]} to {rows[i][end]}"


def _other_column(trees: Trees, tables: Tables, random: Random) -> str:
    """Fill a column that the rules read."""
    rows = tables["library/projects.csv"]
    name, values = random.choice(
        [("residents", ["0", "1", "60", "100000000"]), ("consent", ["0", "66.7", "100", ""]), ("green_area", ["0", "0.5", "89999.99", "1000000"]), ("neg_1", ["不涉及", "涉及", "待核", ""]),
         ("in_scope", ["是", "否", "待核", ""]), ("coord_area", ["甲片", "乙片", ""]), ("district_shares", ["east:50;west:50", "east:0.01;west:99.99", ""]), ("stage", ["idea", "land", "permit"]),
         ("ask_own", ["0", "100", "5000"]), ("secured_fiscal", ["0", "50", "99999"]), ("check_year", ["2020", "2023", "2025", "2026", ""]), ("bond_review", ["passed", "waiting", ""]),
         ("gfa_existing", ["0", "100", ""]), ("gfa_demolished", ["0", "19.99", "20.01", ""]), ("part", ["new_start", "reserve"])]
    )  # fmt: skip
    j = _column(rows, name)
    if j is None:
        for row, cell in zip(rows, [name] + [random.choice(values) for _row in rows[1:]], strict=True):
            row.append(cell)
    else:
        for row in rows[1:]:
            row[j] = random.choice([*values, row[j]])
    return f"column {name}: {values}"


MILD: tuple[Callable[[Trees, Tables, Random], str], ...] = (
    _scale_number, _scale_number, _scale_number, _flip_flag, _flip_flag, _other_word, _other_word, _other_id, _filter, _filter, _scenario, _scenario,
    _scale_project, _scale_project, _other_cell, _other_year, _other_column, _other_column,
)  # fmt: skip


def likely(fileset: FileSet, random: Random) -> Mutation:
    """Make one to five changes such as an office makes."""
    trees, tables = copy.deepcopy(fileset.trees), copy.deepcopy(fileset.tables)
    done = [random.choice(MILD)(trees, tables, random) for _n in range(random.choice([1, 1, 2, 3, 5]))]
    files = dict(fileset.files)
    files |= {name: to_yaml(tree).encode() for name, tree in trees.items() if tree != fileset.trees[name]}
    files |= {name: table_bytes(rows) for name, rows in tables.items() if rows != fileset.tables[name]}
    return Mutation(files, "; ".join(done), "")


Mutator = Callable[[FileSet, Random], Mutation]

#: mutators with their weights
MUTATORS: tuple[tuple[Mutator, int], ...] = (
    (drop_key, 8), (rename_key, 8), (replace_value, 18), (retype_value, 8), (swap_values, 6), (copy_entry, 3), (nest_deeply, 1), (override, 6),
    (drop_line, 4), (double_line, 3), (swap_lines, 3), (indent_line, 4), (change_character, 6), (full_width, 3), (cut_text, 2), (insert_block, 3),
    (encode_otherwise, 5), (random_bytes, 2), (change_files, 4),
    (replace_cell, 24), (replace_column, 4), (alter_number, 6), (change_header, 6), (drop_column, 3), (double_column, 1), (swap_columns, 2), (swap_cells, 4),
    (shift_row, 3), (double_row, 2), (drop_row, 3), (relate_otherwise, 6), (change_delimiter, 2), (change_several, 3), (likely, 60),
)  # fmt: skip


def mutate(fileset: FileSet, random: Random) -> Mutation:
    """Return one random mutation of a set."""
    (mutator,) = random.choices([m for m, _w in MUTATORS], [w for _m, w in MUTATORS])
    made = mutator(fileset, random)
    made.what = f"{mutator.__name__}: {made.what}"
    return made
