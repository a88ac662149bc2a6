"""Mutated inputs through the command line: exit 0, 2, 3 or 4, one JSON document, no traceback, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from mutation_judge import time_limit
from mutation_seeds import SEEDS
from mutators import Mutation, mutate, typo

from renewal_opt.cli import main
from renewal_opt.io import yamlfile

#: streams of mutations, and mutations in each
STREAMS, EACH = 12, 10


@pytest.fixture(scope="module", autouse=True)
def parsed_once() -> Iterator[None]:
    """Parse equal YAML texts once, see `test_mutated_inputs.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlfile, "compose", lru_cache(maxsize=200)(yamlfile.compose))
        yield


def call(*args: object) -> Result:
    """Run the program in this process."""
    with time_limit():
        return CliRunner().invoke(main, [str(a) for a in args])


def judge(result: Result, codes: tuple[int, ...], *, as_json: bool) -> dict[str, Any]:
    """Assert what holds of every call; return the JSON document."""
    text = result.stdout + result.stderr
    assert result.exit_code in codes, f"exit {result.exit_code}: {text[-1500:]}"
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in text
    assert "Unexpected error" not in text
    if result.exit_code:
        assert result.stderr.strip(), "an error says nothing"
    if not as_json:
        assert result.exit_code == 0 or not result.stdout.strip(), "an error on stdout"
        return {}
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    if result.exit_code:
        error = document["error"]
        assert error["exit_code"] == result.exit_code
        assert error["message"].strip()
        kind = {2: "input", 3: "infeasible", 4: "solver"}[result.exit_code]
        assert error["kind"] == kind
        for f in error.get("findings", ()):
            assert f["file"]
            assert f["sentence"]
    return document


def solve_once(folder: Path, random: Random) -> int:
    """Solve a written set with outputs, then check, screen and verify it; return the exit code of the solve."""
    out = folder / "out"
    out.mkdir()
    as_json, excel = random.random() < 0.5, random.random() < 0.3
    scenario = folder / "scenario.yaml"
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    lang = random.choice(["zh", "en"])
    flags = [*(["--json"] if as_json else []), *(["--xlsx", out / "plan.xlsx"] if excel else []), *(["--quiet"] if random.random() < 0.3 else [])]
    result = call("--lang", lang, "solve", scenario, "-o", out / "plan.json", "--seconds", 5, *flags)
    document = judge(result, (0, 2, 3, 4), as_json=as_json)
    written = sorted(p.name for p in out.iterdir())
    wanted = ["plan.json", *(["plan.xlsx"] if excel else [])] if result.exit_code == 0 else []
    assert written == wanted, f"exit {result.exit_code} and {written}"
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and out not in p.parents}
    assert after == before, "an input was changed, or something was left beside it"
    if result.exit_code == 0:
        plan = json.loads((out / "plan.json").read_text("utf-8"))
        assert not as_json or document == plan
        judge(call("verify", out / "plan.json"), (0,), as_json=False)
        judge(call("show", "plan", out / "plan.json"), (0,), as_json=False)
    return result.exit_code


def look_on(folder: Path, random: Random, solved: int) -> None:
    """Run the other commands that read the set."""
    as_json = random.random() < 0.5
    flags = ["--json"] if as_json else []
    scenario, marked = folder / "scenario.yaml", folder / "marked.xlsx"
    read_fault = judge(call("check", scenario, "--marked", marked, *flags), (0, 2), as_json=as_json)
    assert solved == 2 or not as_json or read_fault["ok"]
    judge(call("screen", scenario, *flags), (0, 2), as_json=as_json)
    other = random.choice([("show", "policy", folder / "city"), ("show", "policy", scenario), ("show", "policy", scenario, "--assumptions"), ("show", "scenario", scenario), ("show", "formulation", scenario)])
    judge(call(*other, *flags), (0, 2), as_json=as_json)
    if random.random() < 0.25:
        judge(call("template", folder / "template.xlsx", "--policy", folder / "city"), (0, 2), as_json=False)
    left = {p.name for p in folder.iterdir()} - {"city", "library", "scenario.yaml", "base.yaml", "out", "marked.xlsx", "template.xlsx"}
    assert not [n for n in left if n.startswith(".") or "tmp" in n], left


def write(mutation: Mutation, folder: Path) -> None:
    for place, content in mutation.files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)


@pytest.mark.parametrize("stream", range(STREAMS))
def test_mutated_sets(tmp_path: Path, stream: int) -> None:
    failures: list[str] = []
    for n in range(EACH):
        random = Random(90_000 + stream * 1_009 + n)
        name = random.choice(sorted(SEEDS))
        mutation = mutate(SEEDS[name](), random)
        folder = tmp_path / str(n)
        write(mutation, folder)
        try:
            look_on(folder, random, solve_once(folder, random))
        except Exception as error:
            failures.append(f"stream {stream} number {n} set {name}: {mutation.what}\n    {type(error).__name__}: {str(error)[:900]}")
    assert not failures, "\n".join(failures)


# ------------------------------------------------------------------ plan files


@cache
def solved_plan(folder: Path) -> str:
    SEEDS["rich"]().write(folder)
    judge(call("solve", folder / "scenario.yaml", "-o", folder / "plan.json", "--quiet"), (0,), as_json=False)
    return (folder / "plan.json").read_text("utf-8")


def _broken(text: str, random: Random) -> bytes:
    """Return a plan file with one change of its text or data."""
    way = random.randrange(8)
    k = random.randrange(len(text))
    if way == 0:
        return text[:k].encode()
    if way == 1:
        return (text[:k] + random.choice('",:{}[]0-aé\0\u2028') + text[k + 1 :]).encode()
    if way == 2:
        return text.encode(random.choice(["utf-16", "gbk", "utf-8-sig"]), "replace")
    if way == 3:
        lines = text.splitlines(keepends=True)
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
        return "".join(lines).encode()
    data = json.loads(text)
    here, path = data, []
    while isinstance(here, (dict, list)) and here and (random.random() < 0.85 or not path):
        key = random.choice(list(here)) if isinstance(here, dict) else random.randrange(len(here))
        path.append(key)
        here = here[key]
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    if way == 4:
        del holder[path[-1]]
    elif way == 5 and isinstance(path[-1], str):
        holder[typo(random, path[-1])] = holder.pop(path[-1])
    else:
        holder[path[-1]] = random.choice([None, True, 0, -1, 10**30, 1.5, "", "x", "1/0", "P001", [], {}, "../../etc/passwd", "1" * 500, "中", "2025", 2025])
    return json.dumps(data, ensure_ascii=False).encode()


@pytest.mark.parametrize("stream", range(6))
def test_mutated_plan_files(tmp_path: Path, stream: int) -> None:
    """A changed plan file is refused, said not to hold, or holds still; what it shows never ends in a traceback."""
    text = solved_plan(tmp_path)
    failures: list[str] = []
    for n in range(12):
        random = Random(stream * 311 + n)
        content = _broken(text, random)
        path = tmp_path / "plan.json"
        path.write_bytes(content)
        as_json = random.random() < 0.5
        flags = ["--json"] if as_json else []
        try:
            judge_plan(call("verify", path, *flags), as_json=as_json)
            judge(call("show", "plan", path, *flags), (0, 2), as_json=as_json)
            judge(call("show", "plan", path, "--assumptions"), (0, 2), as_json=False)
        except Exception as error:
            failures.append(f"stream {stream} number {n}\n    {type(error).__name__}: {str(error)[:900]}")
    assert not failures, "\n".join(failures)


def judge_plan(result: Result, *, as_json: bool) -> None:
    text = result.stdout + result.stderr
    assert result.exit_code in (0, 1, 2), text
    assert "Traceback" not in text
    assert "Unexpected error" not in text, text[-1200:]
    if as_json:
        document = json.loads(result.stdout)
        assert result.exit_code == 2 or document["holds"] == (result.exit_code == 0)
