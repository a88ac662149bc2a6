"""YAML files: exact values, located faults, no traceback (design.md section 6)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal_opt.errors import Collector, InputError, render_findings
from renewal_opt.i18n import get_language, set_language
from renewal_opt.io import yamltree
from renewal_opt.io.yamlfile import Node, load_yaml, parse_yaml

BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)
)


def read(text: str) -> tuple[Node | None, Collector]:
    collector = Collector()
    return parse_yaml(text, collector, file="p.yaml"), collector


def test_values_are_those_of_yaml_1_2_and_exact() -> None:
    node, collector = read(
        "a: 12:30\nb: NO\nc: 0.10\nd: 1.0e-4\ne: 2025-03-01\n2025: 7\n00123: 0o17\nf: [yes, ~, true, -5, 1_000, '5', 1:30:00]\n"
    )
    assert node is not None
    assert not collector.findings
    assert node.data == {
        "a": "12:30",
        "b": "NO",
        "c": Decimal("0.10"),
        "d": Decimal("0.0001"),
        "e": dt.date(2025, 3, 1),
        2025: 7,
        "00123": "0o17",
        "f": ["yes", None, True, -5, "1_000", "5", "1:30:00"],
    }
    assert str(node.data["c"]) == "0.10"
    assert not any(isinstance(v, float) for v in node.data.values())


def test_every_path_has_its_line() -> None:
    node, _collector = read("# note\na:\n  b:\n    - x\n    - {k: 1}\nc: 2\n")
    assert node is not None
    assert node.lines == {(): 2, ("a",): 2, ("a", "b"): 3, ("a", "b", 0): 4, ("a", "b", 1): 5, ("a", "b", 1, "k"): 5, ("c",): 6}
    assert node.line(("a", "b", "gone", "deeper")) == 3
    finding = node.finding("unknown_key", ("a", "b", 0), value="x")
    assert (finding.path, finding.line, finding.file) == ("a.b.0", 4, "p.yaml")


def test_aliases_are_copies() -> None:
    node, collector = read("a: &x {k: [1]}\nb: *x\n")
    assert node is not None
    assert not collector.findings
    assert node.data["a"] == node.data["b"]
    assert node.data["a"] is not node.data["b"]
    assert node.lines["b",] == 2


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "duplicate_key", 4),
        ("1: x\n'1': y\n", "duplicate_key", 2),
        ("{a: 1, a: 2}", "duplicate_key", 1),
        ("a: 1\nb: .inf\n", "not_finite", 2),
        ("a: [-.INF]\n", "not_finite", 1),
        ("a: .nan\n", "not_finite", 1),
        ("a: 1e999999999\n", "number_range", 1),
        ("a: " + "9" * 5000, "number_range", 1),
        ("a: 2025-02-30\n", "invalid_date", 1),
        ("<<: {a: 1}\n", "merge_key", 1),
        ("1.5: x\n", "key_type", 1),
        ("true: x\n", "key_type", 1),
        ("? [a]\n: x\n", "key_type", 1),
        ("a: !!python/object:os.system x\n", "tag", 1),
        ("a: \"x\\0y\"\n", "control_character", 1),
        ("a: \"\\ud800\"\n", "control_character", 1),
    ],
)
def test_faults_that_leave_the_structure(text: str, kind: str, line: int) -> None:
    node, collector = read(text)
    assert node is not None
    assert [(f.kind, f.line, f.severity) for f in collector.findings] == [(kind, line, "error")]
    with pytest.raises(InputError):
        collector.raise_errors()


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("", "empty_file", 1),
        ("# only a comment\n", "empty_file", 1),
        ("- a\n", "not_a_mapping", 1),
        ("a：1\n", "not_a_mapping", 1),
        ("a: 1\n---\nb: 2\n", "several_documents", 2),
        ("%YAML 1.1\n---\na: NO\n", "yaml_version", 2),
        ("a:\n\t- b\n", "tab", 2),
        ("a：b\nc: 1\n", "yaml_syntax", 2),
        ("a: [1, 2\n", "yaml_syntax", None),
        ("a: 'x\n", "yaml_syntax", None),
        ('a: "\\UFFFFFFFF"\n', "yaml_syntax", None),
        ("a: x\nb: \x07\n", "control_character", 2),
        ("a: \ufeffx\n", "control_character", 1),
        ("a: &r [*r]\n", "recursive_alias", 1),
        ("a: *gone\n", "unknown_alias", 1),
        ("[" * 3000, "too_deep", 1),
        (BOMB, "alias_expansion", None),
    ],
)
def test_faults_that_end_the_reading(text: str, kind: str, line: int | None) -> None:
    node, collector = read(text)
    assert node is None
    (finding,) = collector.findings
    assert finding.kind == kind
    assert finding.file == "p.yaml"
    assert line is None or finding.line == line
    assert render_findings(collector.findings)


def test_hint_for_the_full_width_colon() -> None:
    _node, collector = read("a：b\nc: 1\n")
    assert "：" in collector.findings[0].hint


def test_number_of_nodes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamltree, "MAX_NODES", 50)
    node, collector = read("a: [" + "1," * 60 + "]")
    assert node is None
    assert collector.findings[0].kind == "too_large"


@pytest.mark.parametrize(
    ("raw", "kind", "line"),
    [
        ("a: 1\n名: 郑州\n".encode("gbk"), "encoding", 2),
        ("a: 郑州\n".encode("utf-16"), "encoding", 1),
        ("a: 郑州\n".encode("utf-16-le"), "encoding", 1),
        (b"a: 1\nb: x\x00y\n", "encoding", 2),
        (b"", "empty_file", 1),
    ],
)
def test_encodings(tmp_path: Path, raw: bytes, kind: str, line: int) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(raw)
    collector = Collector()
    assert load_yaml(path, collector) is None
    (finding,) = collector.findings
    assert (finding.kind, finding.line, finding.file) == (kind, line, str(path))


def test_byte_order_mark_is_skipped_and_told(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    collector = Collector()
    node = load_yaml(path, collector)
    assert node is not None
    assert node.data == {"a": 1, "b": 2}
    assert [(f.kind, f.severity) for f in collector.findings] == [("byte_order_mark", "warning")]
    collector.raise_errors()


def test_no_file_a_folder_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collector = Collector()
    assert load_yaml(tmp_path / "gone.yaml", collector) is None
    assert load_yaml(tmp_path, collector) is None
    assert load_yaml("/dev/zero", collector) is None
    big = tmp_path / "big.yaml"
    big.write_text("a: 1\n" * 10)
    monkeypatch.setattr("renewal_opt.io.yamlfile.MAX_BYTES", 20)
    assert load_yaml(big, collector) is None
    assert [f.kind for f in collector.findings] == ["file_missing", "file_is_folder", "file_unreadable", "file_too_large"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!'\"#<>=,\n\t %@|0159.eE~", max_size=60))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    node, collector = read(text)
    assert node is not None or collector.errors
    for finding in collector.findings:
        assert finding.sentence()


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=6))
def test_numbers_are_exact(number: Decimal) -> None:
    node, collector = read(f"a: {number:f}\n")
    assert node is not None
    assert not collector.findings
    assert node.data["a"] == number


@pytest.mark.parametrize(
    ("text", "found"), [("name: x\npolicy: [a\n", "the end of the text"), ('a: "x\n', "the end of the text"), ("a: 1\nb: ]c\n", "]c"), ("a: 'x' y\n", "y")]
)
def test_a_fault_of_the_syntax_shows_what_stands_there_and_speaks_one_language(text: str, found: str) -> None:
    for language in ("en", "zh"):
        before = get_language()
        set_language(language)
        try:
            collector = Collector()
            assert parse_yaml(text, collector, file="f") is None
        finally:
            set_language(before)
        (fault,) = collector.findings
        assert fault.kind == "yaml_syntax"
        if language == "en":
            assert fault.value == found
            assert fault.hint
        else:
            assert not fault.hint  # the parser's own sentences are English
