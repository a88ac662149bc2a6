"""Policy tests as data: every file of tests/policy is screened and scored, by the engine and by verify's own code."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from builders import policy_of, scenario_of, tiny_policy

from renewal_opt.domain import Library, Project
from renewal_opt.errors import Collector
from renewal_opt.io.yamlfile import load_yaml
from renewal_opt.scoring import score
from renewal_opt.screening import screen
from renewal_opt.verify import scores as verify_scores
from renewal_opt.verify import screening as verify_screening
from renewal_opt.verify.reading import Reading

CASES = sorted((Path(__file__).parent / "policy").glob("*.yaml"))


def exact(value: Any) -> Fraction:
    return Fraction(value)


def project(values: dict[str, Any]) -> Project:
    extra = {k: tuple(v) if isinstance(v, list) else v for k, v in values.get("extra", {}).items()}
    return Project.model_validate(values | {"extra": extra}, strict=False)


@pytest.mark.parametrize("file", CASES, ids=lambda f: f.stem)
def test_policy_case(file: Path) -> None:
    collector = Collector()
    node = load_yaml(file, collector)
    assert node is not None, collector.findings
    case: dict[str, Any] = node.data  # type: ignore[assignment]
    assert case["sentence"]
    policy = policy_of(tiny_policy() | case.get("policy", {}))
    base = {"total_investment": 1_000_000, "spend": [1_000_000]} | case.get("base", {})
    projects = [project({"id": i, "name": i} | base | changes) for i, changes in case["projects"].items()]
    library, scenario = Library(projects=tuple(projects)), scenario_of(**case.get("scenario", {}))
    expect = case["expect"]

    screened = screen(policy, library, scenario.plan_year)
    if "screening" in expect:
        assert set(expect["screening"]) == set(screened)
    for i, wanted in expect.get("screening", {}).items():
        found = {c.clause.removeprefix("screening."): c.status + (" papers" if c.papers else "") for c in screened[i].clauses}
        assert {"status": screened[i].status} | found == {k: v for k, v in wanted.items() if k != "applied"}, i
        assert screened[i].applied == (wanted.get("applied", "yes") in ("yes", True)), i
    for i, wanted in expect.get("evidence", {}).items():
        for clause, words in wanted.items():
            label = next(c.evidence for c in screened[i].clauses if c.clause == f"screening.{clause}")
            for word in words:
                assert word in label.zh or word in label.en, (i, clause, word, label)

    scoring = score(policy, library, scenario)
    assert all(scoring.normalised[k] == exact(w) for k, w in expect.get("weights", {}).items())
    for i, wanted in expect.get("scores", {}).items():
        row = scoring.rows[i]
        assert list(row.missing) == wanted["missing"], i
        for key, value in wanted.items():
            if key != "missing":
                have = getattr(row, key) if key in ("total", "worst", "best") else row.criteria[key]
                assert have == exact(value), (i, key, have)

    reading = Reading(policy, library, scenario)
    for i, clauses in verify_screening.results(reading).items():
        assert {c.clause: (c.status, c.papers) for c in screened[i].clauses} == clauses, i
    for i, own in verify_scores.results(reading).items():
        row = scoring.rows[i]
        assert (row.total, row.worst, row.best, row.criteria, row.indicators) == (own.total, own.worst, own.best, own.criteria, own.indicators), i


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
