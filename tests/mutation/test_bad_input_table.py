"""The listed bad inputs: the good set plus one edit, the words that the message must hold, and our own error type.

These cases are also the first mutations: `test_mutated_inputs.py` goes on from here at random.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, assumed, entry, tiny_row, to_yaml
from mutation_judge import told
from mutation_seeds import rich, solvable

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.errors import InfeasibleError, InputError, RenewalError
from renewal_opt.io.load import load_inputs
from renewal_opt.io.planfile import read_plan, write_plan

D = Decimal
Edit = Callable[[GoodSet], None]


def cell(row: int, column: str, value: Any) -> Edit:
    """Set one cell of the projects' table (row 1 is the first project)."""

    def edit(good: GoodSet) -> None:
        good.projects[row - 1][column] = value

    return edit


def cells(column: str, value: Any) -> Edit:
    """Set a column of every project."""

    def edit(good: GoodSet) -> None:
        for row in good.projects:
            row[column] = value

    return edit


def put(path: str, value: Any) -> Edit:
    """Set one value of the policy."""

    def edit(good: GoodSet) -> None:
        good.put(path, value)

    return edit


def drop(path: str) -> Edit:
    """Remove a key of the policy."""

    def edit(good: GoodSet) -> None:
        good.drop(path)

    return edit


def scenario(**changes: Any) -> Edit:
    """Set keys of the scenario."""

    def edit(good: GoodSet) -> None:
        good.scenario |= changes

    return edit


def relations(*rows: tuple[Any, ...]) -> Edit:
    """Replace the relations: kind, project, other, lag, group."""

    def edit(good: GoodSet) -> None:
        good.relations = [dict(zip(("kind", "project", "other", "lag", "group"), r, strict=False)) for r in rows]

    return edit


def text(place: str, change: Callable[[str], str | bytes]) -> Edit:
    """Change a written file's text."""

    def edit(good: GoodSet) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            good.write(Path(folder))
            good.texts[place] = change((Path(folder) / place).read_text("utf-8-sig" if place.endswith("csv") else "utf-8"))

    return edit


def all_of(*edits: Edit) -> Edit:
    """Make several edits."""

    def edit(good: GoodSet) -> None:
        for one in edits:
            one(good)

    return edit


def many(good: GoodSet) -> None:
    """Seventy projects with a fault each."""
    good.projects = [tiny_row(i, total_investment="1,200万") for i in range(1, 71)]
    good.relations = []


CARRY = {"part": "carry_over", "start_year": 2024, "spend_1": "", "spend_2": "", "spent_to_date": 400, "spend_2025": 600}


def carry(good: GoodSet, **changes: Any) -> None:
    """Make the second project a carry-over."""
    good.projects[1] |= CARRY | changes


LIB, REV, REL, FUND, RULES, SCEN = "projects.csv", "revenue.csv", "relations.csv", "funding.yaml", "rules.yaml", "scenario.yaml"

#: name, edit, words of the message; all end in InputError (exit 2)
REFUSED: list[tuple[str, Edit, tuple[str, ...]]] = [
    # ---- numbers and texts of cells
    ("money with a unit", cell(1, "total_investment", "1,200万"), (LIB, "row 2, column total_investment", "1,200万", "the unit belongs in the header|its unit belongs in the header")),
    ("money in words", cell(1, "total_investment", "一千"), ("row 2", "一千", "a number")),
    ("money with a currency sign", cell(2, "total_investment", "￥1000"), ("row 3", "without a currency sign")),
    ("money too fine", cell(1, "total_investment", "1000.001"), ("row 2", "万元 with at most two decimals")),
    ("money too large", cell(1, "total_investment", "99999999999999"), ("row 2", "look at the unit in the header")),
    ("a cap too large", put("funding.channels.fiscal.cap", {2025: 10**40, "later": "last"}), (FUND, "funding.channels.fiscal.cap.2025", "money below 10000000 亿元")),
    ("an amount with its unit too large", put("funding.caps.west_bond.amount", "123456789012345678 亿元"), (FUND, "money below 10000000 亿元")),
    ("money below 0", cell(1, "spend_1", "-600"), ("row 2, column spend_1", "0 or more")),
    ("money of nothing", cell(1, "total_investment", "0"), ("row 2", "an investment above 0")),
    ("a comma as decimal sign", cell(1, "spend_1", "600,5"), ("row 2", "the decimal sign is a point")),
    ("blanks in a number", cell(1, "total_investment", "1 000"), ("row 2", "one number without blanks inside")),
    ("a placeholder", cell(1, "residents", "NaN"), ("row 2, column residents", "a number", "the number must be finite|leave the cell empty")),
    ("not available", cell(1, "residents", "N/A"), ("row 2, column residents", "leave the cell empty")),
    ("a formula's text", cell(1, "residents", "=1+1"), ("row 2", "the text of a formula")),
    ("half a resident", cell(1, "residents", "60.5"), ("row 2, column residents", "a whole number")),
    ("a date for a year", cell(1, "start_year", "2025-03-01"), ("row 2, column start_year", "the year alone, not a date")),
    ("a day that is none", cell(1, "as_of", "2025-02-30"), ("row 2, column as_of", "a day of the calendar")),
    ("a day number", cell(1, "as_of", "45000"), ("row 2", "format the cell as a date")),
    ("a day in one piece", cell(1, "as_of", "20250301"), ("row 2", "write 2025-03-01")),
    ("a control character", cell(1, "name", "a\x07b"), (LIB, "row 2, column name", "without control characters")),
    ("a lost character", cell(1, "name", "项目\ufffd"), ("row 2, column name", "U+FFFD")),
    ("an id with a zero-width blank", cell(1, "id", "P0\u200b01"), ("row 2, column id", "invisible characters")),
    # ---- names, ids and lists
    ("a district misspelt", cell(2, "district", "wset"), ("row 3, column district", "found “wset”", "did you mean “West”?")),
    ("a type of another class", all_of(put("object_classes.industry", entry("产业类", "industry", types={"plant": {"zh": "厂区", "en": "plant"}})), cell(1, "object_class", "industry")), ("row 2, column object_type", "a type of industry", "it belongs to residential")),
    ("a part that is none", cell(1, "part", "新开"), ("row 2, column part", "one of carry-over, new start, reserve, withdrawn", "did you mean “新开工”?")),
    ("maybe in scope", cell(1, "in_scope", "maybe"), ("row 2, column in_scope", "one of yes, no, unclear")),
    ("no id", cell(2, "id", ""), ("row 3, column id", "the column is required")),
    ("an id given twice", cell(2, "id", "P001"), ("row 3, column id", "each id once; it stands in row 2 too")),
    ("shares of 110", cell(1, "district_shares", "east:60;west:50"), ("row 2", "shares that add up to 100", "they add up to 110")),
    ("share of an unknown district", cell(1, "district_shares", "east:60;wst:40"), ("row 2", "did you mean “West”?")),
    # ---- headers and shape
    ("a header misspelt", text("library/projects.csv", lambda t: t.replace("total_investment", "total_investmnt", 1)), (LIB, "column total_investmnt", "did you mean “total_investment”?", "the columns total investment")),
    ("a Chinese header misspelt", text("library/projects.csv", lambda t: t.replace("total_investment", "总投姿（万元）", 1)), ("column 总投姿（万元）", "did you mean “总投资”?")),
    ("a header twice", text("library/projects.csv", lambda t: t.replace("households", "residents", 1)), (LIB, "found “residents”", "each header once; it stands in column")),
    ("one column under two names", text("library/projects.csv", lambda t: t.replace("households", "受益人数", 1)), ("column 受益人数|column residents", "each column once")),
    ("an unknown unit", text("library/projects.csv", lambda t: t.replace("total_investment", "总投资（美元）", 1)), ("总投资（美元）", "found “美元”", "one of 元, 万元, 亿元")),
    ("a wrong unit", text("library/projects.csv", lambda t: t.replace("residents", "受益人数（户）", 1)), ("受益人数（户）", "the unit 人")),
    ("a row with a cell too many", text("library/projects.csv", lambda t: t.replace("P002,", "P002,x,", 1)), (LIB, "row 3", "as the header has", "in double quotes")),
    ("a row with a cell too few", text("library/projects.csv", lambda t: t.replace("P002,", "", 1)), ("row 3", "as the header has")),
    ("cells without a header", text("library/projects.csv", lambda t: t.replace("votes,", ",", 1)), ("row 2", "a header for every column that has cells")),
    ("an open quote", text("library/projects.csv", lambda t: t.replace("项目2", '"项目2', 1)), (LIB, "row", "in double quotes")),
    ("UTF-16", text("library/projects.csv", lambda t: t.encode("utf-16")), (LIB, "found “UTF-16”", "CSV text in UTF-8")),
    ("half a character", text("library/projects.csv", lambda t: t.encode()[:-1] + "中".encode()[:2]), (LIB, "line", "the text is UTF-8 but for this place")),
    ("a header and no rows", text("library/projects.csv", lambda t: t.splitlines()[0] + "\n"), (LIB, "at least one project below the header row")),
    ("nothing at all", text("library/projects.csv", lambda t: ""), (LIB, "a header row and data rows")),
    ("a workbook called CSV", text("library/projects.csv", lambda t: b"PK\x03\x04"), (LIB, "found “Excel”", "rename the file")),
    # ---- sums, years, documents
    ("spending that falls short", cell(1, "spend_2", 300), ("row 2, column spend_2", "adds up to the total investment, 1000 万元", "900 万元, -100 万元 off")),
    ("an end before the start", cell(1, "end_year", 2024), ("row 2, column end_year", "2025 or later")),
    ("a duration without a profile", all_of(cell(1, "end_year", 2033), cell(1, "spend_1", ""), cell(1, "spend_2", "")), ("row 2, column spend_1", "no profile for 9 years", "1, 2")),
    ("a carry-over that does not add up", lambda g: carry(g, spend_2025=500), ("row 3, column spent_to_date", "they add up to 900 万元, -100 万元 off")),
    ("a carry-over without its past", lambda g: carry(g, spent_to_date=""), ("row 3", "what was spent to date")),
    ("a carry-over with spending in the past", lambda g: carry(g, spend_2025="", spend_2024=600), ("row 3, column remaining 2024", "found “600”", "from the plan year 2025 on")),
    ("a new start with calendar years", cell(1, "spend_2026", 5), ("row 2, column spend_2026", "an empty cell for new start")),
    ("withdrawn without a document", cell(1, "part", "withdrawn"), ("row 2", "the document by which the project was withdrawn")),
    ("a waiver without its number", all_of(cell(1, "waiver_items", "river"), cell(1, "waiver_authority", "局")), ("row 2", "as the waiver of this row needs it")),
    ("a waiver that ends before it begins", all_of(cell(1, "waiver_items", "river"), cell(1, "waiver_authority", "局"), cell(1, "waiver_number", "1"), cell(1, "waiver_date", "2025-01-02"), cell(1, "waiver_expiry", "2025-01-01")), ("row 2, column waiver_expiry", "2025-01-02")),
    ("a role without an area", cell(1, "coord_role", "anchor"), ("row 2, column coord_role", "a coordinated area, or no role")),
    # ---- revenue and relations
    ("revenue of nobody", lambda g: g.revenue.append(g.revenue[0] | {"project": "P0001"}), (REV, "row 3, column project", "did you mean “P001”?")),
    ("revenue of no class", lambda g: g.revenue[0].update(revenue_class="operatng"), (REV, "row 2", "did you mean “operating”?")),
    ("a relation with nobody", relations(("precedence", "P001", "P009", 0)), (REL, "row 2, column other", "the id of a project", "did you mean “P00")),
    ("a relation with itself", relations(("exclusive", "P001", "P001")), (REL, "row 2", "another project than P001")),
    ("a relation twice", relations(("exclusive", "P001", "P002"), ("exclusive", "P002", "P001")), (REL, "row 3", "row 2 is the same")),
    ("a cycle of three", relations(("precedence", "P001", "P002", 0), ("precedence", "P002", "P003", 0), ("precedence", "P003", "P001", 0)), (REL, "precedence without a cycle", "→")),
    ("half a relation", relations(("precedence", "P001", "", 0)), (REL, "row 2, column other", "the project that comes after")),
    ("a lag below 0", relations(("precedence", "P001", "P002", -1)), (REL, "row 2, column lag", "0 or more")),
    # ---- policy
    ("a key misspelt", put("funding.chanels", {}), (FUND, "funding.chanels", "did you mean “channels”?")),
    ("a channel that is none", put("funding.cover.cover.channels", ["bnd"]), (FUND, "bnd", "did you mean “bond”?")),
    ("a number in quotes", put("funding.channels.bond.rate", "0.03"), (FUND, "funding.channels.bond.rate", "a number")),
    ("a percentage for a share", put("funding.shares.own_some.at_least", 10), (FUND, "a share from 0 to 1", "0.1 for 10 %|10 % is written 0.1")),
    ("a cap too fine", put("funding.channels.bond.cap.2025", D("1.234")), (FUND, "funding.channels.bond.cap", "at most two decimals")),
    ("a cap below 0", put("funding.channels.bond.cap.2025", -1), (FUND, "not less than 0")),
    ("no cap for a money year", put("funding.channels.bond.cap", {2025: 6000}), (FUND, "an amount for 2026", "later: open (no cap), or later: last")),
    ("a source that says nothing", put("limits.votes.source", {"kind": "assumption"}), (RULES, "limits.votes.source", "an assumption says why")),
    ("bounds crossed", put("limits.votes.at_most", {"value": 0}), (RULES, "limits.votes.at_least", "not above at_most, which is 0")),
    ("a district named twice", put("district_balance.each.districts", ["east", "west", "east"]), (RULES, "district_balance.each.districts.2", "found “east”", "each value once")),
    ("a channel reserved twice", put("funding.reserved.east_fiscal.channels", ["fiscal", "fiscal"]), (FUND, "funding.reserved.east_fiscal.channels.1", "each value once")),
    ("a cap on no year", put("funding.caps.west_bond.years", []), (FUND, "funding.caps.west_bond.years", "leave it out for all")),
    ("a cap that is used up", put("funding.caps.west_bond.already_used", 9001), (FUND, "funding.caps.west_bond.already_used", "found “9001”", "at most the amount, 9000 万元")),
    ("money beyond all measure", put("funding.channels.bond.cap.2025", 10**30), (FUND, "funding.channels.bond.cap", "money below")),
    ("money with thirty decimals", put("funding.channels.bond.cap.2025", D("123.4500000000000000000000000000001")), (FUND, "at most two decimals")),
    ("a ratio beyond all measure", put("funding.ratios.leverage.at_most", 10**30), (FUND, "funding.ratios.leverage.at_most", "a size from 0.000001 to 1000000")),
    ("a reserve below 0", put("reserve.at_most", -5), ("city.yaml", "reserve.at_most", "0 or more")),
    ("a key given twice", text("city/rules.yaml", lambda t: t + "limits: {}\n"), (RULES, "each key once; first given in line 1")),
    ("a tab", text("city/rules.yaml", lambda t: t.replace("  votes:", "\tvotes:", 1)), (RULES, "blanks for indentation, not tabs")),
    ("a full-width colon", text("city/rules.yaml", lambda t: t.replace("measure: ", "measure：", 1)), (RULES, "line", "：")),
    ("infinity", text("city/rules.yaml", lambda t: t.replace("value: 1\n", "value: .inf\n", 1)), (RULES, "limits.votes.at_least.value", "a finite number")),
    ("a tag", text("city/rules.yaml", lambda t: t.replace("value: 1\n", "value: !!python/name:os.system\n", 1)), (RULES, "no tags")),
    ("GBK", text("city/rules.yaml", lambda t: t.encode("gbk")), (RULES, "line", "a text file in UTF-8", "often the file was saved as GBK")),
    ("a version to come", put("schema_version", 2), ("city.yaml", "schema_version", "found “2”")),
    ("a file of another kind", text("city/rules.yaml", lambda t: b"%PDF-1.4\x00"), (RULES, "UTF-8")),
    # ---- scenario
    ("forced in and out", scenario(force={"in": ["P001"], "out": ["P001"]}), (SCEN, "force", "in or out, not both: P001")),
    ("forced in, and it does not exist", scenario(force={"in": ["P01"]}), (SCEN, "force.in.0", "did you mean “P001”?")),
    ("forced in against its check", all_of(cell(1, "check_year", 2019), scenario(force={"in": ["P002", "P001"]})), (SCEN, "force.in.1, line", "found “P001”", "screening.health_check")),
    ("forced in against a blank", all_of(cell(1, "in_scope", ""), scenario(force={"in": ["P001"]})), (SCEN, "force.in.0, line", "screening.requirements.in_scope")),
    ("forced in too early", all_of(cell(1, "start_year", 2027), cell(1, "end_year", 2028), scenario(force={"in": ["P001"]})), (SCEN, "force.in.0", "may start by 2025; the library says 2027")),
    ("weights of nothing", scenario(weights={"need": 0, "benefit": 0}), (SCEN, "at least one weight above 0")),
    ("judgements that contradict each other", all_of(put("criteria.third", assumed("三", weight=1, indicators={"a": assumed("甲", column="households", value=[[0, 0], [9, 9]], weight=1)})), scenario(ahp={"pairs": {"need/benefit": 9, "benefit/third": 9, "need/third": "1/9"}})), (SCEN, "ahp.pairs", "a consistency ratio of at most 0.1")),
    ("a year in quotes", scenario(plan_year="2025"), (SCEN, "plan_year", "a whole number")),
    ("an override that leads nowhere", scenario(overrides={"funding.channels.bnd.cap.2025": 1}), (SCEN, "did you mean “bond”?")),
    ("no library", scenario(library="libary"), (SCEN, "did you mean “library”?")),
    ("no policy", scenario(policy="citty"), ("citty", "did you mean “city”?")),
    ("extends itself", scenario(extends="scenario"), (SCEN, "does not lead back to itself")),
    ("extends a name beyond all measure", scenario(extends="x" * 300), (SCEN, "extends", "an existing scenario")),
    ("a library beyond all measure", scenario(library="x" * 300), (SCEN, "library", "an existing file or folder")),
    ("a policy beyond all measure", scenario(policy="x" * 300), ("xxx", "a folder that may be read")),
    # ---- empty sums of names that match nothing: exit 2
    ("a limit on nobody", put("limits.votes.where", {"zone": "new_town"}), (RULES, "limits.votes.where", "found “zone: new_town”", "limits.votes asks for at least 1")),
    ("a target on nobody", put("targets.homes.where", {"district": "cityhall"}), (RULES, "targets.homes.where", "targets.homes asks for at least 5")),
    ("a district of nobody", all_of(put("district_balance.each.active", True), put("district_balance.each.districts", ["east", "cityhall"])), (RULES, "found “cityhall”")),
    ("a reserve of use for nobody", put("funding.reserved.new", assumed("新区", channels=["fiscal"], where={"zone": "new_town"}, at_least=D("0.1"), of="use")), (FUND, "funding.reserved.new.where", "asks for at least 0.1")),
]  # fmt: skip

#: the same asked of projects that screening emptied, and rules that no portfolio meets: InfeasibleError (exit 3)
INFEASIBLE: list[tuple[str, Edit, tuple[str, ...]]] = [
    ("a limit that screening emptied", all_of(put("limits.votes.where", {"mode": "redevelopment"}), cell(3, "stage", "idea")), ("limits:votes", "all of them out", "screening.stages")),
    ("a target that screening emptied", all_of(put("limits.votes.active", False), cells("check_report", "")), ("targets:homes", "screening.health_check (3)")),
    ("a limit on projects forced out", all_of(put("limits.votes.where", {"district": "west"}), scenario(force={"out": ["P002"]})), ("limits:votes", "forced out by the scenario (1)")),
    ("nothing left to choose from", all_of(drop("limits"), drop("targets"), cells("neg_1", "涉及")), ("nothing is left to choose from", "fails screening")),
    ("a least value beyond all", put("limits.votes.at_least", {"value": 100000}), ("no plan satisfies all rules together", "limits")),
    ("forced in beyond the budget", all_of(put("budget.whole.amount", {2025: 10, "later": "open"}), scenario(force={"in": ["P001"]})), ("budget",)),
    ("carry-overs beyond the caps", lambda g: (carry(g, bond_review=""), g.put("budget.whole.amount", {2025: 100, "later": "open"}))[0], ("the carry-overs alone cannot be funded", "budget")),
]  # fmt: skip


def asserted(error: RenewalError, words: tuple[str, ...]) -> None:
    message = str(error)
    lacking = [w for w in words if not any(part in message for part in w.split("|"))]
    assert not lacking, f"{lacking} not in:\n{message}"
    assert "Traceback" not in message


@pytest.mark.parametrize(("edit", "words"), [(e, w) for _n, e, w in REFUSED], ids=[n for n, _e, _w in REFUSED])
def test_refused(tmp_path: Path, edit: Edit, words: tuple[str, ...]) -> None:
    good = solvable()
    edit(good)
    with pytest.raises(InputError) as caught:
        solve_annual(load_inputs(good.write(tmp_path)), other_bases=False)
    assert type(caught.value) is InputError
    assert caught.value.exit_code == 2
    asserted(caught.value, words)
    told(caught.value.findings, tmp_path)


@pytest.mark.parametrize(("edit", "words"), [(e, w) for _n, e, w in INFEASIBLE], ids=[n for n, _e, _w in INFEASIBLE])
def test_infeasible(tmp_path: Path, edit: Edit, words: tuple[str, ...]) -> None:
    good = solvable()
    edit(good)
    with pytest.raises(InfeasibleError) as caught:
        solve_annual(load_inputs(good.write(tmp_path)), other_bases=False)
    assert caught.value.exit_code == 3
    asserted(caught.value, words)


def test_the_good_sets_are_good(tmp_path: Path) -> None:
    for k, good in enumerate((solvable(), rich())):
        assert solve_annual(load_inputs(good.write(tmp_path / str(k)))).chosen


def test_the_table_is_long_enough() -> None:
    names = [n for n, _e, _w in (*REFUSED, *INFEASIBLE)]
    assert len(set(names)) == len(names) >= 60


def test_a_declared_reserve_that_is_forced_out_stays_in_the_reserve(tmp_path: Path) -> None:
    good = solvable()
    good.projects.append(tiny_row(4, part="reserve"))
    good.scenario["force"] = {"out": ["P004"]}
    assert [r.id for r in solve_annual(load_inputs(good.write(tmp_path)), other_bases=False).reserve] == ["P004"]


def test_the_largest_seed_is_a_seed(tmp_path: Path) -> None:
    good = solvable()
    good.put("limits.votes.at_least", {"value": 100000})
    good.scenario["solver"] = {"seed": 2_147_483_647}
    with pytest.raises(InfeasibleError):
        solve_annual(load_inputs(good.write(tmp_path)), other_bases=False)


def test_full_width_digits_and_thousands_are_read(tmp_path: Path) -> None:
    good = solvable()
    good.projects[0] |= {"total_investment": "１，０００", "spend_1": "６００", "spend_2": " 400 ", "start_year": "２０２５年", "as_of": "２０２４年１２月１日"}
    first = load_inputs(good.write(tmp_path)).library.projects[0]
    assert (first.total_investment, first.spend, first.start_year) == (10_000_000, (6_000_000, 4_000_000), 2025)
    assert first.as_of is not None
    assert first.as_of.isoformat() == "2024-12-01"


def test_over_fifty_of_a_kind_are_counted(tmp_path: Path) -> None:
    good = solvable()
    many(good)
    with pytest.raises(InputError) as caught:
        load_inputs(good.write(tmp_path))
    kinds = [f.kind for f in caught.value.findings if f.column == "total_investment"]
    assert kinds == ["not_a_number"] * 70, "every one is in the error"
    message = str(caught.value)
    assert message.count("1,200万") == 50
    assert "… and 20 more of kind not_a_number" in message


def test_every_fault_is_told_at_once_grouped_by_file(tmp_path: Path) -> None:
    good = solvable()
    for edit in (cell(1, "district", "easst"), cell(2, "residents", "many"), put("limits.votes.measure", "vots"), relations(("precedence", "P001", "P9", 0)), scenario(force={"in": ["P0001"]})):
        edit(good)
    good.revenue[0]["year"] = "soon"
    with pytest.raises(InputError) as caught:
        load_inputs(good.write(tmp_path))
    message = str(caught.value)
    for words in ("did you mean “East”?", "many", "did you mean “votes”?", "P9", "did you mean “P001”?", "soon"):
        assert words in message
    heads = [line for line in message.splitlines() if not line.startswith(" ")]
    assert len(heads) == len(set(heads)) == 5, heads


@pytest.mark.parametrize("version", [0, 2, 99, "1", None, 1.0, True, [1]])
def test_unknown_plan_versions_are_refused(tmp_path: Path, version: Any) -> None:
    inputs = load_inputs(solvable().write(tmp_path))
    path = write_plan(solve_annual(inputs, other_bases=False), tmp_path / "plan.json", inputs)
    data = json.loads(path.read_text("utf-8")) | {"plan_version": version}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputError, match="version 1 of the plan's schema"):
        read_plan(path)


def test_aliases_that_multiply_are_capped(tmp_path: Path) -> None:
    good = solvable()
    levels = ["x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"] + [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]" for i in range(1, 9)]
    good.texts["city/zz.yaml"] = "\n".join(levels) + "\n"
    with pytest.raises(InputError, match="aliases written out"):
        load_inputs(good.write(tmp_path))


def test_words_of_the_cli_language_do_not_change_what_is_found(tmp_path: Path) -> None:
    from renewal_opt.i18n import set_language

    good = solvable()
    good.projects[1]["district"] = "wset"
    good.texts["scenario.yaml"] = to_yaml(good.scenario | {"windw": 1})
    path = good.write(tmp_path)
    places = []
    try:
        for language in ("en", "zh"):
            set_language(language)
            with pytest.raises(InputError) as caught:
                load_inputs(path)
            places.append([(f.kind, f.file, f.row, f.column, f.path, f.line, f.value) for f in caught.value.findings])
    finally:
        set_language("en")
    assert places[0] == places[1]
