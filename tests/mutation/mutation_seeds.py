"""The good sets that are mutated: small, solvable, and between them every section of policy, library and scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from builders import FILES, GoodSet, assumed, policy_of, tiny_row, to_csv, to_yaml

from renewal_opt.io.libcolumns import project_slots, relation_slots, revenue_slots, year_slot

D = Decimal


@dataclass
class FileSet:
    """Files of one solve below a folder, as bytes; mutations work on copies.

    Attributes
    ----------
    files : dict
        Path below the folder to its content.
    scenario : str
        The scenario file.
    trees : dict
        Raw data of each YAML file, for mutations of the tree.
    tables : dict
        Header and rows of each CSV file, for mutations of cells.
    """

    files: dict[str, bytes]
    scenario: str = "scenario.yaml"
    trees: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write everything; return the scenario file."""
        for place, content in self.files.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return folder / self.scenario


def solvable() -> GoodSet:
    """Return the shared good set with the one edit that lets its projects pass screening."""
    good = GoodSet()
    good.put("screening.demolition.demolished.where", {"mode": "redevelopment"})
    good.projects[2] |= {"gfa_existing": 5000, "gfa_demolished": 900, "gfa_illegal": 100}
    return good


def rich() -> GoodSet:
    """Return a set in which every rule acts: carry-over, reserve, withdrawn, areas, groups, waivers, two start years."""
    good = solvable()
    for rule in ("shares.own_some", "caps.west_bond", "reserved.east_fiscal", "ratios.leverage", "debt_service.ceiling"):
        good.put(f"funding.{rule}.active", True)
    good.put("funding.reserved.east_use", assumed("东区占用", channels=["fiscal"], where={"district": "east"}, at_least=D("0.05"), of="use"))
    good.put("funding.secured_as", "at_least").put("funding.ask_as", "at_most")
    good.put("funding.terms", [10, 15]).put("funding.term_channels", ["bond"])
    good.put("limits.demolition.active", True).put("district_balance.each.active", True).put("district_balance.each.at_least", D("0.05"))
    good.put("coordination.active", True).put("coordination.openings_per_year", 1)
    good.put("limits.parks", assumed("公园", measure="green_area", at_most={"value": 90000}, where={"mode": "renovation", "residents": "> 10"}))
    good.put("limits.each_class", assumed("各类", at_most={"share": {2024: D("0.9"), 2030: D("0.8")}, "of": "class"}, where={"demand": ["high", "low"]}))
    good.put("screening.requirements.consent", assumed("同意率", column="consent", where={"mode": "redevelopment"}, accept=[">= 66.7"], waivable=True))
    good.put("screening.requirements.scheme", assumed("实施方案", column="scheme_doc", papers=True, where={"district": "west"}))
    good.put("criteria.benefit.indicators.consent", assumed("同意", column="consent", unit="%", value=[[50, 0], [D("90.5"), 100]], weight=1, missing=25))
    good.projects = [
        tiny_row(1, coord_area="甲片", coord_role="anchor", scheme_doc="S-1", ask_bond=300),
        tiny_row(2, coord_area="甲片", coord_role="member", district="west", scheme_doc="S-2", demand="low"),
        tiny_row(3, mode="redevelopment", gfa_existing=5000, gfa_demolished=900, gfa_illegal=100, consent="81.5", green_area="120.5"),
        tiny_row(4, total_investment="820.55", spend_1="820.55", spend_2="", end_year=2025, votes=80, green_area=300),
        tiny_row(5, total_investment="1,300", spend_1=500, spend_2=800, district_shares="east:60;west:40", start_year=2026, end_year=2027),
        tiny_row(6, total_investment=400, spend_1=400, spend_2="", end_year=2025, residents="", demand=""),
        tiny_row(7, total_investment=350, spend_1="", spend_2="", check_report="", stage="idea"),
        tiny_row(
            8, neg_1="涉及", waiver_items="river", waiver_authority="市水务局", waiver_number="W-8", waiver_date="2024-05-01",
            waiver_expiry="2027-12-31", households=5, secured_own=200, secured_doc="S-200", rail_distance=350,
        ),
        tiny_row(
            9, part="carry_over", start_year=2024, total_investment=900, spend_1="", spend_2="", spent_to_date=300,
            spend_2025=350, spend_2026=250, in_place_own=300, district="west", bond_review="",
        ),
        tiny_row(10, part="reserve", scheme_doc="", neg_2="待核", name="储备，含“引号”与逗号"),
        tiny_row(11, part="withdrawn", exit_doc="T-11", spend_1="", spend_2=""),
        tiny_row(12, total_investment=260, spend_1=60, spend_2=200, remark="两行\n备注", district="cityhall", votes=990),
    ]  # fmt: skip
    good.revenue = [
        {"project": p, "year": y, "revenue_class": c, "gross": 90, "operating_cost": 20, "tax": 5, "pledged_net": 65}
        for p, y, c in (("P001", 2027, "operating"), ("P001", 2028, "special"), ("P002", 2027, "government_fund"), ("P004", 2026, "operating"))
    ]
    good.revenue.append({"project": "P004", "year": 2027, "revenue_class": "operating", "gross": 0, "operating_cost": 30, "tax": 0, "pledged_net": -30})
    good.relations = [
        {"kind": "precedence", "project": "P001", "other": "P003", "lag": 0},
        {"kind": "precedence", "project": "P009", "other": "P005", "lag": 1},
        {"kind": "exclusive", "project": "P003", "group": "g1"},
        {"kind": "exclusive", "project": "P008", "group": "g1"},
        {"kind": "corequisite", "project": "P004", "other": "P006"},
    ]
    good.scenario |= {
        "extends": "base", "window": 2, "basis": "investment", "weights": {"need": D("0.7"), "benefit": D("0.3")},
        "overrides": {"budget.whole.amount.2025": 11000, "limits.votes.at_least.value": 2},
        "force": {"in": ["P001"], "out": ["P012"]}, "solver": {"seconds": 5},
    }  # fmt: skip
    good.texts["base.yaml"] = to_yaml({"name": "base", "policy": "city", "library": "library", "plan_year": 2024, "solver": {"gap": D("0.0001"), "seed": 7}})
    return good


def paired() -> GoodSet:
    """Return a set with pairwise weights, beneficiaries as basis, required areas, own money columns, every repayment form."""
    good = solvable()
    good.put("columns.fee", {**assumed("附加费"), "kind": "money"}).put("columns.tags", {**assumed("标签"), "kind": "multi", "values": {"a": {"zh": "甲", "en": "A"}}})
    debt = {"side": "market", "counts_as": "debt", "cap": "open", "rate": {2024: D("0.04"), 2027: D("0.05")}, "term": 3}
    for form in ("equal_principal", "bullet", "interest_then_bullet"):
        good.put(f"funding.channels.{form}", assumed(form, **debt, repayment=form, share={"at_most": D("0.3"), "per": "project"}))
    good.put("funding.shares.bullets", assumed("到期还本", channels=["bullet"], at_most=D("0.5"), of="debt"))
    good.put("funding.capital.capital.per", "project").put("funding.channels.own.share", {"at_least": D("0.05"), "per": "project"})
    good.put("funding.cover.all", assumed("全部债务", ratio=D("1.1"), revenue=["operating", "special"]))
    good.put("limits.share", assumed("占比", where={"demand": "low"}, at_most={"share": D("0.95"), "of": "district"})).put("limits.fee", assumed("费", measure="fee", at_most={"value": 5000}))
    good.put("coordination", assumed("片区", mode="required", conditions={"least_number": 1, "least_investment": 100, "revenue_share": 0}))
    good.projects = [
        tiny_row(i, coord_area="甲" if i < 3 else "", total_investment=100 * i, spend_1=100 * i, spend_2="", fee=i, tags="甲" if i % 2 else "", demand="low" if i == 5 else "high", residents=50 * i)
        for i in range(1, 7)
    ]
    good.revenue = [{"project": f"P00{i}", "year": 2026 + i, "revenue_class": "operating", "gross": 500, "pledged_net": 500} for i in (1, 2, 3)]
    good.relations = []
    good.scenario |= {"basis": "beneficiaries", "ahp": {"pairs": {"need/benefit": "1/3"}}, "solver": {"seconds": 5, "gap": 0}, "note": "对照"}
    return good


def _chinese(good: GoodSet, rows: list[dict[str, Any]], slots: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = {}
    for key in {k for row in rows for k in row}:
        year = key.removeprefix("spend_")
        slot = slots.get(key) or (year_slot(int(year)) if key.startswith("spend_2") and len(year) == 4 else None)
        numbered = {f"neg_{v['number']}": f"neg_{k}" for k, v in good.policy["screening"]["negative_list"].items()}
        names[key] = (slot or slots[numbered[key]]).header("zh")
    return [{names[k]: v for k, v in row.items()} for row in rows]


def files_of(good: GoodSet, *, chinese: bool = False) -> FileSet:
    """Return a good set's files as `GoodSet.write` writes them, and what they were made of."""
    placed = {s for names in good.files.values() for s in names}
    sections = {**FILES, "lists.yaml": tuple(k for k in good.policy if k not in placed)}
    out = FileSet({})
    for name, keys in sections.items():
        out.trees[f"city/{name}"] = {k: good.policy[k] for k in keys if k in good.policy}
    out.trees["scenario.yaml"] = good.scenario
    policy = policy_of(good.policy)
    slots = {"projects": project_slots(policy), "revenue": revenue_slots(), "relations": relation_slots()}
    for name, rows in (("projects", good.projects), ("revenue", good.revenue), ("relations", good.relations)):
        if rows:
            shown = _chinese(good, rows, slots[name]) if chinese else rows
            out.files[f"library/{name}.csv"] = to_csv(shown).encode("utf-8-sig")
            heads = list(dict.fromkeys(k for row in shown for k in row))
            out.tables[f"library/{name}.csv"] = [heads, *([str(row.get(h, "")) for h in heads] for row in shown)]
    out.files |= {name: to_yaml(tree).encode() for name, tree in out.trees.items()}
    out.files |= {name: text if isinstance(text, bytes) else text.encode() for name, text in good.texts.items()}
    return out


SEEDS: dict[str, Callable[[], FileSet]] = {
    "tiny": cache(lambda: files_of(solvable())),
    "rich": cache(lambda: files_of(rich())),
    "rich_zh": cache(lambda: files_of(rich(), chinese=True)),
    "paired": cache(lambda: files_of(paired())),
}


@cache
def zhengzhou() -> FileSet:
    """Return the bundled city with a synthetic library of 30 projects and its scenario, for the slow tests."""
    import csv
    import tempfile

    from renewal_opt.errors import Collector
    from renewal_opt.io.libwrite import write_library
    from renewal_opt.io.policy import load_policy
    from renewal_opt.io.synth.init import bundled_root
    from renewal_opt.io.synth.library import make_library
    from renewal_opt.io.synth.scenario import make_scenario
    from renewal_opt.io.yamlfile import load_yaml

    folder = bundled_root() / "models/zhengzhou"
    out = FileSet({})
    for file in sorted(folder.glob("*.yaml")):
        node = load_yaml(file, Collector())
        assert node is not None
        out.trees[f"city/{file.name}"] = node.data
    policy = load_policy(folder).policy
    library = make_library(policy, 30, 7, 2025)
    scenario = make_scenario(policy, library, 2025, policy_path="city", library_path="library", name="scenario")
    out.trees["scenario.yaml"] = scenario | {"solver": {"seconds": 5, "gap": D("0.001")}}
    with tempfile.TemporaryDirectory() as place:
        for written in write_library(library, policy, Path(place) / "library", form="csv"):
            content = written.read_bytes()
            out.files[f"library/{written.name}"] = content
            if written.stem != "about":  # its layout is free
                out.tables[f"library/{written.name}"] = list(csv.reader(content.decode("utf-8-sig").splitlines(keepends=True)))
    out.files |= {name: to_yaml(tree).encode() for name, tree in out.trees.items()}
    return out
