"""The command and its folder: what it claims, stops and goes on, damaged records, other questions, refused plans, exit codes."""

from __future__ import annotations

import json
import pickle
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from plan_front import front, portfolios
from scipy.spatial import ConvexHull
from sweep_city import write_city

from renewal_opt.analysis.pareto import folder as holding
from renewal_opt.analysis.pareto.folder import Asked, Folder
from renewal_opt.analysis.pareto.record import Records, _record
from renewal_opt.analysis.pareto.run import prepare, run_pareto
from renewal_opt.cli import main
from renewal_opt.errors import InputError
from renewal_opt.io.frontfile import read_front
from renewal_opt.io.load import load_inputs
from renewal_opt.io.planfile import read_plan
from renewal_opt.pareto import Question, Record, Reply, nondominated
from renewal_opt.workers import Pool

WORDS = ("projects", "residents", "total_investment:min")


def pareto(*args: object, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--lang", lang, "pareto", *map(str, args)])


def asked(*words: str) -> list[str]:
    return [a for w in words for a in ("--objective", w)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario file of eight projects."""
    return write_city(tmp_path_factory.mktemp("city"), projects=8)


@pytest.fixture(scope="module")
def truth(city: Path) -> set[tuple[str, ...]]:
    """Return the nondominated values of `WORDS` by enumeration."""
    tradeoff = prepare(load_inputs(city), Asked(WORDS))
    every = [tuple(o.measure.value(c, z, m) for o in tradeoff.objectives) for c, z, m, *_rest in portfolios(tradeoff.problem)]
    return {tuple(map(str, row)) for row in front(every, tradeoff.objectives)}


@pytest.fixture(scope="module")
def done(city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the folder of a finished search."""
    out = tmp_path_factory.mktemp("done") / "out"
    return out, pareto(city, *asked(*WORDS), "-o", out)


def folder_of(city: Path, out: Path, *words: str, **more: Any) -> Folder:
    inputs = load_inputs(city)
    question = Asked(words or WORDS, **more)
    return Folder(out, inputs, prepare(inputs, question), question)


def test_the_set_its_plans_and_files(done: tuple[Path, Result], truth: set[tuple[str, ...]]) -> None:
    out, result = done
    assert result.exit_code == 0, result.output
    found = read_front(out / "front.json")
    assert found.claim == "complete"
    assert found.missing == 0
    assert {p.values for p in found.points} == truth
    assert len(truth) > 4
    assert "Complete: " in result.output
    assert f"(plans: {len(truth)})" in " ".join(result.output.split())
    first = [Fraction(p.values[0]) for p in found.points]
    assert first == sorted(first, reverse=True)
    for point in found.points:
        plan = read_plan(out / point.plan)
        new = [c for c in plan.chosen if c.part == "new_start"]
        assert [c.id for c in new] == list(point.chosen)
        assert str(len(new)) == point.values[0]
        assert Fraction(sum(c.investment for c in new), 10_000) == Fraction(point.values[2])
        assert all(c.holds for c in plan.checks)
    assert sorted(p.name for p in (out / "plans").iterdir()) == [f"{n:04d}.json" for n in range(1, len(truth) + 1)]
    for k, number in enumerate(found.payoff):
        best = max if found.objectives[k].sense == "max" else min
        assert number is not None
        assert found.points[number - 1].values[k] == str(best(Fraction(p.values[k]) for p in found.points)) == found.objectives[k].ideal
    assert CliRunner().invoke(main, ["verify", str(out / found.points[0].plan)]).exit_code == 0
    (shared,) = out.glob("shared-*.json")
    assert {p.name for p in out.iterdir()} == {shared.name, "front.json", "front.html", "front.png", "front.csv", "front.xlsx", "plans", "points.jsonl", ".points.lock"}


def test_a_folder_in_use_is_left_alone(city: Path, done: tuple[Path, Result]) -> None:
    before = (done[0] / "points.jsonl").read_bytes()
    result = pareto(city, *asked(*WORDS), "-o", done[0])
    assert result.exit_code == 2
    assert "--resume" in result.output
    assert (done[0] / "points.jsonl").read_bytes() == before
    assert pareto(city, *asked(*WORDS), "-o", city).exit_code == 2  # a file


def test_files_of_others_are_left_alone(city: Path, tmp_path: Path) -> None:
    """A folder with plans or a front of another origin is refused before anything is written: 2025.json looks like a plan of ours."""
    for number, name in enumerate(("plans/2025.json", "plans/found-00001.json", "front.json", "front.xlsx")):
        out = tmp_path / str(number)
        (out / name).parent.mkdir(parents=True)
        (out / name).write_text("mine", encoding="utf-8")
        result = pareto(city, *asked(*WORDS), "-o", out)
        assert (result.exit_code, name in " ".join(result.output.split())) == (2, True)
        assert [p for p in out.rglob("*") if p.is_file()] == [out / name]
        assert (out / name).read_text(encoding="utf-8") == "mine"


def test_folders_that_cannot_be_used(city: Path, tmp_path: Path) -> None:
    (tmp_path / "records" / "points.jsonl").mkdir(parents=True)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "points.jsonl").symlink_to(tmp_path / "none" / "x")
    for out, more in ((tmp_path / "records", ["--resume"]), (tmp_path / "link", ["--resume"]), (tmp_path / ("x" * 300), []), (city / "x", [])):
        assert pareto(city, *asked(*WORDS), "-o", out, *more).exit_code == 2, out
    # a pool that does not open leaves nothing behind
    assert pareto(city, *asked(*WORDS), "-o", tmp_path / "new" / "deep", "--cluster", "nonsense").exit_code == 2
    assert not (tmp_path / "new").exists()


def test_stop_and_go_on(city: Path, tmp_path: Path, truth: set[tuple[str, ...]]) -> None:
    """A stop leaves a valid front with a bound on what is missing; a search that goes on asks nothing again."""
    stop = threading.Event()
    folder = folder_of(city, tmp_path / "out")
    part = run_pareto(folder, cancel=stop, progress=lambda points, zones, runs: stop.set() if points >= 3 else None)
    assert part.claim == "open"
    assert 0 < len(part.points) < len(truth)
    assert {p.values for p in part.points} <= truth
    assert part.open_zones
    assert part.missing is not None
    assert 0 < part.missing < 1
    assert read_front(tmp_path / "out" / "front.json") == part
    left = [tuple(map(Fraction, row)) for row in truth - {p.values for p in part.points}]
    senses = [1 if o.sense == "max" else -1 for o in part.objectives]
    for row in left:  # what is missing lies in an open zone
        assert any(
            all(b is None or s * v > s * Fraction(b) for s, v, b in zip(senses, row, z.better_than, strict=True)) for z in part.open_zones
        ), row  # fmt: skip
    shutil.copytree(tmp_path / "out", tmp_path / "cut")
    whole = run_pareto(folder_of(city, tmp_path / "out"), resume=True)
    assert whole.claim == "complete"
    assert {p.values for p in whole.points} == truth
    again = run_pareto(folder_of(city, tmp_path / "out"), resume=True)
    assert again.runs == whole.runs
    assert [p.values for p in again.points] == [p.values for p in whole.points]

    # a process that was killed: a line that was cut off, plans under the name of their discovery
    records = tmp_path / "cut" / "points.jsonl"
    records.write_bytes(records.read_bytes()[:-25])
    (tmp_path / "cut" / "front.json").unlink()
    shutil.copy(tmp_path / "cut" / "plans" / "0001.json", tmp_path / "cut" / "plans" / "found-00009.json")
    mended = run_pareto(folder_of(city, tmp_path / "cut"), resume=True)
    assert {p.values for p in mended.points} == truth
    assert not list((tmp_path / "cut" / "plans").glob("found-*"))
    assert records.read_bytes() == (tmp_path / "out" / "points.jsonl").read_bytes() or len(records.read_text().splitlines()) > 3


def test_a_second_search_is_kept_out(city: Path, tmp_path: Path) -> None:
    folder = folder_of(city, tmp_path / "out")
    with folder.held():
        result = pareto(city, *asked(*WORDS), "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "no other search works" in " ".join(result.output.split())


def test_records_are_cut_where_they_end(tmp_path: Path) -> None:
    """Odd ends of lines inside a text are no ends of lines; a torn line is cut off, and the file stays what it was before it."""
    records = Records(tmp_path / "points.jsonl", {"objectives": ["a\u2028b", "c\x85"]})
    records.start()
    for why in ("one\u2028two", "plain"):
        records.append(Record(Question(0, ((-1, -1),)), Reply(why=why)))
    records.close()
    whole = records.path.read_bytes()
    records.path.write_bytes(whole + b'{"k": 1, "corn')
    assert [r.reply.why for r in records.resume()] == ["one\u2028two", "plain"]
    assert records.path.read_bytes() == whole


def test_a_kill_while_plans_get_their_numbers_leaves_no_wrong_front(city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    out = tmp_path / "out"
    run_pareto(folder_of(city, out), cancel=stop, progress=lambda points, zones, runs: stop.set() if points >= 3 else None)
    names: list[str] = []

    def killing(plain: Any) -> Any:
        def killed(self: Folder, what: Any, name: str) -> None:
            names.append(name)
            if name == "0002.json":
                raise KeyboardInterrupt
            plain(self, what, name)

        return killed

    for way in ("write_plan", "rename_plan"):  # plans of the earlier run are made again, those of this run get another name
        monkeypatch.setattr(Folder, way, killing(getattr(Folder, way)))
    with pytest.raises(KeyboardInterrupt):
        run_pareto(folder_of(city, out), resume=True)
    assert not (out / "front.json").exists()
    assert names[0] > "found-00003.json"  # nor under the name of a plan that was there
    monkeypatch.undo()
    assert run_pareto(folder_of(city, out), resume=True).claim == "complete"


def test_records_of_another_question_are_refused(city: Path, done: tuple[Path, Result], tmp_path: Path) -> None:
    def findings(source: Path, *words: str, **more: Any) -> list[tuple[str, str]]:
        with pytest.raises(InputError) as caught:
            run_pareto(folder_of(source, out, *words, **more), resume=True)
        return [(f.kind, f.path) for f in caught.value.findings]

    out = tmp_path / "out"
    shutil.copytree(done[0], out)
    assert findings(city, "projects", "residents") == [("other_search", "objectives")]
    assert findings(city, at_least=("projects=1",), mode="representation", number=5) == [("other_search", "at_least"), ("other_search", "mode")]
    assert findings(city, overrides={"budget.whole.note": "x"}) == [("other_search", "overrides")]
    other = write_city(tmp_path / "other", projects=8, basis="count")
    assert ("other_search", "inputs") in findings(other)
    whole = (out / "points.jsonl").read_text(encoding="utf-8")
    (out / "points.jsonl").write_text(whole.replace('"steps": [["1", 0,', '"steps": [["1", 1,', 1), encoding="utf-8")
    assert findings(city) == [("other_search", "steps")]
    (out / "points.jsonl").write_text(whole, encoding="utf-8")
    lines = (out / "points.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    broken = ('{"k": 0}\n', "[]\n", "no json\n", "[" * 100_000 + "\n", "\udcff\n", "", lines[2] + lines[1], lines[1] * 2, lines[1].replace('"runs": ', '"runs": 1'))
    for bad in broken:
        (out / "points.jsonl").write_bytes("".join([lines[0], bad, *lines[2:]]).encode("utf-8", "surrogateescape"))
        assert findings(city) == [("damaged_records", "")], bad[:60]
    for number, line in enumerate(lines[1:], 1):  # a sum that fits does not help a value that the portfolio does not have
        if '"values"' in line:
            records = Records(out / "points.jsonl", {k: v for k, v in json.loads(lines[0]).items() if k != "format"})
            records.start()
            first = json.loads(line)
            del first["sum"]
            records.append(_record(first | {"values": ["999", *first["values"][1:]]}))
            records.close()
            assert findings(city) == [("damaged_records", "")], number
    (out / "points.jsonl").write_text("", encoding="utf-8")
    assert findings(city) == [("damaged_records", "")]


def test_the_model_works_in_another_process(city: Path, truth: set[tuple[str, ...]]) -> None:
    for funding in ("full", "projected"):
        tradeoff = prepare(load_inputs(city), Asked(WORDS))
        tradeoff.problem.scenario.__dict__["funding"] = funding
        tradeoff.__post_init__()
        assert tradeoff.projected == (funding == "projected")
        model = pickle.loads(pickle.dumps(tradeoff.model()))
        assert {tuple(map(str, p.values)) for p in nondominated(model).points} == truth


class _AtOnce(Executor):
    """Runs a task in this process when it is handed in, after a round of pickling."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(fn(*pickle.loads(pickle.dumps(args))))))
        return future


@contextmanager
def at_once() -> Iterator[Pool]:
    yield Pool(_AtOnce(), lambda: 3)


def test_workers_bring_the_plans_along(city: Path, tmp_path: Path, truth: set[tuple[str, ...]]) -> None:
    found = run_pareto(folder_of(city, tmp_path / "out"), workers=at_once)
    assert found.claim == "complete"
    assert {p.values for p in found.points} == truth


def test_a_representation_covers_the_set(city: Path, tmp_path: Path, truth: set[tuple[str, ...]]) -> None:
    out = tmp_path / "out"
    found = run_pareto(folder_of(city, out, mode="representation", number=5, seconds=60.0))
    assert found.claim == "representation"
    assert len(found.points) == 5
    assert {p.values for p in found.points} <= truth
    y = np.array([[float(Fraction(v)) for v in row] for row in truth])
    shown = np.array([[float(Fraction(v)) for v in p.values] for p in found.points])
    away = (np.abs(y[:, None, :] - shown[None, :, :]) / (y.max(axis=0) - y.min(axis=0))).max(axis=2).min(axis=1).max()
    assert found.coverage is not None
    assert away <= found.coverage + 1e-9
    assert found.coverage_exact
    fewer = run_pareto(folder_of(city, out, mode="representation", number=3), resume=True)
    assert len(fewer.points) == 3
    assert sorted(p.name for p in (out / "plans").iterdir()) == ["0001.json", "0002.json", "0003.json"]


def test_supported_plans(city: Path, tmp_path: Path) -> None:
    words = ("residents", "total_investment:min")
    every = prepare(load_inputs(city), Asked(words))
    y = {(float(p.values[0]), -float(p.values[1])) for p in nondominated(every.model()).points}
    corner = (min(a for a, _b in y) - 1, min(b for _a, b in y) - 1)
    hull = np.array([*y, corner])
    extreme = {tuple(hull[i]) for i in ConvexHull(np.vstack([hull, [[corner[0], hull[:, 1].max()], [hull[:, 0].max(), corner[1]]]])).vertices if i < len(y)}
    found = run_pareto(folder_of(city, tmp_path / "out", *words, mode="supported"))
    assert found.claim == "supported"
    values = {(float(Fraction(p.values[0])), -float(Fraction(p.values[1]))) for p in found.points}
    assert extreme <= values <= y
    assert len(values) < len(y)


def test_a_plan_that_fails_the_re_check_is_not_shown(city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truth: set[tuple[str, ...]]) -> None:
    checked = holding.verify_plan

    def faulty(plan: Any, *inputs: Any) -> Any:
        if sum(c.part == "new_start" for c in plan.chosen) == 3:
            return [SimpleNamespace(family="budget", breaches=[SimpleNamespace(rule="budget.whole")], rows=1)]
        return checked(plan, *inputs)

    monkeypatch.setattr(holding, "verify_plan", faulty)
    found = run_pareto(folder_of(city, tmp_path / "out"))
    assert found.claim == "open"
    assert found.missing is None
    assert {p.values for p in found.points} == {row for row in truth if row[0] != "3"}
    assert "budget: budget.whole" in " ".join(found.remarks)
    assert all(o.nadir is None for o in found.objectives)


def test_changed_policy_values_stand_in_the_plans(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pareto(city, *asked("projects", "residents"), "-o", out, "--set", "budget.whole.amount.2025=2400", "--quiet").exit_code == 0
    found = read_front(out / "front.json")
    assert 0 < len(found.points) < 4
    for point in found.points:
        assert CliRunner().invoke(main, ["verify", str(out / point.plan)]).exit_code == 0
    assert pareto(city, *asked("projects", "residents"), "-o", out, "--set", "budget.whole.amount.2025=2500", "--resume").exit_code == 2


def test_exit_codes(city: Path, tmp_path: Path) -> None:
    def code(*more: object, words: tuple[str, ...] = ("projects", "residents")) -> tuple[int, str]:
        result = pareto(city, *asked(*words), "-o", tmp_path / f"out{len(list(tmp_path.iterdir()))}", *more)
        return result.exit_code, " ".join(result.output.split())

    assert code("--at-least", "projects=9") == (3, "no plan satisfies the rules and keeps the levels asked for: - --at-least projects=9")
    status, words = code("--set", "budget.whole.amount.2025=1", "--set", "budget.whole.measure=starts", "--at-least", "projects=1")
    assert status == 3, words
    assert code("--time", "0.000001")[0] == 4
    for wrong in (
        ["--supported", "--resume"], ["--supported", "--representation", "5"], ["--workers", "2", "--cluster", "tcp://x:1"],
        ["--representation", "1"], ["--time", "0"], ["--at-least", "projects"], ["--current", str(tmp_path / "none.json")],
    ):  # fmt: skip
        assert code(*wrong)[0] == 2, wrong
    assert code(words=("projects",))[0] == 2
    assert "ratio" in code(words=("projects", "leverage"))[1]


def test_nothing_fits_the_rules(tmp_path: Path) -> None:
    scenario = write_city(tmp_path / "city", projects=4, force={"in": ["P001", "P002", "P003", "P004"]})
    result = pareto(scenario, *asked("projects", "residents"), "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "budget" in result.output or "预算" in result.output or "investment" in result.output, result.output


def test_one_json_document_and_a_plan_to_compare_with(city: Path, done: tuple[Path, Result], tmp_path: Path) -> None:
    current = tmp_path / "current.json"
    assert CliRunner().invoke(main, ["--lang", "en", "solve", str(city), "--quiet", "-o", str(current)]).exit_code == 0
    result = pareto(city, *asked("projects", "residents"), "-o", tmp_path / "out", "--json", "--current", current)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["current"] == "../current.json"
    assert data["claim"] == "complete"
    assert data == json.loads((tmp_path / "out" / "front.json").read_text(encoding="utf-8"))
    inside = pareto(city, *asked(*WORDS), "-o", done[0], "--resume", "--current", done[0] / "plans" / "0001.json")
    assert inside.exit_code == 2
    assert "outside the folder" in " ".join(inside.output.split())


@pytest.mark.slow
def test_real_processes(city: Path, tmp_path: Path, truth: set[tuple[str, ...]]) -> None:
    result = pareto(city, *asked(*WORDS), "-o", tmp_path / "out", "--workers", 2)
    assert result.exit_code == 0, result.output
    assert {p.values for p in read_front(tmp_path / "out" / "front.json").points} == truth
