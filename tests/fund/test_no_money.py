"""A plan that spends nothing: its bottlenecks are none, and that is said."""

from __future__ import annotations

import io

from small import Town, channel, new
from worth_cases import WAN, target_of_town

from renewal_opt.analysis.bottlenecks import bottlenecks
from renewal_opt.analysis.fund.worth.answer import worth
from renewal_opt.analysis.fund.worth.base import Asked
from renewal_opt.report.bottlenecks import print_bottlenecks


def test_no_bottlenecks_and_no_error() -> None:
    """10 of cash, 20 of bonds, a project of 50."""
    target = target_of_town(Town([new("a", 50)], channels={"cash": channel(cap={2025: 10}), "bond": channel("debt", cap={2025: 20})}))
    assert target.plan.chosen == ()
    assert bottlenecks(target.problem, target.plan) == []
    out = io.StringIO()
    print_bottlenecks([], out, paid=False)
    assert "This plan spends no money: no set of channels has anything to bring for it." in out.getvalue()
    assert worth(target, Asked(step=10 * WAN), pairs=True).base.value == "0"
