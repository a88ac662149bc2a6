"""`fund mix` and `fund least` as a user calls them: plans that verify, workbooks that tie, levels against enumeration."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path

import openpyxl
import pytest
from builders import GoodSet, tiny_row
from click.testing import CliRunner
from instances import seeded
from office import recalculated
from page_browser import headless, opened
from plan_front import portfolios

from renewal_opt.analysis.annual import make_problem, options_of, solve_annual
from renewal_opt.analysis.fund.least import asked_score, least_for_score
from renewal_opt.analysis.fund.mix.stages import Mixed, mixed
from renewal_opt.analysis.fund.target import of_plan, target_of
from renewal_opt.analysis.portfolio import objective_of
from renewal_opt.cli import main
from renewal_opt.domain.fund_mix import FundMix
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.verify import verify_file


def city(folder: Path) -> Path:
    """Write a city of six projects over two years: fiscal, bonds, own capital; return the scenario."""
    good = GoodSet()
    known = {"gfa_existing": 1000, "gfa_demolished": 0, "gfa_illegal": 0, "gfa_dangerous": 0}
    good.projects = [tiny_row(n, total_investment=100 + 30 * n, spend_1=60 + 10 * n, spend_2=40 + 20 * n, end_year=2026, **known) for n in range(1, 7)]
    good.revenue = [{"project": f"P{n:03d}", "year": 2028, "revenue_class": "special", "gross": 60 * n, "operating_cost": 0, "tax": 0, "pledged_net": 60 * n} for n in range(1, 7)]
    good.relations = []
    good.put("funding.channels.own.cap", {2025: 300, "later": "last"})
    good.put("funding.channels.fiscal.cap", {2025: 400, "later": "last"})
    return good.write(folder)


#: with this the plan's projects cannot be funded
TIGHT = ("--set", "funding.channels.own.cap={2025: 40, later: last}", "--set", "funding.channels.fiscal.cap={2025: 30, later: last}")


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A scenario and its plan."""
    folder = tmp_path_factory.mktemp("city")
    scenario = city(folder)
    plan = folder / "plan.json"
    assert run("solve", str(scenario), "-o", str(plan), "--quiet")[0] == 0
    return scenario, plan


def run(*args: str) -> tuple[int, str]:
    """Run the program; return exit code and everything printed."""
    result = CliRunner().invoke(main, ["--lang", "en", *args] if args[0] == "--help" else [*args, "--lang", "en"])
    return result.exit_code, result.output


def test_mix_is_a_plan_that_verifies(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """The same projects, less government money, every rule exactly; the question stands in the plan."""
    out = tmp_path / "mix.json"
    code, said = run("fund", "mix", str(solved[1]), "-o", str(out), "--discount", "0.04", "--order", "fiscal,cost")
    assert code == 0, said
    report = verify_file(out)
    assert report.holds
    before = json.loads(solved[1].read_text(encoding="utf-8"))
    assert [c.id for c in report.plan.chosen] == [c["id"] for c in before["chosen"]]
    assert report.plan.options["fund"] == {"question": "mix", "order": ["fiscal", "cost"], "discount": "1/25"}
    assert report.plan.objective.value == before["objective"]["value"]
    assert "exactly optimal in whole yuan" in said.replace("\n", " ") or "within" in said


def test_json_and_leverage(solved: tuple[Path, Path]) -> None:
    """Leverage after fiscal is decided already; leverage first is the least government money too."""
    code, said = run("fund", "mix", str(solved[1]), "--json", "--quiet")
    assert code == 0
    mix = FundMix.model_validate_json(said, strict=False)
    fiscal, _cost, leverage = mix.stages
    assert leverage.settled
    assert mix.after is not None
    assert F(leverage.value) == F(mix.after.market, mix.after.government)
    assert mix.before.government + mix.before.market == mix.after.government + mix.after.market == sum(r.after for r in mix.rows)
    assert int(fiscal.value) == mix.after.government <= mix.before.government
    assert fiscal.gap_yuan == "0"
    code, said = run("fund", "mix", str(solved[1]), "--json", "--quiet", "--order", "leverage")
    assert FundMix.model_validate_json(said, strict=False).stages[0].value == leverage.value
    code, said = run("fund", "least", str(solved[1]), "--json", "--quiet")
    assert json.loads(said)["value"] == json.loads(said)["bound"] == int(fiscal.value)


def test_workbook_ties(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """Every formula carries its value, and LibreOffice reckons the same."""
    path = tmp_path / "mix.xlsx"
    assert run("fund", "mix", str(solved[1]), "--xlsx", str(path), "--quiet")[0] == 0
    live, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    again = openpyxl.load_workbook(recalculated(path, tmp_path), data_only=True)
    formulas = [(ws.title, c.coordinate) for ws in live for row in ws.iter_rows() for c in row if isinstance(c.value, str) and c.value.startswith("=")]
    assert len(formulas) > 30
    for sheet, at in formulas:
        assert cached[sheet][at].value == pytest.approx(again[sheet][at].value, abs=1e-6)
    plan = json.loads(solved[1].read_text(encoding="utf-8"))
    total = sum(m["yuan"] for c in plan["chosen"] for m in c["money"])
    for sheet in ("money after", "money before"):
        ws = again[sheet]
        assert ws.cell(ws.max_row, ws.max_column).value == pytest.approx(total / 10_000, abs=1e-6)


def test_changed_policy_keeps_the_projects(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """Less own capital: another mix where it is enough; where not, exit code 3, no file, and the way out verifies."""
    out = tmp_path / "mix.json"
    code, said = run("fund", "mix", str(solved[1]), "-o", str(out), "--set", "funding.channels.fiscal.cap={2025: 390, later: last}")
    assert code == 0, said
    assert verify_file(out).holds
    out.unlink()
    xlsx, html = tmp_path / "b.xlsx", tmp_path / "b.html"
    code, said = run("fund", "mix", str(solved[1]), "-o", str(out), *TIGHT, "--xlsx", str(xlsx), "--html", str(html))
    assert code == 3
    assert not out.exists()
    assert "money that only" in said
    assert "not funded" in openpyxl.load_workbook(xlsx).sheetnames
    code, said = run("fund", "mix", str(solved[1]), "-o", str(out), *TIGHT, "--leave-out", "number", "--json")
    assert code == 0, said
    report = verify_file(out)
    assert report.holds
    assert report.plan.objective.bound is None
    assert report.plan.options["overrides"]["funding.channels.own.cap"] == {"2025": 40, "later": "last"}
    left = report.plan.options["fund"]["left_out"]
    assert left
    assert not {c.id for c in report.plan.chosen} & set(left)


def test_page_opens(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """Both charts are drawn without a word from the browser."""
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    assert run("fund", "mix", str(solved[1]), "--html", str(first), "--quiet")[0] == 0
    assert run("fund", "mix", str(solved[1]), "--html", str(second), "--quiet", *TIGHT)[0] == 3
    with headless() as browser:
        for page, chart in ((first, "chart-years"), (second, "chart-needs")):
            drawn = opened(browser, page).execute_script(f"return document.querySelectorAll('#{chart} .bars .point').length")
            assert drawn > 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("mix", "PLAN", "--order", "fiscal,price"), "each of these at most once"), (("mix", "PLAN", "--order", "cost,cost"), "each of these at most once"),
        (("least", "PLAN", "--score", "5"), "--score needs a scenario"), (("least", "SCENARIO"), "a score to reach"),
        (("least", "SCENARIO", "--score", "101%"), "up to 100%"), (("least", "SCENARIO", "--score", "much"), "a percentage of the best score"),
    ],
)  # fmt: skip
def test_faulty_questions(solved: tuple[Path, Path], args: tuple[str, ...], words: str) -> None:
    code, said = run("fund", *({"PLAN": str(solved[1]), "SCENARIO": str(solved[0])}.get(a, a) for a in args))
    assert code == 2
    assert words in " ".join(said.split())


def test_least_for_a_score_on_the_command_line(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """Less score needs less money, and the plan verifies."""
    out, xlsx = tmp_path / "least.json", tmp_path / "least.xlsx"
    code, said = run("fund", "least", str(solved[0]), "--score", "60%", "-o", str(out), "--xlsx", str(xlsx), "--json")
    assert code == 0, said
    data = json.loads(said[said.index("{") : said.rindex("}") + 1])
    report = verify_file(out)
    assert report.holds
    assert F(data["score"]["reached"]) >= F(data["score"]["level"]) == F(data["score"]["best"]) * F(3, 5)
    assert data["bound"] <= data["value"] < data["best_money"]
    assert report.plan.options["fund"]["score"] == "60%"
    code, said = run("fund", "least", str(solved[0]), "--score", "1e9")
    assert code == 2
    code, said = run("fund", "least", str(solved[0]), "--score", "99999999999")
    assert code == 3
    assert "no plan reaches the score" in said


def test_score_words() -> None:
    assert asked_score("90%", F(200)) == 180
    assert asked_score("12.5", F(200)) == F(25, 2)
    assert asked_score("1/3", F(200)) == F(1, 3)
    with pytest.raises(InputError):
        asked_score("-1", F(200))


def test_least_against_enumeration() -> None:
    """The least money of all portfolios that reach the level, by enumeration of the starts."""
    checked = 0
    for seed in range(60):
        instance = seeded(seed, 6, ["shares", "caps", "limits", "tickets"] if seed % 2 else ["budget", "capital", "cover", "ratios"])
        inputs = Inputs(*instance)
        try:
            problem = make_problem(inputs)
            best = of_plan(Path("plan.json"), inputs, solve_annual(inputs, other_bases=False), problem)
        except (InputError, InfeasibleError):
            continue
        top = F(best.plan.objective.value)
        if not top:
            continue
        level = top * F(7, 10)
        rows, options = plan_rows(problem), options_of(instance[2])
        least: F | None = None
        for chosen, opened_areas, _money, _session, _matrices in portfolios(problem):
            if objective_of(problem, chosen, opened_areas) >= level:
                found = mixed(problem, chosen, rows, ("fiscal",), options)
                assert isinstance(found, Mixed)
                value = found.stages[0].found.value
                least = value if least is None else min(least, value)
        answer = least_for_score(best, "70%").data
        assert answer is not None
        assert answer.score is not None
        assert F(answer.score.reached) >= level
        assert answer.bound <= least <= answer.value, seed  # type: ignore[operator]
        assert answer.value - answer.bound <= 1, seed
        assert answer.value == least, seed
        checked += 1
        if checked >= 8:
            break
    assert checked >= 8


def test_overrides_beside_a_plan_need_leave(solved: tuple[Path, Path]) -> None:
    """Questions that do not keep the projects refuse them, as before."""
    with pytest.raises(InputError, match="a plan was made from its own policy values"):
        target_of(solved[1], overrides={"funding.channels.own.cap.2025": 5})


def test_a_forged_question_is_a_breach(solved: tuple[Path, Path], tmp_path: Path) -> None:
    """What a plan says of its funding question is looked at: its form, its projects, and the score it is to reach."""
    mix, least = solved[1].with_name("own-mix.json"), solved[1].with_name("own-least.json")
    assert run("fund", "mix", str(solved[1]), "--discount", "0.04", "-o", str(mix), "--quiet")[0] == 0
    assert run("fund", "least", str(solved[0]), "--score", "70%", "-o", str(least), "--quiet")[0] == 0
    for path, changes in (
        (mix, {}), (least, {}), (mix, {"question": "other"}), (mix, {"order": ["fiscal", "fiscal"]}), (mix, {"order": []}), (mix, {"discount": "2"}),
        (mix, {"left_out": ["P001"]}), (mix, {"left_out": ["nobody"]}), (mix, {"score": "70%", "level": "1"}), (mix, {"more": 1}),
        (least, {"level": "999999999"}), (least, {"score": "5"}), (least, {"level": 3}), (least, {"order": ["cost"]}), (least, {"score": None}),
    ):  # fmt: skip
        plan = json.loads(path.read_text(encoding="utf-8"))
        plan["options"]["fund"] |= changes
        forged = path.with_name("forged.json")
        forged.write_text(json.dumps(plan), encoding="utf-8")
        assert [b.rule for b in verify_file(forged).breaches] == (["options.fund"] if changes else []), changes
    plan["options"]["fund"] = "text"
    forged.write_text(json.dumps(plan), encoding="utf-8")
    assert [b.rule for b in verify_file(forged).breaches] == ["options.fund"]
