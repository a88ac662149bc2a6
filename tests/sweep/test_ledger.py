"""The ledger: torn lines, wrong hashes, other sweeps, two sweeps in one folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from renewal_opt.analysis.sweep.entry import Entry
from renewal_opt.analysis.sweep.ledger import (
    LEDGER,
    LOCK,
    Ledger,
    locked,
    open_ledger,
    read_ledger,
    set_aside,
    stale,
    sweep_away,
)
from renewal_opt.errors import InputError
from renewal_opt.io.atomic import sha256_file


def solved(folder: Path, name: str, key: str = "k") -> Entry:
    """Write a plan file and return its entry."""
    file = folder / f"{name}.plan.json"
    file.write_text(f"plan of {name}\n", encoding="utf-8")
    return Entry(name=name, key=key, status="solved", file=file.name, sha256=sha256_file(file), objective="1/2", stopped="gap", investment=5)


def filled(folder: Path) -> Ledger:
    """Return a ledger of two cases."""
    ledger = Ledger(folder)
    ledger.start("k", {"甲": "k", "b": "k2", "c": "k3"})
    ledger.add(solved(folder, "甲"))
    ledger.add(Entry(name="b", key="k2", status="infeasible", error={"kind": "infeasible", "message": "no"}))
    return ledger


def test_what_is_entered_reads_back(tmp_path: Path) -> None:
    assert open_ledger(tmp_path) is None
    written = filled(tmp_path)
    for again in (open_ledger(tmp_path), read_ledger(tmp_path)):
        assert again == written
    lines = [json.loads(line) for line in (tmp_path / LEDGER).read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["sweep", "case", "case"]
    assert written.order() == ["甲", "b"]
    assert lines[1]["name"] == "甲"


def test_a_later_entry_wins(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.add(Entry(name="b", key="k2", status="failed"))
    again = open_ledger(tmp_path)
    assert again is not None
    assert again.entries["b"].status == "failed"


def test_a_torn_last_line_is_cut_off_wherever_it_is_torn(tmp_path: Path) -> None:
    filled(tmp_path)
    file = tmp_path / LEDGER
    whole = file.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in (*range(last, len(whole), 23), len(whole) - 1):
        file.write_bytes(whole[:end])
        seen = read_ledger(tmp_path)
        assert seen is not None
        assert list(seen.entries) == ["甲"]
        assert file.read_bytes() == whole[:end]  # reading alone changes nothing
        ledger = open_ledger(tmp_path)
        assert ledger is not None
        assert list(ledger.entries) == ["甲"]
        assert file.read_bytes() == whole[:last]
        ledger.add(Entry(name="b", key="k2", status="infeasible"))
        again = open_ledger(tmp_path)
        assert again is not None
        assert list(again.entries) == ["甲", "b"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"kind": "x"}', '{"kind": "case"}', '{"kind": "case", "name": "a", "key": "b", "status": "solved", "new": 1}', '{"kind": "sweep", "version": 2, "base": ""}', "\x00"]
)
def test_a_broken_line_in_the_middle_is_told(tmp_path: Path, line: str) -> None:
    filled(tmp_path)
    file = tmp_path / LEDGER
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], line, *lines[1:], ""]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_ledger(tmp_path)
    assert {(f.kind, f.file, f.line) for f in caught.value.findings} == {("bad_ledger", str(file), 2)}
    assert all(f.expected for f in caught.value.findings)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("status", "solvd", "one of solved, infeasible, failed"), ("status", 1, "one of solved"), ("objective", "12,5", "an exact number"),
        ("objective", "1/0", "an exact number"), ("objective", "1e999999999", "an exact number"), ("objective", 3, "text"), ("objective", "", "not empty"),
        ("bound", "1", "a number"), ("gap", True, "a number"), ("seconds", -1, "at least 0"), ("seconds", None, "a number"),
        ("projects", 1.5, "a whole number"), ("projects", -1, "at least 0"), ("investment", "5", "a whole number"), ("stopped", "bored", "one of"),
        ("file", "../a.plan.json", "without a path"), ("file", "", "not empty"), ("error", [], "a mapping"), ("error", {"conflict": 3}, "a list of mappings"),
        ("error", {"message": 3}, "text"), ("name", "", "text that is not empty"), ("name", ["a"], "text"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_told_with_line_and_field(tmp_path: Path, field: str, value: object, expected: str) -> None:
    filled(tmp_path)
    file = tmp_path / LEDGER
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | {field: value})
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ledger(tmp_path)
    (found,) = caught.value.findings
    assert (found.kind, found.file, found.line, found.path.split(".")[0]) == ("bad_ledger", str(file), 2, field)
    assert expected in found.expected


def test_all_faults_of_all_lines_are_told_at_once(tmp_path: Path) -> None:
    filled(tmp_path)
    file = tmp_path / LEDGER
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lines[0] |= {"cases": "abc", "base": 1}
    lines[1] |= {"status": "x", "gap": "y"}
    texts = [*map(json.dumps, lines), '{"kind": "case", "bound": NaN}', '{"kind": "case", "kind": "case"}', ""]
    file.write_text("\n".join(texts), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ledger(tmp_path)
    assert sorted((f.line or 0, f.path) for f in caught.value.findings) == [(1, "base"), (1, "cases"), (2, "gap"), (2, "status"), (4, ""), (5, "")]


def test_a_broken_ledger_is_set_aside_and_an_empty_one_stands_there(tmp_path: Path) -> None:
    broken = b"{\n"
    for name in ("ledger.broken.jsonl", "ledger.broken-2.jsonl"):
        (tmp_path / LEDGER).write_bytes(broken)
        assert set_aside(tmp_path) == tmp_path / name
        assert (tmp_path / name).read_bytes() == broken
        assert read_ledger(tmp_path) == Ledger(tmp_path)


def test_a_plan_file_that_is_not_as_it_was_written(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    assert ledger.holds(ledger.entries["甲"])
    assert ledger.holds(ledger.entries["b"])  # an answer without a plan
    (tmp_path / "甲.plan.json").write_text("plan of 乙\n", encoding="utf-8")
    assert not ledger.holds(ledger.entries["甲"])
    (tmp_path / "甲.plan.json").unlink()
    assert not ledger.holds(ledger.entries["甲"])


def test_a_ledger_of_another_sweep(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    names = ["甲", "b", "c", "d"]
    assert stale(ledger, "k", {"甲": "k", "b": "k2", "c": "new", "d": "k4"}, names) is None  # open cases may change, new ones come
    for base, cases, words in (
        ("k", {"甲": "k", "b": "other"}, "an input, an option or the program has changed"),
        ("k", {"甲": "k"}, "none of the scenarios and grids given now"),
        ("k9", {"甲": "k", "b": "k2"}, "the first case was another"),
    ):
        error = stale(ledger, base, cases, names)
        assert error is not None
        assert words in str(error)
        assert [f.kind for f in error.findings] == ["stale_ledger"]


def test_one_sweep_a_folder(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from renewal_opt.analysis.sweep.ledger import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('in', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        assert child.stdout.readline() == "in\n"
        with pytest.raises(InputError, match="no other sweep works"), locked(tmp_path):
            raise AssertionError("two sweeps in one folder")
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    with locked(tmp_path):  # the killed process has freed it
        assert (tmp_path / LOCK).exists()


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / LEDGER).mkdir()
        with pytest.raises(InputError) as caught:
            Ledger(tmp_path).start("k", {})
    else:  # pragma: no cover - tests run as root here
        tmp_path.chmod(0o500)
        with pytest.raises(InputError) as caught, locked(tmp_path):
            pass
    assert [f.kind for f in caught.value.findings] == ["cannot_write"]


def test_what_a_kill_leaves_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    left = [tmp_path / ".年度__a=1.plan.0123456789ab.tmp.json", tmp_path / "scenarios" / ".a.0123456789ab.tmp.yaml"]
    others = [tmp_path / "a.plan.json", tmp_path / LOCK, tmp_path / ".notes.tmp.json"]
    for file in (*left, *others):
        file.touch()
    sweep_away(tmp_path)
    assert [f.exists() for f in (*left, *others)] == [False, False, True, True, True]


def test_to_begin_anew_removes_what_the_sweep_has_written(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.add(solved(tmp_path, "c"))
    (tmp_path / "c.plan.json").write_text("changed by hand", encoding="utf-8")
    ledger.clear()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.plan.json", LEDGER]
    assert read_ledger(tmp_path) == Ledger(tmp_path)
