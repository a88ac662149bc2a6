"""Bond files: a case by hand, sums that tie, the workbook reckoned by LibreOffice, and faults."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from builders import GoodSet, tiny_row
from click.testing import CliRunner
from office import recalculated

from renewal_opt.analysis.fund.bond_file import bond_file
from renewal_opt.analysis.fund.target import Target, target_of
from renewal_opt.cli import main
from renewal_opt.domain.fund_bond import BondFile
from renewal_opt.errors import InputError
from renewal_opt.report.fund_bond_xlsx import write_bond_file

WAN = 10_000


def bond_city(folder: Path) -> Path:
    """Write a city in which P001 (1,000 over 2025 and 2026) must take 80 % of bonds, and P002 runs with bonds in place."""
    good = GoodSet()
    good.projects = [
        tiny_row(1, content="=1+1", gfa_existing=1000, gfa_demolished=0, gfa_illegal=0, gfa_dangerous=0),
        tiny_row(
            2, part="carry_over", start_year=2024, total_investment=500, spend_1="", spend_2="", spent_to_date=300, remaining_2025="", in_place_bond=200, in_place_own=100,
            households=1, spend_2025=200, gfa_existing=1000, gfa_demolished=0, gfa_illegal=0, gfa_dangerous=0,
        ),
    ]  # fmt: skip
    del good.projects[1]["remaining_2025"]
    good.revenue = [{"project": p, "year": y, "revenue_class": "special", "gross": 300, "operating_cost": 0, "tax": 0, "pledged_net": 300} for p in ("P001", "P002") for y in range(2027, 2032)]
    good.relations = []
    good.put("funding.channels.fiscal.cap", {2025: 0, "later": "last"})
    good.put("funding.channels.own.cap", {2025: 120 + 200, 2026: 80, "later": "last"})
    bond = good.at("funding.channels.bond")
    bond |= {"repayment": "interest_then_bullet", "term": 5, "issue_fee": Decimal("0.001"), "issued_rate": Decimal("0.02")}
    bond["eligible"] = {"revenue": "> 0", "part": "new_start"}
    good.drop("funding.channels.bond.ticket")
    return good.write(folder)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return target_of(bond_city(tmp_path_factory.mktemp("bonds")))


@pytest.fixture(scope="module")
def answer(target: Target) -> BondFile:
    return bond_file(target)


def test_a_project_by_hand(answer: BondFile) -> None:
    p = next(p for p in answer.projects if p.id == "P001")
    assert [(f.year, f.bonds, f.other_debt, f.other) for f in p.financing] == [(2025, 480 * WAN, 0, 120 * WAN), (2026, 320 * WAN, 0, 80 * WAN)]
    # 480 from 2025 and 320 from 2026 over 5 years at 3 %: 14.4 a year 2026 to 2030, 9.6 a year 2027 to 2031
    by_year = {d.year: (d.opening, d.drawn, d.principal, d.closing, d.interest, d.fee) for d in p.bonds}
    assert by_year[2025] == (0, 480 * WAN, 0, 480 * WAN, 0, 4_800)
    assert by_year[2026] == (480 * WAN, 320 * WAN, 0, 800 * WAN, 144_000, 3_200)
    assert by_year[2027] == (800 * WAN, 0, 0, 800 * WAN, 240_000, 0)
    assert by_year[2030] == (800 * WAN, 0, 480 * WAN, 320 * WAN, 240_000, 0)
    assert by_year[2031] == (320 * WAN, 0, 320 * WAN, 0, 96_000, 0)
    declared, issued = p.covers
    assert declared.bonds_repaid == 920 * WAN == declared.all_repaid
    assert declared.over_bonds == str(Fraction(1500, 920))
    assert issued.bonds_repaid == 880 * WAN  # at 2 %: 800 + 5 x 2 % x 800
    assert issued.over_bonds_principal == str(Fraction(1500, 800))
    assert (p.first_bond, p.last_due, p.revenue_outside) == (2025, 2031, 0)


def test_bonds_in_place_stand_before_the_plan_year(answer: BondFile) -> None:
    p = next(p for p in answer.projects if p.id == "P002")
    assert [(f.year, f.bonds, f.other) for f in p.financing] == [(None, 200 * WAN, 100 * WAN), (2025, 0, 200 * WAN)]
    assert p.first_bond is None
    assert p.notes
    assert p.last_due == 2029  # taken as drawn in 2024, five years
    assert p.revenue_outside == 600 * WAN
    assert p.covers[0].over_bonds == str(Fraction(900, 230))


def test_batches_hold_the_plan_money(answer: BondFile, target: Target) -> None:
    assert [(b.id, b.amount, [s.id for s in b.projects]) for b in answer.batches] == [("bond-2025", 480 * WAN, ["P001"]), ("bond-2026", 320 * WAN, ["P001"])]
    drawn = sum(m.yuan for c in target.plan.chosen for m in c.money if m.channel == "bond")
    assert sum(b.amount for b in answer.batches) == drawn


def test_one_project_alone_and_unknown_ones(target: Target) -> None:
    assert [p.id for p in bond_file(target, ["P001"]).projects] == ["P001"]
    with pytest.raises(InputError) as told:
        bond_file(target, ["P009", "P002", "X"])
    assert {f.value for f in told.value.findings} == {"P009", "X"}


def test_the_workbook_adds_up_in_libre_office(answer: BondFile, target: Target, tmp_path: Path) -> None:
    path = tmp_path / "bonds.xlsx"
    write_bond_file(answer, target.inputs.policy, path)
    live = openpyxl.load_workbook(path)
    assert sum(1 for s in live.worksheets for row in s.iter_rows() for c in row if c.data_type == "f") > 60
    assert all(c.data_type != "f" for s in live.worksheets for row in s.iter_rows() for c in row if c.value == "=1+1")
    kept, again = (openpyxl.load_workbook(p, data_only=True) for p in (path, recalculated(path, tmp_path)))
    numbers = 0
    for sheet in kept.worksheets:
        for row in sheet.iter_rows():
            for c in row:
                if isinstance(c.value, (int, float)):
                    numbers += 1
                    assert again[sheet.title][c.coordinate].value == pytest.approx(c.value, abs=1e-6), (sheet.title, c.coordinate)
    assert numbers > 200
    shown = [c.value for row in again["P001"].iter_rows() for c in row if isinstance(c.value, (int, float))]
    for wan in (1000, 800, 200, 920, 1500):
        assert wan in shown


def test_the_command(target: Target, tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["--lang", "en", "fund", "bond-file", str(target.path), "--xlsx", str(tmp_path / "b.xlsx"), "-o", str(tmp_path / "b.json")])
    assert run.exit_code == 0, run.output
    assert "Special-purpose bonds by batch" in run.output
    assert "1.63" in run.output
    assert BondFile.model_validate_json((tmp_path / "b.json").read_text(encoding="utf-8"), strict=False).batches
    asked = CliRunner().invoke(main, ["--lang", "en", "fund", "bond-file", str(target.path), "--json", "--quiet"])
    assert json.loads(asked.stdout)["plan_year"] == 2025
    wrong = CliRunner().invoke(main, ["--lang", "en", "fund", "bond-file", str(target.path), "--project", "P003"])
    assert wrong.exit_code == 2
    assert "a project of the plan with special-purpose bonds" in wrong.output
