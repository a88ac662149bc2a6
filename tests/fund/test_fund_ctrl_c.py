"""Ctrl-C in the middle of a fund command: it ends soon, with 130, and what is written is whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small import Town, channel, new
from test_balance_price import borrowing_city
from worth_cases import WAN, target_of_town

from renewal_opt.analysis.fund import balance
from renewal_opt.analysis.fund.stress import run as stress_run
from renewal_opt.analysis.fund.stress import survivor as survivor_module
from renewal_opt.analysis.fund.stress.run import Asked, stress
from renewal_opt.analysis.fund.worth import answer as worth_answer
from renewal_opt.analysis.fund.worth.answer import worth
from renewal_opt.analysis.fund.worth.base import Asked as AskedWorth
from renewal_opt.cli import main
from renewal_opt.domain.fund_stress import Shock
from renewal_opt.domain.fund_worth import WorthAnswer
from renewal_opt.io.answerfile import answer_from_json

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
#: seconds within which a stopped command has to end, on a busy machine
SOON = 20.0


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario of 90 projects and its plan."""
    folder = tmp_path_factory.mktemp("city")
    for words in (["synth", "--projects", "90", "--seed", "3", "-o", folder / "made.xlsx", "--with-scenario"], ["solve", folder / "made.yaml", "-o", folder / "plan.json", "--gap", "0.01", "--quiet"]):
        done = CliRunner().invoke(main, [*map(str, words)])
        assert done.exit_code == 0, done.output
    return folder


def stopped(words: list[Any], *, after: str | None = None, seconds: float = 0.0) -> tuple[int, str, float]:
    """Run a command, send Ctrl-C to it and its workers once it has said something or after some seconds; return exit code, stderr, seconds to the end."""
    command = [sys.executable, "-m", "renewal_opt", "--lang", "en", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stderr is not None
        try:
            said = "" if after is None else next((line for line in run.stderr if after in line), "")
            time.sleep(seconds)
            began = time.monotonic()
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGINT)
            rest = run.stderr.read()
            code = run.wait(timeout=60)
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
    return code, said + rest, time.monotonic() - began


@POSIX
@pytest.mark.slow
def test_worth_stops_with_what_is_proven(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "worth.json"
    code, said, took = stopped(["fund", "worth", city / "plan.json", "--exact", "--pairs", "--points", "50", "-o", out], after="moves;", seconds=0.1)
    assert code == 130, said
    assert "Stopping; what is proven so far will be written" in said
    assert "Traceback" not in said
    assert took < SOON
    answer = answer_from_json(WorthAnswer, out.read_text(encoding="utf-8"))
    assert answer.caps
    assert any(n.en.startswith("stopped:") for n in answer.notes)
    assert any(c.more.stopped == "not_solved" for c in answer.caps)
    assert [p.name for p in tmp_path.iterdir()] == ["worth.json"]


COMMANDS: dict[str, list[str]] = {
    "mix": ["fund", "mix", "plan.json"], "mix of a scenario": ["fund", "mix", "made.yaml"], "least": ["fund", "least", "made.yaml", "--score", "95%"],
    "worth": ["fund", "worth", "plan.json", "--exact", "--pairs", "--points", "9"], "worth with workers": ["fund", "worth", "plan.json", "--exact", "--workers", "2"],
    "stress": ["fund", "stress", "plan.json", "--cut", "10%,20%,30%", "--revenue", "30%,50%", "--grid", "--far", "--survive", "--workers", "1"],
    "stress with workers": ["fund", "stress", "plan.json", "--cut", "10%,20%,30%", "--revenue", "30%,50%", "--grid", "--workers", "2"],
    "balance": ["fund", "balance", "made.yaml"], "cash": ["fund", "cash", "made.yaml"], "bond-file": ["fund", "bond-file", "made.yaml"],
    "certify": ["certify", "plan.json"], "bottlenecks": ["show", "plan", "plan.json", "--bottlenecks", "--json"],
}  # fmt: skip


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("seed", range(6))
def test_at_any_moment(city: Path, tmp_path: Path, name: str, seed: int) -> None:
    """Whenever the signal comes: soon, without a traceback, with whole files or none."""
    words = [city / w if w in ("plan.json", "made.yaml") else w for w in COMMANDS[name]]
    out = tmp_path / "out.json"
    given = [] if "--json" in words else ["-o", out]
    code, said, took = stopped([*words, *given], seconds=random.Random(f"{name} {seed}").uniform(1.5, 9.0))
    assert took < SOON, said
    assert "Traceback" not in said
    assert "leaked" not in said
    assert code in (0, 130), said
    assert {p.name for p in tmp_path.iterdir()} <= {"out.json"}
    if out.exists():
        json.loads(out.read_text(encoding="utf-8"))


# -- in this process -----------------------------------------------------------------------------------------------


def towns() -> Town:
    return Town([new(f"p{k}", 10, 10 + k) for k in range(6)], channels={"cash": channel(cap={2025: 40}), "bond": channel("debt", cap={2025: 10})})


def test_a_case_that_was_not_ended_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    cancel, asked = threading.Event(), Asked(tuple((Shock(kind="cut", target="cash", amount=f"{k}/10"),) for k in range(1, 5)), far=(("cut", "cash"),), survive=True)
    whole = stress_run.one_case

    def second(*given: Any) -> Any:
        if given[1] is asked.cases[1]:
            cancel.set()
        return whole(*given)

    monkeypatch.setattr(stress_run, "one_case", second)
    answer = stress(target_of_town(towns()), asked, cancel=cancel)
    assert (answer.stopped, len(answer.cases), answer.reach, answer.survivor) == (True, 1, (), None)
    assert not stress(target_of_town(towns()), asked).stopped


def test_caps_that_were_not_looked_at_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = threading.Event()
    whole = worth_answer.LeverProgram.alone

    def first(*given: Any, **more: Any) -> Any:
        found = whole(*given, **more)
        if more:
            cancel.set()
        return found

    monkeypatch.setattr(worth_answer.LeverProgram, "alone", first)
    answer = worth(target_of_town(towns()), AskedWorth(step=5 * WAN), pairs=True, points=5, cancel=cancel)
    assert ([c.key for c in answer.caps], answer.sets, answer.curves) == (["cash"], (), ())
    assert [n.en for n in answer.notes] == ["stopped: 1 of 2 caps were looked at, the others are not listed; the intervals told are proven", "stopped: the other curves are not drawn"]


def test_a_survivor_is_looked_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is set in the first round, whose portfolio the case refuses: there is no second round."""
    cancel, rounds = threading.Event(), []
    whole = survivor_module._Search._refused

    def refused(*given: Any) -> bool:
        rounds.append(given)
        if len(rounds) == 1:
            found = whole(*given)
            cancel.set()
            return found
        return whole(*given)

    monkeypatch.setattr(survivor_module._Search, "_refused", refused)
    asked = Asked(((Shock(kind="cut", target="cash", amount="1/2"),),), hold=False, again=False, survive=True, cover=False)
    answer = stress(target_of_town(towns()), asked, cancel=cancel)
    assert len(rounds) == 1
    assert (answer.stopped, len(answer.cases)) == (True, 1)
    assert answer.survivor is not None
    assert (answer.survivor.status, answer.survivor.why) == ("failed", "stopped before a plan was found that survives every case")
    rounds.append(None)
    free = stress(target_of_town(towns()), asked).survivor
    assert free is not None
    assert (free.status, len(rounds) > 3) == ("solved", True)


@POSIX
@pytest.mark.parametrize(
    ("module", "name", "words", "told"),
    [(balance, "solve_annual", ["balance"], ("plans", "none")), (stress_run, "one_case", ["stress", "--cut", "10%,20%,30%", "--workers", "1"], ("cases", "cut"))],
)
def test_a_stopped_command_ends_with_130_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, words: list[str], told: tuple[str, str]
) -> None:
    """Ctrl-C comes with the second solve: what was answered by then is written and told."""
    whole, calls = getattr(module, name), []

    def second(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return whole(*given, **more)

    monkeypatch.setattr(module, name, second)
    out = tmp_path / "out.json"
    done = CliRunner().invoke(main, ["--lang", "en", "fund", words[0], str(borrowing_city(tmp_path / "city")), *words[1:], "-o", str(out)])
    assert done.exit_code == 130, done.output
    assert "Stopped before its end" in " ".join(done.output.split())
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert answer["stopped"] is True
    assert len(calls) == 2
    assert told[1] in json.dumps(answer[told[0]][0])


NAPPING = """
import multiprocessing, signal, threading, time
from renewal_opt.workers import spread

def nap(seconds):
    time.sleep(seconds)
    return seconds

def main():
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    print("begins", flush=True)
    print(sorted(answer for _key, answer in spread(nap, {k: (k / 100,) for k in (1, 2)}, 2)), flush=True)

def held(seconds):
    global lock
    lock = multiprocessing.Lock()
    time.sleep(seconds)

def stopped():
    cancel = threading.Event()
    threading.Timer(1.5, cancel.set).start()
    print(list(spread(held, {1: (60,), 2: (60,)}, 2, cancel)))
"""


def test_workers_that_are_ended_leave_nothing_behind(tmp_path: Path) -> None:
    """Workers in the middle of a task, with a semaphore of their own, as pyomo's."""
    (tmp_path / "napping.py").write_text(NAPPING, encoding="utf-8")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import napping; napping.stopped()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


@POSIX
def test_workers_that_begin_are_not_met_by_ctrl_c(tmp_path: Path) -> None:
    """The signal goes to the whole group while processes begin: they stay quiet, and the answer is there."""
    (tmp_path / "napping.py").write_text(NAPPING, encoding="utf-8")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import napping; napping.main()"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stdout is not None
        run.stdout.readline()
        for _n in range(20):
            time.sleep(0.03)
            os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert err == ""
    assert out.split() == ["[0.01,", "0.02]"]
