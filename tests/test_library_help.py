"""Libraries: static or dynamic total investment, documented help with repayment, and rules of cover that name it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, library_of, policy_of, tiny_row
from libpolicy import carry_row, csv_text, findings_of, good_row, kinds_of, library_policy, write_folder

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.analysis.fund.target import target_of
from renewal_opt.domain.library import HelpRow, RevenueRow
from renewal_opt.errors import InfeasibleError
from renewal_opt.io.library import load_library
from renewal_opt.io.libwrite import write_library
from renewal_opt.screening.facts import Facts
from renewal_opt.verify import verify_plan

POLICY = library_policy()
WAN = 10_000


def headed(folder: Path, header: str, about: str | None = None, **row: str) -> Path:
    """Write a library whose total investment stands under a header."""
    write_folder(folder, [good_row(1, **row)])
    text = (folder / "projects.csv").read_text(encoding="utf-8").replace("动态总投资（万元）", header if "," not in header else f'"{header}"')
    (folder / "projects.csv").write_text(text, encoding="utf-8")
    if about is not None:
        (folder / "about.csv").write_text(f"key,value\n{about}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("header", "basis"),
    [
        ("静态总投资（万元）", "static"), ("总投资（静态）（万元）", "static"), ("总投资（动态，万元）", "dynamic"), ("总投资-动态（万元）", "dynamic"), ("动态投资（万元）", "dynamic"),
        ("总投资【静态】（万元）", "static"), ("total investment, static (万元)", "static"), ("Dynamic total investment (万元)", "dynamic"), ("total_investment (dynamic)", "dynamic"),
        ("总投资（静态）", "static"),
    ],
)  # fmt: skip
def test_the_header_says_the_basis(tmp_path: Path, header: str, basis: str) -> None:
    loaded = load_library(headed(tmp_path / "l", header), POLICY)
    assert loaded.library.investment_basis == basis
    assert loaded.library.projects[0].total_investment == 12_005_000
    assert not [w for w in loaded.warnings if w.kind.startswith("investment_basis")]


@pytest.mark.parametrize(("about", "basis"), [("投资口径,静态", "static"), ("Investment basis: ,dynamic", "dynamic")])
def test_the_sheet_about_says_the_basis(tmp_path: Path, about: str, basis: str) -> None:
    assert load_library(headed(tmp_path / "l", "总投资（万元）", about), POLICY).library.investment_basis == basis


def test_a_silent_library_is_warned_about(tmp_path: Path) -> None:
    loaded = load_library(headed(tmp_path / "l", "总投资（万元）", "投资口径,"), POLICY)
    assert loaded.library.investment_basis is None
    (told,) = [w for w in loaded.warnings if w.kind == "investment_basis_open"]
    assert told.column == "总投资（万元）"


@pytest.mark.parametrize(
    ("header", "about", "kind"),
    [("静态总投资（万元）", "投资口径,动态", "investment_basis"), ("总投资（万元）", "投资口径,名义", "unknown_value"), ("静态动态总投资（万元）", None, "unknown_header"), ("静态建设内容（万元）", None, "unknown_header")],
)
def test_contradictions_and_unknown_words(tmp_path: Path, header: str, about: str | None, kind: str) -> None:
    assert kind in kinds_of(headed(tmp_path / "l", header, about))


def test_interest_stated_in_a_static_total(tmp_path: Path) -> None:
    found = findings_of(headed(tmp_path / "l", "静态总投资（万元）", idc="10"))
    assert [f.kind for f in found if f.column == "idc"] == ["interest_in_static"]
    assert not [f for f in findings_of(headed(tmp_path / "m", "动态总投资（万元）", idc="10")) if f.kind == "interest_in_static"]


# ------------------------------------------------------------------ help


def revenue(**changes: str) -> dict[str, str]:
    row = {"project": "P001", "year": "2027", "revenue_class": "经营", "pledged_net": "50", "document": "", "payer": ""}
    return row | changes


def help_row(**changes: str) -> dict[str, str]:
    return revenue(revenue_class="补助/其他项目专项收入", document="财建〔2025〕1号", pledged_net="20") | changes


def test_help_is_no_revenue(tmp_path: Path) -> None:
    rows = [revenue(), help_row(revenue_class="补助"), revenue(project="P002", pledged_net="90"), help_row(year="2028", payer="P002", revenue_class="help")]
    library = load_library(write_folder(tmp_path / "l", [good_row(1), good_row(2)], revenue=rows), POLICY).library
    assert [(r.project, r.pledged_net) for r in library.revenue] == [("P001", 50 * WAN), ("P002", 90 * WAN)]
    assert [(h.project, h.payer, h.year, h.document, h.pledged_net) for h in library.help] == [
        ("P001", None, 2027, "财建〔2025〕1号", 20 * WAN), ("P001", "P002", 2028, "财建〔2025〕1号", 20 * WAN),
    ]  # fmt: skip


def test_every_fault_of_help_at_once(tmp_path: Path) -> None:
    rows = [
        help_row(document=""), help_row(payer="P009"), help_row(payer="P001", year="2028"), help_row(pledged_net="0", year="2029"), help_row(pledged_net="-5", year="2030"),
        revenue(payer="P002"), help_row(project="P008", year="2031"), help_row(year="nie"),
    ]  # fmt: skip
    found = findings_of(write_folder(tmp_path / "l", [good_row(1), good_row(2)], revenue=rows))
    errors = [(f.kind, f.row, f.column) for f in found if f.severity == "error"]
    assert errors == [
        ("help_without_document", 2, "document"), ("unknown_project", 3, "payer"), ("self_help", 4, "payer"), ("help_amount", 5, "pledged_net"), ("help_amount", 6, "pledged_net"),
        ("payer_of_revenue", 7, "payer"), ("unknown_project", 8, "project"), ("not_a_year", 9, "year"),
    ]  # fmt: skip


def test_a_payer_may_promise_no_more_than_it_has(tmp_path: Path) -> None:
    rows = [revenue(project="P002"), help_row(payer="P002", pledged_net="30"), help_row(payer="P002", pledged_net="30", document="another"), help_row(payer="P002", year="2028")]
    found = findings_of(write_folder(tmp_path / "l", [good_row(1), good_row(2)], revenue=rows))
    assert [(f.kind, f.row, f.severity) for f in found if f.severity == "error" or f.kind == "help_above_revenue"] == [("help_above_revenue", 3, "warning"), ("help_above_revenue", 5, "warning")]


def test_the_same_help_twice_is_warned_about(tmp_path: Path) -> None:
    rows = [help_row(), help_row(), help_row(document="另文")]
    assert [f.row for f in findings_of(write_folder(tmp_path / "l", [good_row(1)], revenue=rows)) if f.kind == "duplicate_revenue"] == [3]


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("basis", ["static", None])
def test_written_and_read_back(tmp_path: Path, form: str, language: str, basis: Any) -> None:
    source = tmp_path / "source.csv"
    source.write_text(csv_text([good_row(1), carry_row(2)]), encoding="utf-8")
    library = load_library(source, POLICY).library.model_copy(update={
        "investment_basis": basis,
        "revenue": (RevenueRow(project="P001", year=2030, revenue_class="special", pledged_net=12_345),),
        "help": (HelpRow(project="P001", year=2030, document="=1+1", payer="P002", pledged_net=777), HelpRow(project="P002", year=2031, document="乙", pledged_net=100)),
    })  # fmt: skip
    target = tmp_path / ("l.xlsx" if form == "xlsx" else "l")
    write_library(library, POLICY, target, form=form, language=language)
    again = load_library(target, POLICY).library
    assert again.investment_basis == basis
    assert [r.model_copy(update={"row": None}) for r in again.revenue] == list(library.revenue)
    assert [h.model_copy(update={"row": None}) for h in again.help] == list(library.help)


# ------------------------------------------------------------------ rules of cover that name help


def helped_city(folder: Path, classes: list[str] | None, payer: str | None = None) -> Path:
    """Write a city in which P001 (1,000) must take 800 of bonds: 920 to repay, own revenue 600, help 400; P002 is a carry-over with revenue."""
    good = GoodSet()
    full = {"gfa_existing": 1000, "gfa_demolished": 0, "gfa_illegal": 0, "gfa_dangerous": 0}
    good.projects = [
        tiny_row(1, **full),
        tiny_row(2, **full, part="carry_over", start_year=2024, total_investment=500, spend_1="", spend_2="", spent_to_date=400, in_place_own=400, spend_2025=100),
        tiny_row(3, **full, total_investment=1, spend_1=1, spend_2=""),
    ]  # fmt: skip
    good.revenue = [{"project": p, "year": 2028, "revenue_class": "special", "pledged_net": net, "document": "", "payer": ""} for p, net in (("P001", 600), ("P002", 500), ("P003", 500))]
    good.revenue.append({"project": "P001", "year": 2028, "revenue_class": "help", "pledged_net": 400, "document": "T-1", "payer": payer or ""})
    good.relations = []
    good.put("funding.channels.fiscal.cap", {2025: 0, "later": "last"})
    good.put("funding.channels.own.cap", {2025: 220 + 1, 2026: 80, "later": "last"})
    bond = good.at("funding.channels.bond")
    bond |= {"repayment": "interest_then_bullet", "term": 5, "eligible": {"revenue": "> 0", "id": ["P001"]}}
    good.put("funding.cover.cover.ratio", 1)
    good.at("funding.cover.cover").pop("revenue", None)
    if classes is not None:
        good.at("funding.cover.cover")["revenue"] = classes
    good.drop("funding.channels.bond.ticket")
    good.scenario["force"] = {"in": ["P001"]}
    return good.write(folder)


@pytest.mark.parametrize(
    ("classes", "payer", "holds"),
    [
        (None, None, False), (["special"], None, False), (["special", "help"], None, True), (["special", "help"], "P002", True),
        (["special", "help"], "P003", False),  # a payer that may not be in the plan is not counted
        (["help"], None, False),
    ],
)  # fmt: skip
def test_cover_counts_help_where_the_rule_names_it(tmp_path: Path, classes: list[str] | None, payer: str | None, holds: bool) -> None:
    scenario = helped_city(tmp_path, classes, payer)
    if not holds:
        with pytest.raises(InfeasibleError):
            target_of(scenario)
        return
    target = target_of(scenario)
    inputs = target.inputs
    assert "P001" in [c.id for c in target.plan.chosen]
    families = {f.family: f for f in verify_plan(target.plan, inputs.policy, inputs.library, inputs.scenario)}
    assert all(f.holds for f in families.values())
    # the verifier reads the clause itself: without the help the same plan breaks it
    bare = inputs.library.model_copy(update={"help": ()})
    assert not {f.family: f for f in verify_plan(target.plan, inputs.policy, bare, inputs.scenario)}["cover"].holds


def test_what_a_project_promises_is_taken_off_its_own(tmp_path: Path) -> None:
    scenario = helped_city(tmp_path, ["special", "help"])
    target = target_of(scenario)
    inputs = target.inputs
    gives = HelpRow(project="P002", year=2028, document="T", payer="P001", pledged_net=100 * WAN)
    poorer = inputs.library.model_copy(update={"help": (*inputs.library.help, gives)})
    assert not {f.family: f for f in verify_plan(target.plan, inputs.policy, poorer, inputs.scenario)}["cover"].holds
    with pytest.raises(InfeasibleError):
        solve_annual(replace(inputs, library=poorer))


def test_help_opens_no_channel(tmp_path: Path) -> None:
    """Bonds ask for own revenue: help is none."""
    good = library_of(help=(HelpRow(project="P001", year=2028, document="T", pledged_net=1),))
    assert Facts(policy_of(), good).get(good.projects[0], "revenue") == Decimal(0)
