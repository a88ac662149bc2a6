"""import-pb: real city lists (where ../shared is there), a small file by hand, and bad files."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knapsack import knapsack_dp, knapsack_enumerated

from renewal_opt.errors import Collector, InputError
from renewal_opt.io.load import Inputs, load_inputs
from renewal_opt.io.pabulib import import_pb
from renewal_opt.scoring import score
from renewal_opt.screening import screen
from renewal_opt.screening.facts import Facts

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "pabulib"
REAL = ("france_toulouse_2019_", "poland_gdansk_2020_", "poland_krakow_2018_krowodrza", "poland_warszawa_2021_wlochy")

SMALL = '''\
META
key;value
description;Municipal PB in Smalltown
country;Poland
unit;Smalltown
instance;2021
num_projects;4
num_votes;3
budget;100050
date_begin;01.09.2020
date_end;15.09.2020
PROJECTS
project_id;cost;votes;name;category;target;selected;subunit;latitude;longitude;proposer
007;60000;2;Ławki;public space,sport;adults;1;North;52.1;20.9;Ana
b-2;40050;3;"Las; ""las""";urban greenery;;0;North;;;
=3;100050;3;Park;;children;0;South Side;52.2;21.0;
NA;50;1;;sport;;0;;;;
VOTES
voter_id;vote
1;007,b-2
2;b-2,=3,007
3;=3,b-2,NA,=3x
'''


def write(folder: Path, text: str | bytes = SMALL) -> Path:
    file = folder / "small.pb"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_small_file_becomes_policy_library_and_scenario(tmp_path: Path) -> None:
    collector = Collector()
    path = import_pb(write(tmp_path), tmp_path / "out", collector=collector)
    assert path == tmp_path / "out" / "scenario.yaml"
    inputs = load_inputs(path)
    scenario, policy, library = inputs.scenario, inputs.policy, inputs.library
    assert (scenario.plan_year, scenario.basis, scenario.solver.gap, scenario.window) == (2021, "count", 0, 1)
    assert [p.id for p in library.projects] == ["007", "b-2", "=3", "NA"]
    assert [p.total_investment for p in library.projects] == [60000, 40050, 100050, 50]
    assert all(p.spend == (p.total_investment,) and p.part == "new_start" for p in library.projects)
    assert [p.extra["votes"] for p in library.projects] == [2, 3, 3, 1]
    assert [p.name for p in library.projects] == ["Ławki", 'Las; "las"', "Park", "NA"]
    assert [p.extra.get("category") for p in library.projects] == [("public_space", "sport"), ("urban_greenery",), None, ("sport",)]
    assert library.projects[0].district == "north"
    assert library.projects[0].applicant == "Ana"
    assert library.projects[1].applicant == "Smalltown"
    assert library.projects[0].extra["latitude"] == Decimal("52.1")
    assert library.projects[0].as_of.isoformat() == "2020-09-15"  # type: ignore[union-attr]
    assert [d.label.zh for d in policy.districts.values()] == ["North", "South Side", "（未注明 not stated）"]
    assert policy.city.currency.zh == "PLN（表中“元”即 1 PLN）"
    assert not library.synthetic
    # 100,050 is no whole hundred, and held exactly all the same
    assert policy.funding.channels["budget"].cap.at(2021) == 100_050
    assert policy.budget["total"].amount.at(2021) == 100_050
    # the ballots name =3x, which is no project, and give =3 two votes, not three
    assert sorted(f.kind for f in collector.findings) == ["unknown_project", "votes_differ"]
    assert all(f.severity == "warning" for f in collector.findings)


def test_screening_passes_all_and_scores_are_votes_of_the_most(tmp_path: Path) -> None:
    inputs = load_inputs(import_pb(write(tmp_path), tmp_path / "out"))
    assert {s.status for s in screen(inputs.policy, inputs.library, 2021).values()} == {"passed"}
    totals = {i: r.total for i, r in score(inputs.policy, inputs.library, inputs.scenario).rows.items()}
    assert totals == {"007": Fraction(200, 3), "b-2": 100, "=3": 100, "NA": Fraction(100, 3)}


def test_district_and_category_are_usable_in_limits(tmp_path: Path) -> None:
    path = import_pb(write(tmp_path), tmp_path / "out")
    limits = tmp_path / "out" / "policy" / "limits.yaml"
    where = "where: {category: sport, district: [north, south_side]}"
    rules = tmp_path / "out" / "policy" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    head, _limits, tail = text.partition("limits:\n")
    rules.write_text(head, encoding="utf-8")
    limits.write_text(
        "limits:\n" + tail + "  sport:\n    label: {zh: 体育, en: sport}\n    source: {kind: assumption, why: test}\n"
        f"    {where}\n    measure: count\n    at_most: {{value: 1}}\n",
        encoding="utf-8",
    )
    inputs = load_inputs(path)
    facts = Facts(inputs.policy, inputs.library)
    assert [p.id for p in inputs.library.projects if facts.match(p, inputs.policy.limits["sport"].where)] == ["007"]


def test_without_votes_the_ballots_are_counted_and_without_districts_none_is_asked(tmp_path: Path) -> None:
    text = "META\nkey;value\ninstance;2019\nbudget;100\nPROJECTS\nproject_id;cost\n1;100\n2;5\nVOTES\nvoter_id;vote\n1;1,2\n2;2\n"
    collector = Collector()
    inputs = load_inputs(import_pb(write(tmp_path, text), tmp_path / "deep" / "out", collector=collector))
    assert [(p.name, p.extra["votes"], p.district) for p in inputs.library.projects] == [("1", 1, None), ("2", 2, None)]
    assert [f.kind for f in collector.findings] == ["column_missing"]
    assert inputs.policy.limits == {}
    assert inputs.policy.districts == {}


def test_a_file_without_any_vote_still_loads(tmp_path: Path) -> None:
    text = "META\nkey;value\ninstance;2019\nbudget;100\ndistrict;Any\nPROJECTS\nproject_id;cost;votes\n1;100;0\nVOTES\nvoter_id;vote\n"
    inputs = load_inputs(import_pb(write(tmp_path, text), tmp_path / "out"))
    assert score(inputs.policy, inputs.library, inputs.scenario).rows["1"].total == 0
    assert list(inputs.policy.districts) == ["any_"]


def test_names_that_look_alike_get_ids_of_their_own(tmp_path: Path) -> None:
    text = SMALL.replace("North", "SOUTH-SIDE").replace("public space,sport", "a.b,a b,A b")
    inputs = load_inputs(import_pb(write(tmp_path, text), tmp_path / "out"))
    assert inputs.library.projects[0].extra["category"] == ("a_b_3", "a_b_2", "a_b")
    assert {d.label.zh: i for i, d in inputs.policy.districts.items()}["South Side"] == "south_side"
    assert len(set(inputs.policy.districts)) == 3


# ------------------------------------------------------------------ bad files

Edit = Callable[[str], str | bytes]


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


BAD: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "no META": (swap("META\n", ""), ("line 1", "the line META first")),
    "no PROJECTS": (swap("PROJECTS\n", ""), ("a section PROJECTS",)),
    "no VOTES": (lambda t: t.partition("VOTES")[0], ("a section VOTES",)),
    "section twice": (lambda t: t + "PROJECTS\n", ("line 23", "found “PROJECTS”", "each section once")),
    "no cost column": (swap(";cost;", ";price;"), ("line 13", "a column cost in PROJECTS")),
    "misspelt id column": (swap("project_id", "projectid"), ("a column project_id in PROJECTS", "project_id")),
    "no vote column": (swap("voter_id;vote", "voter_id;ballot"), ("a column vote in VOTES",)),
    "column twice": (swap("votes;name", "cost;name"), ("column cost", "each column once")),
    "no budget": (swap("budget;100050\n", ""), ("a line budget in META",)),
    "budget in words": (swap("budget;100050", "budget;lots"), ("line 9", "column budget", "lots", "a whole number")),
    "no year": (lambda t: t.replace("instance;2021", "instance;x").replace("09.2020", "09"), ("a year in instance",)),
    "cost in words": (swap("007;60000", "007;60k"), ("line 14", "column cost", "60k", "a whole number from 1")),
    "cost with decimals": (swap("007;60000", "007;600.50"), ("line 14", "600.50", "a whole number")),
    "cost blank": (swap("007;60000", "007;"), ("line 14", "column cost", "a whole number")),
    "cost nothing": (swap("007;60000", "007;0"), ("line 14", "from 1 to")),
    "cost below nothing": (swap("007;60000", "007;-5"), ("line 14", "-5")),
    "cost beyond all bounds": (swap("007;60000", "007;9" + "0" * 20), ("line 14", "10^15")),
    "cost with a letter O": (swap("007;60000", "007;6000O"), ("line 14", "6000O")),
    "votes below nothing": (swap("60000;2", "60000;-2"), ("line 14", "column votes")),
    "id twice": (swap("b-2;40050", "007;40050"), ("line 15", "column project_id", "it stands in line 14 too")),
    "id blank": (swap("007;60000", ";60000"), ("line 14", "a project id")),
    "id with a tab inside": (swap("007;60000", "0\t7;60000"), ("line 14", "column project_id", "invisible")),
    "name with a control character": (swap("Park", "Pa\x07rk"), ("line 16", "column name", "control")),
    "short row": (swap("007;60000;2;", "007;60000;"), ("line 14", "10 cells", "11 cells, as the header of PROJECTS has")),
    "long row": (swap("3;=3,b-2", "3;x;=3,b-2"), ("line 22", "3 cells", "2 cells, as the header of VOTES has")),
    "short row of votes": (swap("\n1;007,b-2", "\n1"), ("line 20", "1 cells", "VOTES")),
    "quote left open": (swap('"Las; ""las"""', '"Las; ""las"";'), ("line 15", "double quotes closed")),
    "coordinate in words": (swap("52.1;20.9", "52,1;20.9"), ("line 14", "column latitude", "52,1")),
    "no such day": (swap("15.09.2020", "31.09.2020"), ("line 11", "a day of the calendar")),
    "key twice": (swap("unit;Smalltown", "budget;1"), ("line 9", "each key of META once")),
    "no projects": (lambda t: "\n".join(x for x in t.split("\n") if x[:3] not in ("007", "b-2", "=3;", "NA;")), ("at least one project",)),
    "Latin-2": (lambda t: t.encode("iso8859-2"), ("line 14", "text in UTF-8", "0xA3")),
    "UTF-16": (lambda t: t.encode("utf-16"), ("text in UTF-8",)),
    "NUL": (swap("Park", "Pa\x00rk"), ("line 16", "NUL")),
    "empty": (lambda _t: "", ("the sections META, PROJECTS, VOTES",)),
    "year too early": (swap("instance;2021", "instance;1900"), ("line 6", "1900", "a year from 1990 to 2199")),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_located_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    edit, words = BAD[name]
    file = write(tmp_path, edit(SMALL))
    with pytest.raises(InputError) as caught:
        import_pb(file, tmp_path / "out")
    message = str(caught.value)
    assert str(file) in message
    assert all(f.file == str(file) for f in caught.value.findings)
    for word in words:
        assert word in message, message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small.pb"]


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("007;60000", "007;x").replace("b-2;40050", "b-2;y").replace("budget;100050", "budget;z").replace("VOTES\n", "VOTES\n1;2;3\n")
    with pytest.raises(InputError) as caught:
        import_pb(write(tmp_path, text), tmp_path / "out")
    assert {f.value for f in caught.value.findings if f.severity == "error"} >= {"x", "y", "z"}


def test_counts_of_meta_that_disagree_are_warnings(tmp_path: Path) -> None:
    collector = Collector()
    text = SMALL.replace("num_projects;4", "num_projects;5").replace("num_votes;3", "num_votes;30237")
    import_pb(write(tmp_path, text), tmp_path / "out", collector=collector)
    told = {f.kind: (f.line, f.value, f.expected) for f in collector.findings}
    assert told["num_projects_differs"] == (7, "5", "4, the rows of PROJECTS")
    assert told["num_votes_differs"] == (8, "30237", "3, the rows of VOTES")


def test_a_folder_in_use_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    with pytest.raises(InputError, match="an existing file"):
        import_pb(tmp_path / "none.pb", tmp_path / "out")
    with pytest.raises(InputError, match="a new folder, or an empty one"):
        import_pb(file, tmp_path)
    with pytest.raises(InputError, match="a new folder, or an empty one"):
        import_pb(file, file)
    with pytest.raises(InputError, match="a folder that can be made"):
        import_pb(file, file / "below")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert import_pb(file, empty).exists()


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_mutated_file_ends_in_a_scenario_or_a_located_error(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    for _k in range(data.draw(st.integers(1, 3))):
        at, other = (data.draw(st.integers(0, len(lines) - 1)) for _j in range(2))
        how = data.draw(st.sampled_from(["drop", "double", "swap", "cell", "cut"]))
        if how == "drop":
            del lines[at]
        elif how == "double":
            lines.insert(at, lines[at])
        elif how == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "cell":
            cells = lines[at].split(";")
            cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.sampled_from(["", "x", "-1", "1e9", "１２", '"', "META", "any", "\u200b", "=1+1", "9" * 5000]))
            lines[at] = ";".join(cells)
        else:
            lines[at] = lines[at][: len(lines[at]) // 2]
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder), "\n".join(lines))
        refused: InputError | None = None
        try:
            assert load_inputs(import_pb(file, Path(folder) / "out")).library.projects
        except InputError as error:
            refused = error
        if refused is not None:
            assert all(f.file == str(file) for f in refused.findings), refused
            assert [p.name for p in Path(folder).iterdir()] == ["small.pb"]


# ------------------------------------------------------------------ real files


def independent(file: Path) -> tuple[dict[str, str], list[dict[str, str]], list[dict[str, str]]]:
    """Return META, PROJECTS and VOTES with a parser of its own."""
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter=";"):
            if row in (["META"], ["PROJECTS"], ["VOTES"]):
                rows = sections.setdefault(row[0], [])
            elif row:
                rows.append(row)
    tables = {name: [dict(zip(rows[0], r, strict=True)) for r in rows[1:]] for name, rows in sections.items()}
    return {r["key"]: r["value"] for r in tables["META"]}, tables["PROJECTS"], tables["VOTES"]


@pytest.fixture(scope="module", params=REAL)
def real(request: Any, tmp_path_factory: Any) -> tuple[Path, Inputs]:
    file = SHARED / f"{request.param}.pb"
    if not file.exists():
        pytest.skip(f"{file} is not here: real data lies outside the project")
    collector = Collector()
    inputs = load_inputs(import_pb(file, tmp_path_factory.mktemp("pb") / request.param, collector=collector))
    assert collector.findings == []
    return file, inputs


def test_real_files_are_read_exactly(real: tuple[Path, Inputs]) -> None:
    file, inputs = real
    meta, projects, votes = independent(file)
    library = inputs.library.projects
    assert len(library) == len(projects) == int(meta["num_projects"])
    assert len(votes) == int(meta["num_votes"])
    named = [i for v in votes for i in v["vote"].split(",")]
    for have, row in zip(library, projects, strict=True):
        assert have.id == row["project_id"]
        assert have.name == row["name"].strip()
        assert have.total_investment == int(row["cost"])
        assert have.extra["votes"] == int(row["votes"]) == named.count(have.id)
        for column in ("latitude", "longitude", "score", "selected"):
            assert have.extra.get(column) == (Decimal(row[column]) if row.get(column) else None)
        labels = inputs.policy.vocabulary("districts")
        assert (labels[have.district].zh if have.district else "") == (row.get("subunit") or meta.get("subunit", ""))
        for column in ("category", "target"):
            values = inputs.policy.columns[column].values if column in inputs.policy.columns else {}
            assert [values[i].zh for i in have.extra.get(column, ())] == [x for x in row.get(column, "").split(",") if x]
    assert sum(p.total_investment for p in library) == sum(int(r["cost"]) for r in projects)
    assert inputs.scenario.plan_year == int(meta["instance"])


def test_the_budget_of_real_files_is_exact(real: tuple[Path, Inputs]) -> None:
    file, inputs = real
    budget, year = int(independent(file)[0]["budget"]), inputs.scenario.plan_year
    cap = inputs.policy.funding.channels["budget"].cap.at(year)
    assert cap == budget
    assert inputs.policy.budget["total"].amount.at(year) == budget
    assert not inputs.policy.limits


def test_the_score_of_a_list_is_its_votes(real: tuple[Path, Inputs]) -> None:
    """Basis count and [[0, 0], [most, 100]]: objective = 100 / most x votes, so the optimum has the most votes."""
    _file, inputs = real
    rows = score(inputs.policy, inputs.library, inputs.scenario).rows
    most = max(p.extra["votes"] for p in inputs.library.projects)
    assert all(rows[p.id].total * most == 100 * p.extra["votes"] for p in inputs.library.projects)
    assert {s.status for s in screen(inputs.policy, inputs.library, inputs.scenario.plan_year).values()} == {"passed"}


#: largest total of votes under the budget, agreed on by dynamic programming and scipy's milp
def test_two_methods_agree_on_the_optimum(real: tuple[Path, Inputs]) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    file, _inputs = real
    meta, projects, _votes = independent(file)
    costs, votes, budget = [int(r["cost"]) for r in projects], [int(r["votes"]) for r in projects], int(meta["budget"])
    best = knapsack_dp(costs, votes, budget)
    found = optimize.milp(
        [-v for v in votes], integrality=[1] * len(votes), bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint([costs], ub=budget), options={"mip_rel_gap": 0},
    )  # fmt: skip
    assert found.status == 0
    assert round(-found.fun) == best


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=9), st.integers(0, 40))
def test_the_dynamic_programme_is_right(items: list[tuple[int, int]], budget: int) -> None:
    costs, values = [c for c, _v in items], [v for _c, v in items]
    assert knapsack_dp(costs, values, budget) == knapsack_enumerated(costs, values, budget)
