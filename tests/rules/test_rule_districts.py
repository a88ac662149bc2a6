"""Family districts: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from small import Town, entry, four, new

from renewal_opt.errors import InfeasibleError, InputError

RULE = entry(at_least=D("0.3"))
TOWN = Town(four(), district_balance={"each": RULE})


def test_rows() -> None:
    # north: a, c, d of 100 each less 30 % of the plan; south: b. One unit is 100 元 (coefficients up to 10,000).
    assert TOWN.rows("districts") == [
        "districts(_districts_each(north)_least_): +7000.0 x(a_2025) -3000.0 x(b_2025) +7000.0 x(c_2025) +7000.0 x(d_2025) >= 0.0",
        "districts(_districts_each(south)_least_): -3000.0 x(a_2025) +7000.0 x(b_2025) -3000.0 x(c_2025) -3000.0 x(d_2025) >= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # south is b's 100. With all: 100 of 400 = 25 %; with a+b: 100 of 300 (d counts) = 33 %: 140 points. Without b
    # the south has nothing while d's 100 are in the plan: not allowed.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    use = answer.use("districts:each[south]")
    assert (use.value, use.at_least, use.unit) == ("1/3", "3/10", "share")


def test_binds() -> None:
    assert TOWN.but(district_balance={"each": entry(at_least=D("0.25"))}).solve().objective == 180  # 100 of 400
    assert TOWN.but(district_balance={"each": entry(at_least=D("0.2501"))}).solve().objective == 140
    assert TOWN.but(district_balance={"each": entry(at_most=D("0.7"))}).solve().objective == 140  # north 300 of 400 is 75 %
    # of new starts: north 100 of 200 or 200 of 300; d does not count
    assert TOWN.but(district_balance={"each": entry(at_most=D("0.6"), of="new")}).solve().objective == 140
    assert TOWN.but(district_balance={"each": entry(at_most=D("0.67"), of="new")}).solve().objective == 180


def test_removed() -> None:
    assert TOWN.but(district_balance={"each": RULE | {"active": False}}).solve().objective == 180
    assert TOWN.relaxed("districts") == 180


def test_of_the_budget() -> None:
    # 30 % of 400 are 120; b has 100: no plan; 25 %: b
    town = TOWN.but(budget={"m": entry(measure="starts", amount={2025: 400}), "wide": entry(amount={2025: 900, "later": "open"})})
    share = entry(of="budget", at_least=D("0.25"), districts=["south"])
    town = town.but(district_balance={"each": share})
    assert town.solve().use("districts:each[south]").value == "1/4"
    with pytest.raises(InfeasibleError, match="district"):
        town.but(district_balance={"each": share | {"at_least": D("0.3")}}).solve()
    with pytest.raises(InputError, match="budget"):
        town.but(budget={}).solve()


def test_a_project_across_districts_counts_by_its_shares() -> None:
    # x: 60 % north, 40 % south; alone it gives the south 40 %
    x = new("x", 100, 50, district_shares={"north": D(60), "south": D(40)})
    town = Town([x, new("y", 100, 10)], district_balance={"each": entry(at_least=D("0.4"))})
    assert town.solve().starts == {"x": 2025}
    assert town.but(district_balance={"each": entry(at_least=D("0.2"))}).solve().objective == 60


def test_other_measures() -> None:
    # households: north 300, south 100
    projects = [new("a", 10, 80, households=300), new("b", 10, 60, district="south", households=100)]
    town = Town(projects, district_balance={"each": entry(at_least=D("0.3"), measure="households")})
    assert town.solve().starts == {}
    assert town.but(district_balance={"each": entry(at_least=D("0.5"), measure="count")}).solve().objective == 140
    # money columns: 万元
    money = [p.model_copy(update={"relocation": v * 10_000}) for p, v in zip(projects, (70, 30), strict=True)]
    town = town.but(projects=money, district_balance={"each": entry(at_least=D("0.3"), measure="relocation")})
    assert town.solve().use("districts:each[south]").value == "3/10"
    budget = {"m": entry(amount={2025: 100})}
    town = town.but(budget=budget, district_balance={"each": entry(at_most=D("0.69"), measure="relocation", of="budget")})
    assert town.solve().starts == {"b": 2025}  # 70 of 100 are too much


def test_a_named_district_without_candidates_is_an_error_not_a_row_skipped() -> None:
    projects = [new("a", 10), new("b", 10, district="south")]
    town = Town(projects, district_balance={"each": entry(at_least=D("0.1"), districts=["north", "south"])}, scenario={"force": {"out": ["b"]}})
    with pytest.raises(InfeasibleError) as error:
        town.solve()
    assert [(c.family, c.row) for c in error.value.conflict] == [("districts", "districts:each[south]")]
    assert "forced out by the scenario" in str(error.value)
    # without names, a district that has no candidate is not asked
    assert town.but(district_balance={"each": entry(at_least=D("0.1"))}).solve().starts == {"a": 2025}
    # an upper bound on nothing holds
    assert town.but(district_balance={"each": entry(at_most=1, districts=["north", "south"])}).solve().starts == {"a": 2025}
