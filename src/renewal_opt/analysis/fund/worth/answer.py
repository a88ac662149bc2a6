"""The whole answer of `fund worth`: single caps, sets of caps, curves of score against money."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ....domain.base import Label
from ....domain.fund_worth import Axis, Caps, WorthAnswer
from ....solver.clock import OutOfTime
from ...assemble import input_files, program_versions
from ..target import Target
from .base import Asked, Base, base_of, chosen_levers, optimum_of
from .caps import solve_caps, worth_of_caps
from .curve import CurveMaker
from .curve_policies import measured_by_budget
from .levers import Lever
from .lp_prices import LeverProgram
from .sets import Solved, solve_sets, worth_of_sets

Drawn = tuple[Axis, Caps]


def worth(
    target: Target, asked: Asked, *, pairs: bool = False, points: int = 0, curves: Sequence[Drawn] = (("total", "yearly"), ("total", "summed")),
    tell: Callable[[str], None] = lambda words: None, cancel: threading.Event | None = None,
) -> WorthAnswer:  # fmt: skip
    """Return what one more 亿元 is worth, and one less, in each cap.

    Parameters
    ----------
    target : Target
        Plan or scenario; the projects are chosen anew under moved caps.
    asked : Asked
    pairs : bool
        Whether sets of caps are looked at, too.
    points : int
        Most solves of each curve; 0 draws none.
    curves : sequence of (axis, caps)
        Which curves.
    tell : callable
        Told what is done.
    cancel : threading.Event, optional
        Set it to stop with what is proven so far.

    Raises
    ------
    InputError
        For channels or years that no cap has.
    InfeasibleError, SolverError
        When the plan's own question has no plan, or none is found in time.
    """
    cancel = cancel or threading.Event()
    base = base_of(target, asked, cancel)
    levers = chosen_levers(base, asked)
    program = _program(base, levers, asked.step, cancel)
    cases = [] if program is None else solve_caps(base, asked, program, levers, tell)
    notes = _notes(base)
    if cancel.is_set():
        notes.append(_stopped(len({c.lever.row for c in cases}), len(levers)))
    solved: list[Solved] = []
    if pairs and program is not None and not cancel.is_set():
        try:
            solved = solve_sets(base, asked, program, [v for v in levers if v.row in {c.lever.row for c in cases}], worth_of_caps(base, program, cases), tell)
        except OutOfTime:
            notes.append(_NO_SETS)
    makers: list[CurveMaker] = []
    for axis, years in curves if points else ():
        if cancel.is_set():
            notes.append(_NO_CURVE)
            break
        maker = CurveMaker(base, asked, axis, years, points)
        if not maker.scales():
            notes.append(_NO_CAPS)
        elif maker.monotone():
            if maker.draw(tell) is not None:
                makers.append(maker)
        else:
            notes.append(_NOT_MONOTONE)
        if years != "yearly":
            notes += _dropped(base, years)
    caps = [] if program is None else worth_of_caps(base, program, cases)  # told last: every solve may have taught more of the plan's own optimum
    sets = [] if program is None else worth_of_sets(base, asked, program, solved, caps)
    plan, inputs = target.plan, target.inputs
    return WorthAnswer(
        program=program_versions(), city=plan.city, title=plan.title, synthetic=target.synthetic, scenario=inputs.scenario.name, plan_year=plan.plan_year,
        basis=inputs.scenario.basis, step=asked.step, gap_asked=base.options.gap, base=optimum_of(base.known.found), relaxed=None if program is None else program.optimum,
        plan_kept=base.known.kept, caps=tuple(caps), sets=tuple(sets), curves=tuple(m.curve() for m in makers), notes=tuple(dict.fromkeys(notes, None)), inputs=input_files(inputs),
    )  # fmt: skip


def _program(base: Base, levers: Sequence[Lever], step: int, cancel: threading.Event) -> LeverProgram | None:
    """Return the relaxation of the caps; None where it was stopped before it was solved."""
    try:
        return None if cancel.is_set() else LeverProgram(base.problem, levers, step, cancel)
    except OutOfTime:
        return None


def _stopped(looked: int, all_: int) -> Label:
    return Label(zh=f"中途停止：{all_} 项上限中看了 {looked} 项，其余未列出；所列区间均已证明", en=f"stopped: {looked} of {all_} caps were looked at, the others are not listed; the intervals told are proven")


_NO_SETS = Label(zh="中途停止：未看上限的组合", en="stopped: caps together were not looked at")
_NO_CURVE = Label(zh="中途停止：其余曲线未画", en="stopped: the other curves are not drawn")
_NOT_MONOTONE = Label(
    zh="有限额按预算的占比设下限：资金多了未必仍可行，故不画该曲线", en="a limit asks for a least share of the budget: more money may take plans away, so that this curve is not drawn"
)
_NO_CAPS = Label(zh="渠道都没有大于 0 的上限，没有可按比例调整的上限，故不画按比例的曲线", en="no channel has a cap above 0: there is nothing to scale, so that the curve of scaled caps is not drawn")
_SPLIT_BY_YEAR = Label(
    zh="结转的渠道不参加“合用一笔”的组合：多出的钱会跨年使用", en="channels whose surplus is carried over are in no set that shares a step: the money would reach over years"
)
_RESERVED = Label(
    zh="按上限预留份额的渠道不参加“合用一笔”的组合：份额随上限变动", en="channels of whose cap a share is reserved are in no set that shares a step: the share moves with the cap"
)


def _notes(base: Base) -> list[Label]:
    out: list[Label] = []
    forbids = [r.label for r in base.problem.policy.funding.caps.values() if r.active and r.amount - r.already_used <= 0]
    if forbids:
        out.append(Label(zh=f"上限为 0 的禁止性规则不作变动：{'、'.join(r.zh for r in forbids)}", en=f"rules that forbid (a cap of 0) are not moved: {', '.join(r.en for r in forbids)}"))
    if any(c.carry_surplus for c in base.problem.policy.funding.channels.values()):
        out.append(_SPLIT_BY_YEAR)
    if any(r.active and r.of == "cap" for r in base.problem.policy.funding.reserved.values()):
        out.append(_RESERVED)
    return out


def _dropped(base: Base, caps: Caps) -> list[Label]:
    """Return what else falls when yearly caps are carried over or added up."""
    out: list[Label] = []
    policy = base.problem.policy
    if caps == "summed" and any(r.active and r.of == "cap" for r in policy.funding.reserved.values()):
        out.append(Label(zh="各年上限合并后，按年上限预留的份额不再起作用", en="with the years added up, shares reserved of yearly caps no longer hold"))
    if measured_by_budget(policy):
        out.append(Label(zh="有限额以当年预算为基数，预算仍按年计", en="a limit is measured by the yearly budget, which stays yearly"))
    return out
