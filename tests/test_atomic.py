"""Files are whole or absent, inputs are never overwritten, CSV is never live (design.md section 6)."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal_opt.errors import Collector, InputError
from renewal_opt.io.atomic import atomic_path, sha256_file, write_bytes_atomic, write_text_atomic
from renewal_opt.io.csvout import csv_bytes, quote_cell, unquote_cell, write_csv
from renewal_opt.io.tables import read_tables


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_write_and_replace(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    assert write_bytes_atomic(target, b"one") == target
    target.chmod(0o640)
    assert write_text_atomic(target, "二") == target
    assert target.read_bytes() == "二".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert names(tmp_path) == ["plan.json"]
    assert sha256_file(target) == hashlib.sha256("二".encode()).hexdigest()


def test_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes_atomic(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_nothing_half_written(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_bytes(b"old")

    def half() -> None:
        with atomic_path(target) as out:
            assert out.temp.suffix == ".xlsx"
            assert out.temp.parent == tmp_path
            out.temp.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        half()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["plan.xlsx"]


def test_full_disk_is_a_finding(tmp_path: Path) -> None:
    def full() -> None:
        with atomic_path(tmp_path / "a.json"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        full()
    assert names(tmp_path) == []


def test_held_target_gets_a_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_bytes(b"old")
    (tmp_path / "plan (2).xlsx").write_bytes(b"other")
    real = os.replace

    def held(source: str, to: str) -> None:
        if Path(to) == target:
            raise PermissionError(errno.EACCES, "held", str(to))
        real(source, to)

    monkeypatch.setattr(os, "replace", held)
    with atomic_path(target) as out:
        out.temp.write_bytes(b"new")
    assert out.renamed
    assert out.path == tmp_path / "plan (3).xlsx"
    assert out.path.read_bytes() == b"new"
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["plan (2).xlsx", "plan (3).xlsx", "plan.xlsx"]


@pytest.mark.parametrize("lock", [".~lock.plan.xlsx#", "~$plan.xlsx"])
def test_target_open_in_a_spreadsheet(tmp_path: Path, lock: str) -> None:
    (tmp_path / "plan.xlsx").write_bytes(b"old")
    (tmp_path / lock).write_bytes(b"")
    assert write_bytes_atomic(tmp_path / "plan.xlsx", b"new") == tmp_path / "plan (2).xlsx"
    assert (tmp_path / "plan.xlsx").read_bytes() == b"old"


def test_inputs_are_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "library.xlsx"
    source.write_bytes(b"input")
    (tmp_path / "link.xlsx").symlink_to(source)
    os.link(source, tmp_path / "hard.xlsx")
    for name in ("library.xlsx", "link.xlsx", "hard.xlsx", "x/../library.xlsx"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(InputError) as caught:
            write_bytes_atomic(tmp_path / name, b"out", inputs=[source])
        assert caught.value.findings[0].kind == "overwrites_input"
    assert source.read_bytes() == b"input"


def test_a_new_name_is_no_input_either(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    (tmp_path / "~$a.csv").write_bytes(b"")
    made = write_bytes_atomic(tmp_path / "a.csv", b"new", inputs=[tmp_path / "a (2).csv"])
    assert made == tmp_path / "a (3).csv"


def test_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to("real.json")
    assert write_bytes_atomic(tmp_path / "link.json", b"new") == tmp_path / "link.json"
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["gone/plan.json", ".", "a\0b", "n" * 300])
def test_impossible_targets(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        write_bytes_atomic(tmp_path / name, b"x")
    assert caught.value.findings[0].kind == "cannot_write"
    assert names(tmp_path) == []


def test_device_is_no_target() -> None:
    with pytest.raises(InputError):
        write_bytes_atomic("/dev/null", b"x")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1+2", "@x", "\tx", "\rx", "\nx", "'=1", "＝1", "-"])
def test_live_texts_are_quoted_and_come_back(text: str) -> None:
    quoted = quote_cell(text)
    assert quoted == "'" + text
    assert unquote_cell(quoted) == text


@pytest.mark.parametrize("text", ["-5", "-0.25", "'quoted'", "00123", "a=1", ""])
def test_other_texts_are_left_alone(text: str) -> None:
    assert quote_cell(text) == text
    assert unquote_cell(text) == text


@given(st.text())
def test_quoting_is_reversible(text: str) -> None:
    assert unquote_cell(quote_cell(text)) == text


def test_csv_numbers_and_dates() -> None:
    row = [-5, Decimal("1E+3"), -0.1, 1e-7, True, None, dt.date(2025, 3, 1), "00123"]
    raw = csv_bytes([f"h{j}" for j in range(len(row))], [row])
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines()[1] == "-5,1000,-0.1,0.0000001,TRUE,,2025-03-01,00123"
    with pytest.raises(ValueError, match="finite"):
        csv_bytes(["a"], [[float("nan")]])
    with pytest.raises(ValueError, match="row 1"):
        csv_bytes(["a"], [[1, 2]])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), min_size=3, max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_csv_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    rows = [["x", *row] for row in rows]
    write_csv(path, ["项目", "a", "b", "c"], rows)
    collector = Collector()
    table = read_tables(path, collector)[""]
    assert not collector.findings
    assert table.rows == rows
