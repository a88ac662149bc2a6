"""Patched matrices == rebuilt matrices, and the same optimum, over drawn inputs and drawn changes (issue 4, section 1).

Each example draws a whole input and up to four changes, one upon the other, and at last goes back to where it began:
A -> B -> C -> A. After every move the living model is compared with the one built from the problem, and both are
solved. What must be patched is patched; what is rebuilt says a reason that the change can have.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from changes import CHANGES, Case, DrawCase, draw
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from instances import FAMILIES, Chooser, HypothesisChooser
from same_model import differences, plain, unequal

from renewal_opt.analysis.living import LivingPlan
from renewal_opt.errors import RenewalError
from renewal_opt.model.build import build_model
from renewal_opt.model.compile import compile_model
from renewal_opt.model.patch import RebuildReason
from renewal_opt.solver import HighsSession, SolveOptions, Status

OPTIONS = SolveOptions(gap=0.0)
#: reasons that small inputs do not bring about (tests/living/test_patch.py does)
ELSEWHERE = {RebuildReason.CROSSED_BOUNDS}


class Walk:
    """Follows one case through its changes and counts in `seen` what it meets."""

    def __init__(self, r: Chooser, seen: Counter[str], families: list[str] | None = None) -> None:
        self.r, self.seen, self.families = r, seen, families
        self.plan: dict[str, int] = {}

    def go(self) -> None:
        """Draw a case and up to four changes, follow them, and go back to the first."""
        first = DrawCase(self.r, 8, self.families).case()
        try:
            living = LivingPlan(first.problem())
        except RenewalError:
            self.seen["refused at first"] += 1
            return
        self.check(living, ())
        case, since, rebuilt, odd = first, list[str](), False, False
        for _ in range(self.r.whole(1, 4)):
            drawn = draw(self.r, case)
            if drawn is None:
                continue
            changed, name = drawn
            why = self.move(living, changed)
            if why is None:
                continue
            case, since = changed, [*since, name]
            odd = odd or crossed(case)  # such a limit is two rows
            allowed = {reason for n in since for reason in CHANGES[n].reasons} | ({RebuildReason.ROW_SET} if odd else set())
            assert set(why) <= allowed, (since, why)
            if not odd or name == "crossed":  # what was patched before is in place: the last change decides
                self.seen[f"{name}: {'rebuilt' if why else 'patched'}"] += 1
            if why:
                since, rebuilt = [], True
        why = self.move(living, first)
        if not rebuilt:
            assert why == ()
            self.seen["back to the base"] += 1

    def move(self, living: LivingPlan, case: Case) -> tuple[RebuildReason, ...] | None:
        """Move on and check; None when the case has no model at all, patched or not."""
        try:
            problem = case.problem()
        except RenewalError:
            self.seen["refused"] += 1
            return None
        held = living.problem
        try:
            why = living.move_to(problem)
        except RenewalError:
            with pytest.raises(RenewalError):
                build_model(problem)
            assert living.problem is held
            self.seen["refused by the rules"] += 1
            return None
        assert living.problem is problem
        for reason in why:
            self.seen[reason.name] += 1
        self.seen["moves"] += 1
        self.check(living, why)
        return why

    def check(self, living: LivingPlan, why: tuple[RebuildReason, ...]) -> None:
        """Compare a living model with the one that is built from its problem, arrays and optimum; keep its plan."""
        model = build_model(living.problem, projected=living.projected)
        rebuilt = compile_model(model)
        assert living.gain_unit == model.gain_unit
        assert not unequal(plain(living.session.state.matrices()), plain(living.matrices))
        if why:
            assert not unequal(plain(living.matrices), plain(rebuilt))
        else:
            patch = living._base.patch(living.problem)
            assert not isinstance(patch, tuple)
            assert not differences(living.matrices, patch, rebuilt)
        mine, fresh = living.solve(OPTIONS, start=self.plan.items()), HighsSession(rebuilt).solve(OPTIONS)
        assert mine.status is fresh.status
        assert mine.status in (Status.OPTIMAL, Status.INFEASIBLE)
        self.seen[mine.status.value] += 1
        if fresh.x is None:
            return
        assert abs(mine.objective - fresh.objective) <= 1e-6 * max(1.0, abs(fresh.objective))
        answer = living.answer(mine)
        assert answer is not None
        value = float(answer.objective)
        assert abs(value - fresh.objective * model.gain_unit) <= 1e-6 * max(1.0, abs(value))
        self.plan = answer.starts


def crossed(case: Case) -> bool:
    """Whether a limit of the case asks for more than it allows."""
    limits = case.raw.get("limits", {}).values()
    return any(one["at_least"].get("value", 0) > one["at_most"].get("value", 0) for one in limits if one.get("at_least") and one.get("at_most"))


def test_drawn_by_hypothesis() -> None:
    """At least 500 drawn inputs, each with up to four changes and the way back."""
    seen: Counter[str] = Counter()

    @settings(max_examples=500, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.data())
    def drawn(data: st.DataObject) -> None:
        Walk(HypothesisChooser(data.draw), seen).go()
        seen["cases"] += 1

    drawn()
    assert seen["cases"] >= 500
    assert seen["moves"] >= 700
    assert seen["back to the base"] >= 200


def test_every_change_and_every_reason() -> None:
    """Random numbers draw richer inputs: every kind of change is met, every patchable one patched, every reason given."""
    seen: Counter[str] = Counter()
    for seed in range(240):
        mixed = [FAMILIES[(a * seed + b) % len(FAMILIES)] for a, b in ((1, 0), (5, 3), (7, 11))]
        families = [None, [*mixed, "caps", "tickets"], [*mixed, "budget", "limits"], [*mixed, "force", "corequisites"]][seed % 4]
        Walk(Chooser(random.Random(seed)), seen, families).go()
    assert seen["moves"] >= 600
    assert not [name for name, kind in CHANGES.items() if kind.patches and not seen[f"{name}: patched"]]
    assert not [name for name, kind in CHANGES.items() if kind.patches == bool(seen[f"{name}: rebuilt"])]
    assert not [reason for reason in RebuildReason if not seen[reason.name] and reason not in ELSEWHERE]
    assert seen["optimal"] >= 400
    assert seen["infeasible"] >= 30
