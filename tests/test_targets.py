"""The name of a file to write has the ending of its kind, in every command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from renewal_opt.cli import main
from renewal_opt.cli.targets import Target, TargetFolder


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (["solve", "s.yaml", "-o", "plan.xlsx"], ".json"), (["solve", "s.yaml", "--xlsx", "plan.pdf"], ".xlsx"), (["solve", "s.yaml", "--png", "plan.jpg"], ".png"),
        (["compare", "a.json", "b.json", "--html", "x.png"], ".html or .htm"), (["compare", "a.json", "b.json", "--xlsx", "x"], ".xlsx"),
        (["certify", "p.json", "-o", "x.txt"], ".json"), (["certify", "p.json", "--proof", "x.gz"], ".json or .json.gz"), (["check", "s.yaml", "--marked", "x.csv"], ".xlsx"),
        (["robust", "s.yaml", "-o", "x.yaml"], ".json"), (["robust", "s.yaml", "--xlsx", "x.xls"], ".xlsx"), (["template", "x.csv"], ".xlsx"),
        (["synth", "--projects", "5", "--seed", "1", "-o", "x.pdf"], ".xlsx, or a folder"), (["sweep", "s.yaml", "-o", "x.json"], "a folder"),
        (["pareto", "s.yaml", "-o", "x.html"], "a folder"), (["import-pb", "x.pb", "-o", "x.xlsx"], "a folder"), (["init", "x.xlsx"], "a folder"),
    ],
)  # fmt: skip
def test_a_wrong_ending_is_refused_before_anything_is_done(words: list[str], ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["--lang", "en", *words])
    assert done.exit_code == 2
    assert f"expected {'a file name that ends in ' if ending.startswith('.') else ''}{ending}" in done.output
    assert list(tmp_path.iterdir()) == []


def test_right_endings_are_taken_whatever_their_case() -> None:
    assert Target(".json", ".json.gz").convert("a/b.JSON.gz", None, None) == Path("a/b.JSON.gz")
    assert TargetFolder(".xlsx").convert("a.xlsx", None, None) == Path("a.xlsx")
    assert TargetFolder().convert("plans.v2", None, None) == Path("plans.v2")


def writing(group: click.Group = main, before: str = "") -> list[tuple[str, click.Option]]:
    """Return command and option of every option that says that it writes."""
    out: list[tuple[str, click.Option]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            out += writing(command, f"{before}{name} ")
        out += [
            (before + name, option)
            for option in command.params
            if isinstance(option, click.Option) and isinstance(option.type, click.Path) and (option.help or "").startswith(("Write", "Draw", "Folder for", "Folder to", "Workbook"))
        ]
    return out


def test_every_option_that_writes_looks_at_the_ending() -> None:
    assert len(writing()) >= 20
    assert [(name, o.name) for name, o in writing() if not isinstance(o.type, (Target, TargetFolder))] == []
