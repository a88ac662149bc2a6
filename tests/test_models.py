"""The bundled policies are complete, exact, quoted as printed, and assume nothing that binds by default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from renewal_opt.domain.base import Source
from renewal_opt.domain.columns import COLUMNS
from renewal_opt.domain.filters import matches
from renewal_opt.domain.funding import Channel, Switched
from renewal_opt.domain.policy import Policy
from renewal_opt.errors import Collector
from renewal_opt.io.crosscheck import check_policy
from renewal_opt.io.policy import LoadedPolicy, load_policy

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "models"
PLAN = ROOT.parent / "shared" / "plan" / "zhengzhou-urban-renewal-plan-2023-2035.md"
CITIES = sorted(p.name for p in MODELS.iterdir() if p.is_dir())


@pytest.fixture(scope="module")
def zhengzhou() -> Policy:
    return load_policy(MODELS / "zhengzhou").policy


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every model, container and leaf of a policy with its dotted path."""
    yield path, value
    children: Any = ()
    if isinstance(value, BaseModel):
        children = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, dict):
        children = value.items()
    elif isinstance(value, tuple):
        children = enumerate(value)
    for key, child in children:
        yield from walk(child, f"{path}.{key}".lstrip("."))


@pytest.mark.parametrize("city", CITIES)
def test_loads_without_any_finding(city: str) -> None:
    collector = Collector()
    loaded: LoadedPolicy = load_policy(MODELS / city, collector=collector)
    check_policy(loaded, collector)
    assert [f.sentence() for f in collector.findings] == []
    assert len(loaded.files) >= 2


@pytest.mark.parametrize("city", CITIES)
def test_numbers_are_exact_and_labels_speak_both_languages(city: str) -> None:
    for path, value in walk(load_policy(MODELS / city).policy):
        assert not isinstance(value, float), path
        if path.endswith((".zh", ".en")):
            assert value, path
            assert value.strip() == value, path
        if path.endswith(".en"):
            # document numbers such as 郑政办〔2023〕18号 are names; 储备 is a word of the plan
            assert re.search("[A-Za-z]", value) or "〔" in value, path


def test_assumptions_say_why_in_both_languages(zhengzhou: Policy) -> None:
    assumed = {path: value for path, value in walk(zhengzhou) if isinstance(value, Source) and value.assumed}
    assert len(assumed) > 80
    for path, source in assumed.items():
        assert source.why is not None, path
        assert re.search("[\u4e00-\u9fff]", source.why.zh), path
        assert source.why.en, path
        assert source.why.en != source.why.zh, path


@pytest.mark.parametrize("city", CITIES)
def test_no_anchors_no_tabs_and_short_comments(city: str) -> None:
    for file in (MODELS / city).glob("*.yaml"):
        text = file.read_text("utf-8")
        assert "\t" not in text, file
        assert not re.search(r"(?:^|[:\s])[&*][A-Za-z]\w*\s*$", text, re.M), file
        assert "<<:" not in text, file


@pytest.mark.parametrize("city", CITIES)
def test_assumed_rules_are_off(city: str) -> None:
    """domain.md 1.1: assumed limits are off unless a scenario switches them on."""
    on = [
        path
        for path, value in walk(load_policy(MODELS / city).policy)
        if isinstance(value, Switched) and value.source.assumed and value.active
    ]
    assert on == []


def test_assumed_channels_restrict_nothing_by_amount(zhengzhou: Policy) -> None:
    """A channel has no switch, so its caps stay open and it has neither shares nor tickets."""
    for name, channel in zhengzhou.funding.channels.items():
        assert channel.source.assumed, name
        assert channel.cap.later == "open", name
        assert not channel.cap.years, name
        assert channel.share is None, name
        assert channel.ticket is None, name
        assert all(s.cap.later == "open" and not s.cap.years for s in channel.sub.values()), name


def test_counts_of_the_plan(zhengzhou: Policy) -> None:
    p = zhengzhou
    assert [d.label.zh for d in p.districts.values()] == [
        "惠济区", "金水区", "管城回族区", "二七区", "中原区", "郑东新区", "经济技术开发区", "高新技术产业开发区", "市本级",
    ]  # fmt: skip
    assert [d.level for d in p.districts.values()].count("city") == 1
    assert len(p.object_classes) == 7
    assert [m.label.zh for m in p.modes.values()] == ["整治提升", "改建完善", "拆除重建"]
    assert [m for m, mode in p.modes.items() if mode.caution] == ["redevelopment"]
    assert [len(a.works) for a in p.actions.values()] == [5, 3, 3, 3, 6, 4]
    kinds = [a.kind for a in p.key_areas.values()]
    assert (kinds.count("strategic"), kinds.count("key") + kinds.count("reserve"), kinds.count("none")) == (3, 10, 1)
    assert [a for a, area in p.key_areas.items() if not area.priority] == ["strategic_reserve", "outside"]
    assert p.key_areas["strategic_reserve"].source.assumed
    assert len(p.zones) == 2
    assert len(p.zones["old_town"].aims) == 5
    assert [u.label.zh for u in p.unit_types.values()] == ["重点更新单元", "一般更新单元", "优化提升单元"]
    assert all(u.aims for u in p.unit_types.values())
    assert [n.number for n in p.screening.negative_list.values()] == [1, 2, 3, 4, 5, 6]
    assert [n.number for n in p.screening.negative_list.values() if n.needs_opinion] == [1, 2]
    assert [n.number for n in p.screening.negative_list.values() if n.names_rule] == [6]
    assert p.screening.stages is not None
    assert len(p.screening.stages.order) == 10
    assert [f.label.zh for f in p.function_types.values() if f.priority] == ["制造", "创新", "消费", "文化"]
    counts = {i: item.count for i, item in p.plan_items.items() if item.count is not None}
    assert counts == {
        "green_300m": 300, "park_500m": 500, "consumption_cores": 2, "cultural_streets": 6, "cultural_areas": 5,
        "cultural_nodes": 5, "life_circle_15min": 15, "complete_communities": 30,
    }  # fmt: skip
    assert (p.city.near_to, p.city.far_to, p.city.synthetic) == (2025, 2035, False)


def test_criteria_are_the_four_and_social_benefit(zhengzhou: Policy) -> None:
    columns = {k: [i.column for i in c.indicators.values()] for k, c in zhengzhou.criteria.items()}
    assert columns["core_functions"] == ["function_type"]
    assert columns["urgent_needs"] == ["demand", "consent"]
    assert columns["quick_demonstration"] == ["difficulty", "months_to_effect", "demonstration"]
    assert columns["integrated_areas"] == ["key_area", "centre_level", "rail_distance"]
    assert zhengzhou.criteria["social_benefit"].source.clause == "四.2"
    assert all(c.source.kind == "plan" for c in zhengzhou.criteria.values())
    for criterion in zhengzhou.criteria.values():
        assert sum(i.weight for i in criterion.indicators.values()) == 1
        for name, indicator in criterion.indicators.items():
            assert indicator.source.assumed, name  # value functions are ours
            assert indicator.source.why, name
    totals = zhengzhou.criteria["social_benefit"].indicators.values()
    assert all(i.scale == "total" for i in totals)
    used = [c for cs in columns.values() for c in cs]
    assert len(used) == len(set(used))
    assert "households" not in used  # the same thing as residents


def test_two_plus_six(zhengzhou: Policy) -> None:
    sides = [c.side for c in zhengzhou.funding.channels.values()]
    assert (sides.count("government"), sides.count("market")) == (2, 6)
    assert list(zhengzhou.funding.channels["fiscal"].sub) == [
        "central_budget", "treasury_bond", "central_renewal_grant", "provincial_grant", "city_fiscal", "district_fiscal",
    ]  # fmt: skip
    bond = zhengzhou.funding.channels["special_bond"]
    assert bond.delay is not None
    assert set(bond.delay.years) == set(zhengzhou.bond_reviews)
    assert bond.term in zhengzhou.funding.terms


def test_money_rules_have_their_own_sources(zhengzhou: Policy) -> None:
    """domain.md 2, rule by rule: what holds by default, from where, with which figure."""
    f = zhengzhou.funding
    assert f.caps["government_no_loans"].source.kind == "law"
    assert f.caps["government_no_loans"].amount == 0
    assert "government" not in _text(f.channels["policy_bank_loan"]) + _text(f.channels["commercial_bank_loan"])
    assert f.caps["banned_bonds"].source.document == "国办发〔2024〕52号"
    assert f.caps["central_renewal_grant"].amount == 1_000_000_000
    tool = f.shares["policy_tool_half"]
    assert (tool.of, tool.at_most and tool.at_most.at(2026), tool.active) == ("capital", Decimal("0.5"), True)
    ratios = {k: r.at_least.at(2026) for k, r in f.capital.items()}
    assert ratios["housing"] == ratios["rail_road"] == Decimal("0.2")
    assert ratios["other_property"] == Decimal("0.25")
    assert ratios["infrastructure"] is not None
    assert ratios["infrastructure"] >= Decimal("0.15")  # at most 5 points below 20 %
    assert all(r.per == "year" and "> 0" in r.where["revenue"] for r in f.capital.values())
    assert [k for k, c in f.cover.items() if c.active] == ["bond_full"]
    assert {k: c.ratio.at(2026) for k, c in f.cover.items()} == {
        "bond_full": 1, "bond_usual": Decimal("1.2"), "all_debt_usual": Decimal("1.1"),
    }  # fmt: skip
    assert f.channels["renewal_fund"].counts_as == "capital"
    state = {k: d for k, d in zhengzhou.screening.demolition.items() if d.source.document == "建科〔2021〕63号"}
    assert sorted(state) == ["built_ratio", "demolished_share", "rehoused_share"]
    assert state["demolished_share"].at_most is not None
    assert state["demolished_share"].at_most.at(2026) == Decimal("0.2")
    assert all(d.where["object_type"] == ("!= urban_village",) and d.active for d in state.values())


def test_every_object_type_meets_one_capital_ratio(zhengzhou: Policy) -> None:
    """Projects with revenue have a least capital share whatever their type; without revenue none."""
    for object_class, entry in zhengzhou.object_classes.items():
        for object_type in entry.types:
            facts = {"object_class": object_class, "object_type": object_type, "mode": "renovation", "revenue": Decimal(1)}
            hits = [k for k, r in zhengzhou.funding.capital.items() if matches(r.where, facts.get)]
            assert len(hits) == 1, object_type
            facts["revenue"] = Decimal(0)
            assert not any(matches(r.where, facts.get) for r in zhengzhou.funding.capital.values()), object_type


def test_every_implementer_has_money(zhengzhou: Policy) -> None:
    """Each kind of implementer can pay capital, with and without revenue; government borrows by bonds alone."""
    f = zhengzhou.funding
    for kind in zhengzhou.implementer_kinds:
        for revenue in (0, 1):
            facts = {"implementer_kind": kind, "object_class": "residential", "revenue": Decimal(revenue), "bond_domain": "transport", "bond_ban": "no"}
            usable = {i for i, c in f.channels.items() if matches(c.eligible, facts.get)}
            assert usable & {"fiscal", "owner_contribution"}, kind
            debt = {i for i in usable if f.channels[i].counts_as == "debt"}
            if not revenue:
                assert not debt, kind
            elif kind == "government":
                assert debt == {"special_bond"}


def _text(channel: Channel) -> str:
    return " ".join(str(v) for v in channel.eligible.get("implementer_kind", ()))


def test_targets_end(zhengzhou: Policy) -> None:
    """domain.md 1.10: after `to` a target is reported, not binding, even when it is switched on."""
    ended = [k for k, t in zhengzhou.targets.items() if t.to == 2025]
    assert ended == ["estates_before_2001", "complete_communities"]
    assert all(t.from_ is not None and t.to is not None for t in zhengzhou.targets.values())
    on = load_policy(MODELS / "zhengzhou", {f"targets.{k}.active": "yes" for k in ended}).policy
    assert [k for k in ended if on.targets[k].binds_in(2025)] == ended
    assert [k for k in ended if on.targets[k].binds_in(2026)] == []


def test_spend_profiles_add_up(zhengzhou: Policy) -> None:
    assert sorted(zhengzhou.spend_profiles) == list(range(1, 11))
    for years, shares in zhengzhou.spend_profiles.items():
        assert len(shares) == years
        assert sum(shares) == 1


def test_a_stage_for_every_mode_and_type(zhengzhou: Policy) -> None:
    """Every mode and object class meets some stage rule; renovation has no land supply (domain.md 1.9)."""
    stages = zhengzhou.screening.stages
    assert stages is not None
    assert stages.skip == {"renovation": ("land_supply",)}
    covered = {m for rule in stages.needed if set(rule.where) == {"mode"} for m in rule.where["mode"]}
    assert covered == set(zhengzhou.modes)
    assert all(rule.stage in stages.order for rule in stages.needed)
    assert stages.needed[0].stage == "approval"


def test_quotes_are_the_plans_words() -> None:
    """Each quote, without [sic], stands in the plan text (lines of the text are joined)."""
    if not PLAN.exists():
        pytest.skip("../shared/plan is absent: the plan's text is needed")
    plan = re.sub(r"\s", "", PLAN.read_text("utf-8"))
    quotes = {
        path: value.quote for path, value in walk(load_policy(MODELS / "zhengzhou").policy) if isinstance(value, Source) and value.quote
    }
    assert len(quotes) > 150
    wrong = {p: q for p, q in quotes.items() if re.sub(r"\s|\[sic\]", "", q) not in plan}
    assert wrong == {}
    sic = " ".join(q for q in quotes.values() if "[sic]" in q)
    for slip in ("更行[sic]", "承裁[sic]", "十四区期间[sic]", "风彩[sic]", "职核心功能[sic]", "造[sic]"):
        assert slip in sic
    unmarked = [q for q in quotes.values() if re.search(r"(统筹更行|承裁|十四区期间|风彩|职核心功能)(?!\[sic\])", q)]
    assert unmarked == []


def test_the_second_city_is_another_city(zhengzhou: Policy) -> None:
    tiny = load_policy(MODELS / "lakeside").policy
    assert tiny.city.synthetic
    assert 2 <= len(tiny.funding.channels) <= 3
    for name in ("districts", "object_classes", "modes", "criteria"):
        assert not set(getattr(tiny, name)) & set(getattr(zhengzhou, name)), name
    assert not set(tiny.funding.channels) & set(zhengzhou.funding.channels)
    empty = {c.vocabulary for c in COLUMNS if c.vocabulary and not tiny.vocabulary(c.vocabulary)}
    assert {"zones", "works", "function_types", "implementer_kinds", "stages", "plan_items"} <= empty
    for column in COLUMNS:
        if column.vocabulary:
            assert zhengzhou.vocabulary(column.vocabulary), column.vocabulary


def test_no_city_in_the_code(zhengzhou: Policy) -> None:
    """No id of a district, key area or work stands in the code (the makers of synthetic libraries aside)."""
    names = {*zhengzhou.districts, *zhengzhou.key_areas, *zhengzhou.vocabulary("works")} - {"outside"}
    names |= {label for section in ("districts", "key_areas") for label in (e.label.zh for e in getattr(zhengzhou, section).values())}
    found = []
    src = ROOT / "src" / "renewal_opt"
    for file in sorted(src.rglob("*.py")):
        if "synth" in file.relative_to(src).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
                found.append(f"{file.relative_to(src)}:{node.lineno} {node.value}")
    assert found == []
