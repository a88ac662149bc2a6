"""Cross checks: the good set plus one edit, and the words that the message must hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, assumed, entry, findings_of_set, label, refused, tiny_row

from renewal_opt.errors import Finding

D = Decimal


def put(path: str, value: Any) -> Callable[[GoodSet], None]:
    """Return the edit that sets one value of the policy."""

    def edit(good: GoodSet) -> None:
        good.put(path, value)

    edit.__name__ = path
    return edit


def balance(**changes: Any) -> Callable[[GoodSet], None]:
    """Return the edit that adds a fund balance."""
    return put("funding.fund_balance", {"b": assumed("平衡", "balance", **({"level": "city", "of": "debt", "ratio": 1} | changes))})


def scenario(**changes: Any) -> Callable[[GoodSet], None]:
    """Return the edit that sets keys of the scenario."""

    def edit(good: GoodSet) -> None:
        good.scenario |= changes

    return edit


def rows(*projects: dict[str, Any], relations: list[dict[str, Any]] | None = None, **changes: Any) -> Callable[[GoodSet], None]:
    """Return the edit that replaces the library's rows and sets keys of the scenario."""

    def edit(good: GoodSet) -> None:
        good.projects = list(projects) or good.projects
        good.relations = relations if relations is not None else []
        good.revenue = [r for r in good.revenue if r["project"] in {p["id"] for p in good.projects}]
        good.scenario |= changes

    return edit


def both(*edits: Callable[[GoodSet], None]) -> Callable[[GoodSet], None]:
    """Return one edit of several."""

    def edit(good: GoodSet) -> None:
        for one in edits:
            one(good)

    return edit


CAP = "funding.caps.west_bond.where"
AREAS = put("coordination.active", True)
CARRY = tiny_row(4, part="carry_over", start_year=2024, spend_1="", spend_2="", spent_to_date=400, spend_2025=600)

BAD: list[tuple[Callable[[GoodSet], None], tuple[str, ...]]] = [
    # filters
    (put(CAP, {"distrct": "west"}), (CAP + ".distrct", "did you mean “district”?")),
    (put(CAP, {"district": "wset"}), (CAP + ".district", "found “wset”", "one of east, west, cityhall", "did you mean “west”?")),
    (put(CAP, {"district": ["west", "eats"]}), ("found “eats”", "did you mean “east”?")),
    (put(CAP, {"district": "!= wst"}), ("did you mean “west”?",)),
    (put(CAP, {"district": "> 3"}), ("this column holds no numbers to compare",)),
    (put(CAP, {"district": 3}), ("found “3”", "one of east, west")),
    (put(CAP, {"name": 3}), ("text", "put it into quotes")),
    (put(CAP, {"residents": "many"}), ("a number, a comparison such as '> 0', or any",)),
    (put(CAP, {"residents": "60"}), ("write the number without quotes",)),
    (put(CAP, {"residents": "> many"}), ("a number after >",)),
    (put(CAP, {"residents": True}), ("a number, a comparison",)),
    (put(CAP, {"demonstration": "maybe"}), ("one of yes, no",)),
    (put(CAP, {"in_scope": "unknown"}), ("one of yes, no, unclear",)),
    (put(CAP, {"neg_rivr": "none"}), ("did you mean “neg_river”?",)),
    (put(CAP, {"neg_river": "nothing"}), ("one of none, involved, unclear",)),
    (put(CAP, {"level": "town"}), ("one of district, city",)),
    (put(CAP, {"action": "hoems"}), ("did you mean “homes”?",)),
    (put(CAP, {"stage": "permt"}), ("did you mean “permit”?",)),
    (put(CAP, {"district_shares": "west"}), ("a column of the library that filters can use",)),
    (put(CAP, {"waiver_number": "any"}), ("a column of the library that filters can use",)),
    (both(put("key_areas", {}), put(CAP, {"key_area": "centre"})), ("the policy's list key_areas is empty",)),
    (put("funding.channels.bond.eligible", {"revnue": "> 0"}), ("eligible.revnue", "did you mean “revenue”?")),
    (put("funding.channels.fiscal.sub.district_funds.eligible", {"level": "ditrict"}), ("sub.district_funds.eligible.level", "did you mean “district”?")),
    (put("screening.stages.needed.0.where", {"mode": "redevelopmnt"}), ("screening.stages.needed.0.where.mode", "did you mean “redevelopment”?")),
    (put("screening.requirements.in_scope.column", "in_scop"), ("requirements.in_scope.column", "did you mean “in_scope”?")),
    (put("screening.requirements.in_scope.accept", ["ys"]), ("accept.0", "one of yes, no, unclear")),
    (put("screening.requirements.in_scope.unclear", ["unclaer"]), ("unclear.0", "did you mean “unclear”?")),
    (put("screening.requirements.in_scope.accept", []), ("leave it out to accept any entry",)),
    (put("funding.channels.bond.delay.column", "bond_revew"), ("delay.column", "did you mean “bond_review”?")),
    (put("funding.channels.bond.delay.years", {"pased": 0}), ("delay.years.pased", "did you mean “passed”?")),
    (put("funding.channels.bond.delay.years", {"passed": -1}), ("0 or more years",)),
    # criteria and weights
    (put("criteria.need.indicators.votes.column", "vote"), ("criteria.need.indicators.votes.column", "did you mean “votes”?")),
    (put("criteria.need.indicators.votes.value", {"many": 100}), ("pairs [x, value]: the column votes holds numbers",)),
    (put("criteria.need.indicators.demand.value", [[0, 0], [1, 100]]), ("a mapping of category to value",)),
    (put("criteria.need.indicators.demand.value", {"hihg": 100, "other": 0}), ("value.hihg", "did you mean “high”?")),
    (put("criteria.need.indicators.demand.value", {"high": 100}), ("a value for low, or the key other",)),
    (put("criteria.need.indicators.demand.scale", "total"), ("the column demand holds no numbers",)),
    (put("criteria.need.weight", -1), ("criteria.need.weight", "0 or more")),
    (both(put("criteria.need.weight", 0), put("criteria.benefit.weight", 0)), ("at least one weight above 0",)),
    (put("criteria.benefit.indicators.people.weight", 0), ("criteria.benefit.indicators", "at least one weight above 0")),
    (scenario(weights={"nead": 1}), ("weights.nead", "a criterion: need, benefit", "did you mean “need”?")),
    (scenario(weights={"need": 0, "benefit": 0}), ("weights", "at least one weight above 0")),
    (scenario(ahp={"pairs": {"need/benfit": 3}}), ("did you mean “benefit”?", "missing: need/benefit")),
    (scenario(ahp={"pairs": {"need/need": 1}}), ("two different criteria",)),
    (scenario(ahp={"pairs": {"need/benefit": 3, "benefit/need": "1/3"}}), ("each pair once",)),
    (scenario(ahp={"pairs": {"need/benefit": 10}}), ("a judgement from 1/9 to 9",)),
    # numbers
    (put("funding.shares.own_some.at_least", D("1.5")), ("a share from 0 to 1", "write 0.015 for 1.5 %")),
    (put("funding.shares.own_some.at_least", -1), ("a share from 0 to 1",)),
    (put("funding.channels.bond.share", {"at_least": D("0.5"), "at_most": {2023: D("0.6"), 2026: D("0.4")}}), ("share.at_least", "not above at_most, which is 0.4")),
    (put("funding.channels.bond.share", {"per": "year"}), ("at_least or at_most",)),
    (put("funding.channels.bond.rate", D("2.8")), ("write 0.028 for 2.8 %",)),
    (put("funding.channels.bond.term", 0), ("funding.channels.bond.term", "at least 1")),
    (put("funding.channels.bond.ticket", {"at_least": 20, "at_most": 10}), ("found “20”", "not above at_most, which is 10")),
    (put("funding.channels.bond.ticket", {}), ("ticket", "at_least or at_most")),
    (put("funding.channels.bond.share.at_most", {20: D("0.5")}), ("a calendar year",)),
    (put("funding.cover.cover.ratio", 0), ("funding.cover.cover.ratio", "above 0")),
    (put("funding.channels.bond.issued_rate", D("2.1")), ("bond.issued_rate", "write 0.021 for 2.1 %")),
    (balance(ratio=0), ("funding.fund_balance.b.ratio", "above 0")),
    (balance(ratio={2024: 1, 2026: -1}), ("funding.fund_balance.b.ratio.2026", "above 0")),
    (balance(ratio=120000), ("funding.fund_balance.b.ratio", "a size from 0.01 to 1000")),
    (balance(revenue=[]), ("funding.fund_balance.b.revenue", "at least one value; leave it out for all")),
    (balance(revenue=["special", "special"]), ("funding.fund_balance.b.revenue.1", "each value once")),
    (put("funding.ratios.leverage.at_least", -1), ("funding.ratios.leverage.at_least", "0 or more")),
    (put("funding.channels.own.cap", {"later": "last"}), ("at least one year with a number, or open",)),
    (put("limits.votes.at_most", {"value": 0}), ("limits.votes.at_least", "not above at_most, which is 0")),
    (put("targets.homes.to", 2020), ("targets.homes.from", "not after to, which is 2020")),
    (put("spend_profiles.2", [D("0.5"), D("0.4")]), ("add up to 1", "found “0.9”")),
    (put("spend_profiles.2", [1]), ("2 shares, one a year",)),
    (put("city.near_to", 2050), ("not after far_to, which is 2035",)),
    (put("city.label.zh", " "), ("city.label.zh", "text that is not empty")),
    # rules
    (put("limits.votes.measure", "vots"), ("limits.votes.measure", "did you mean “votes”?")),
    (put("limits.votes.measure", "invesment"), ("did you mean “investment”?",)),
    (put("limits.votes.measure", "district"), ("a numeric column; this one is of kind list",)),
    (put("limits.votes.at_least", {"share": D("0.1"), "of": "budget"}), ()),
    (
        both(put("budget.whole.active", False), put("limits.votes.at_least", {"share": D("0.1"), "of": "budget"})),
        ("limits.votes.at_least.of", "an active entry of budget without where"),
    ),
    (put("limits.votes.where", {"district": "cityhall"}), ("limits.votes.where", "found “district: cityhall”", "limits.votes asks for at least 1")),
    (put("district_balance.each.districts", ["east", "wst"]), ("districts.1", "did you mean “west”?")),
    (put("district_balance.each.at_least", D("0.6")), ("at most 1/2",)),
    (
        both(put("district_balance.each.active", True), put("district_balance.each.districts", ["east", "cityhall"])),
        ("district_balance.each.districts.1", "found “cityhall”", "at least 0.1"),
    ),
    (put("targets.votes", assumed("票", measure="count", at_least={"value": 1})), ("targets.votes", "limits.votes has it too")),
    (put("funding.shares.own_some", assumed("空", side="market", counts_as="grant", at_least=D("0.1"))), ("at least one channel in the set",)),
    (both(put("coord_roles", {"member": label("一般", "member")}), put("coordination.active", True)), ("a role with the id anchor",)),
    (put("coordination", assumed("片区", mode="bonus")), ("coordination.bonus", "points for an opened area")),
    # lists
    (put("screening.negative_list.heritage.number", 1), ("a number of its own; river has it too",)),
    (put("screening.stages.needed.0.stage", "permitt"), ("stages.needed.0.stage", "did you mean “permit”?")),
    (put("screening.stages.skip", {"renovaton": ["land"]}), ("did you mean “renovation”?",)),
    (put("screening.stages.skip", {"renovation": ["lnd"]}), ("skip.renovation.0", "did you mean “land”?")),
    (put("screening.requirements.river", entry("河", column="in_scope")), ("because waivers name it; screening.negative_list has it too",)),
    (put("demand.low", label("强烈", "weak")), ("demand.low", "a label of its own in the list demand; high has it too")),
    (put("columns.district", {**entry("区"), "kind": "text"}), ("an id that no column of the library has",)),
    (put("actions.more", entry("更多", works={"estates": label("小区", "x")})), ("actions.more.works.estates", "homes has it too")),
    # money years
    (put("funding.channels.bond.cap", {2025: 1}), ("funding.channels.bond.cap", "an amount for 2026", "later: open (no cap), or later: last")),
    (put("funding.channels.fiscal.sub.city_funds.cap", {2026: 1}), ("fiscal.sub.city_funds.cap", "an amount for 2025")),
    (put("budget.whole.amount", {2024: 1}), ("budget.whole.amount", "an amount for 2025-2026")),
    (both(put("budget.whole.amount", {2026: 1}), put("budget.whole.measure", "starts")), ("an amount for 2025,",)),
    (both(put("funding.debt_service.ceiling.active", True), put("funding.debt_service.ceiling.amount", {2026: 1})), ("an amount for 2027-2041",)),
    # force
    (scenario(force={"in": ["P02"]}), ("force.in.0", "did you mean “P002”?")),
    (scenario(force={"out": ["X9"]}), ("force.out.0", "a project of the library")),
    (rows(tiny_row(1), tiny_row(2, part="reserve"), force={"in": ["P002"]}), ("force.in.0", "the library declares it reserve")),
    (rows(tiny_row(1), tiny_row(2, part="withdrawn", exit_doc="T-9"), force={"in": ["P002"]}), ("the library declares it withdrawn",)),
    (rows(tiny_row(1), tiny_row(2, start_year=2027, end_year=2028), force={"in": ["P002"]}), ("may start by 2025; the library says 2027",)),
    (rows(tiny_row(1), CARRY, force={"out": ["P004"]}), ("force.out.0", "a project that has begun stays")),
    (
        rows(tiny_row(1), tiny_row(2), relations=[{"kind": "exclusive", "project": "P001", "other": "P002"}], force={"in": ["P001", "P002"]}),
        ("force.in.1", "not together with P001: the relations exclude each other"),
    ),
    (
        rows(
            tiny_row(1),
            tiny_row(2),
            relations=[{"kind": "exclusive", "project": p, "group": "g"} for p in ("P001", "P002")],
            force={"in": ["P002", "P001"]},
        ),
        ("not together with",),
    ),
    (rows(tiny_row(1), CARRY, relations=[{"kind": "exclusive", "project": "P001", "other": "P004"}], force={"in": ["P001"]}), ("not together with P004",)),
    (
        rows(tiny_row(1), tiny_row(2), relations=[{"kind": "corequisite", "project": "P001", "other": "P002"}], force={"in": ["P001"], "out": ["P002"]}),
        ("not without P002, which goes with it",),
    ),
    (
        rows(tiny_row(1), tiny_row(2), relations=[{"kind": "precedence", "project": "P001", "other": "P002", "lag": 0}], force={"in": ["P002"], "out": ["P001"]}),
        ("not without P001, which must start before",),
    ),
    (
        rows(tiny_row(1), tiny_row(2), relations=[{"kind": "precedence", "project": "P001", "other": "P002", "lag": 1}], force={"in": ["P002"]}),
        ("a window that lets P001 start 1 years before",),
    ),
    # numbers far off
    (put("funding.channels.bond.rate", {2027: D("0.03")}), ("funding.channels.bond.rate", "a yearly rate for 2025")),
    (put("funding.channels.bond.rate", {2000: D("0.03"), 2024: {"value": None, "source": {"kind": "plan", "clause": "1"}}}), ("a yearly rate for 2025",)),
    (both(put("funding.channels.bond.term", 10**9), put("funding.debt_service.ceiling.active", True)), ("at most 100 years",)),
]


@pytest.mark.parametrize(("edit", "words"), [b for b in BAD if b[1]], ids=lambda b: b[-1][:60] if isinstance(b, tuple) else getattr(b, "__name__", "edit"))
def test_bad_inputs_are_refused_in_words(tmp_path: Path, edit: Callable[[GoodSet], None], words: tuple[str, ...]) -> None:
    good = GoodSet()
    edit(good)
    error = refused(good, tmp_path, *words)
    assert error.exit_code == 2
    assert all(f.path or f.row is not None or f.column for f in error.findings)


def test_a_fund_balance_of_unknown_words_tells_all_of_them(tmp_path: Path) -> None:
    good = GoodSet()
    balance(level="town", of="all", revenue=["help"])(good)
    refused(good, tmp_path, "one of project, area, district, city", "one of debt, cost", "one of government_fund, special, operating")


def test_a_share_of_an_active_budget_is_accepted(tmp_path: Path) -> None:
    assert findings_of_set(GoodSet().put("limits.votes.at_least", {"share": D("0.1"), "of": "budget"}), tmp_path) == []


def one(good: GoodSet, folder: Path, kind: str) -> Finding:
    """Return the only finding, which is a warning of this kind."""
    found = findings_of_set(good, folder)
    assert [(f.kind, f.severity) for f in found] == [(kind, "warning")], found
    return found[0]


WARNED: list[tuple[Callable[[GoodSet], None], str, str]] = [
    (scenario(plan_year=2036), "plan_year", "ends in 2035"),
    (rows(tiny_row(1), tiny_row(2), force={"in": ["P001", "P001"]}), "duplicate_id", "each project once"),
    (rows(tiny_row(1), CARRY, force={"in": ["P004"]}), "force", "a carry-over is in the plan anyway"),
    (put("funding.channels.own.eligible", {"key_area": "centre"}), "idle_channel", "none is eligible"),
    (put("funding.channels.fiscal.sub.city_funds.eligible", {"zone": "new_town"}), "idle_channel", "none is eligible"),
    (put("budget.parts", assumed("分", amount={2025: 1, "later": "open"}, where={"zone": "new_town"})), "idle_rule", "none does"),
    (put("columns.mood", {**entry("气氛", "mood"), "kind": "text"}), "unused_column", "shown in reports only"),
    (put("funding.caps.none", assumed("空", side="market", counts_as="debt", amount=5)), "empty_set", "at least one channel in the set"),
    (
        put("funding.reserved.east_fiscal", assumed("留", channels=["fiscal"], where={"zone": "new_town"}, at_least=D("0.5"))),
        "empty_sum",
        "the reserved money stays unused",
    ),
    (both(AREAS, rows(tiny_row(1, coord_area="A", coord_role="anchor"), tiny_row(2))), "area_single", "at least two projects"),
    (both(AREAS, rows(tiny_row(1, coord_area="A"), tiny_row(2, coord_area="A"))), "area_no_anchor", "a project with the role anchor"),
    (
        both(AREAS, put("coordination.conditions.least_number", 3), rows(tiny_row(1, coord_area="A", coord_role="anchor"), tiny_row(2, coord_area="A"))),
        "area_small",
        "at least 3 projects",
    ),
    (rows(tiny_row(1, votes=1), tiny_row(2, votes=200_000_000)), "spread", "votes goes from 1 (P001) to 200000000 (P002)"),
    (
        both(
            put("funding.reserved.east_fiscal", assumed("留", channels=["fiscal"], where={"zone": "old_town"}, at_least=D("0.6"))),
            put("funding.reserved.more", assumed("再留", channels=["fiscal"], where={"mode": "renovation"}, at_least=D("0.6"))),
        ),
        "shares_over_one",
        "unless the projects overlap: east_fiscal, more",
    ),
]


@pytest.mark.parametrize(("edit", "kind", "words"), WARNED, ids=[w[1] + "-" + w[2][:30] for w in WARNED])
def test_doubtful_inputs_are_warned_of(tmp_path: Path, edit: Callable[[GoodSet], None], kind: str, words: str) -> None:
    good = GoodSet()
    edit(good)
    assert words in one(good, tmp_path, kind).sentence()


def test_costs_far_apart_are_warned_of(tmp_path: Path) -> None:
    good = GoodSet()
    rows(
        tiny_row(1, total_investment=D("0.01"), spend_1=D("0.01"), spend_2=0),
        tiny_row(2, total_investment=2_000_000, spend_1=2_000_000, spend_2=0),
    )(good)
    assert "0.01 (P001)" in one(good, tmp_path, "spread").sentence()


def test_inactive_rules_and_past_targets_ask_nothing(tmp_path: Path) -> None:
    good = GoodSet()
    good.put("limits.votes.where", {"zone": "new_town"}).put("limits.votes.active", False)
    good.put("targets.homes.where", {"zone": "new_town"}).put("targets.homes.to", 2024)
    assert findings_of_set(good, tmp_path) == []


def test_a_later_start_in_the_window_asks_for_later_caps(tmp_path: Path) -> None:
    good = GoodSet().put("funding.channels.bond.cap", {2025: 1, 2026: 1})
    assert findings_of_set(good, tmp_path) == []
    good.scenario["window"] = 2
    refused(good, tmp_path / "wide", "funding.channels.bond.cap", "an amount for 2027")


def test_projects_forced_out_ask_for_no_money_year(tmp_path: Path) -> None:
    good = GoodSet().put("funding.channels.bond.cap", {2025: 1, 2026: 1})
    rows(tiny_row(1), tiny_row(2, end_year=2027, spend_1=400, spend_2=300, spend_3=300))(good)
    refused(good, tmp_path, "an amount for 2027")
    good.scenario["force"] = {"out": ["P002"]}
    assert findings_of_set(good, tmp_path / "out") == []


def test_findings_of_one_file_stand_together_and_name_lines(tmp_path: Path) -> None:
    good = GoodSet().put("limits.votes.measure", "vots").put("funding.shares.own_some.at_least", 10)
    text = str(refused(good, tmp_path))
    assert text.count("rules.yaml") == 1
    assert "line" in text
