"""Words of the robust answer: states, claims, and the definitions that its numbers rest on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..analysis.compare.data import Interval
from ..domain.base import WAN
from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import (
    Measure,
    ProtectedPlan,
    Refine,
    RobustAnswer,
    RobustPortfolio,
)
from ..i18n import _
from .compare_words import interval_words
from .numbers import percent, rounded
from .view import unit_name


def state_name(state: str) -> str:
    """Return a project's state in words."""
    return {"core": _("core"), "borderline": _("borderline"), "exterior": _("exterior"), "undecided": _("undecided")}[state]


def why_state(why: str) -> str:
    """Return what a state rests on."""
    return {
        "scenario": _("in by the scenario"), "set": _("the complete set"), "single": _("proven for this project"), "witness": _("portfolios with and without it"), "open": _("not decided in the time"),
    }[why]  # fmt: skip


def rule_name(rule: str) -> str:
    """Return a choice's rule."""
    return {"maximin": _("maximin value"), "minimax_regret": _("minimax regret")}[rule]


def missing_choices(answer: RobustAnswer) -> list[str]:
    """Return which choices were not found, a sentence each."""
    if answer.claim == "none" or not any(m.kind == "value" for m in answer.measures):
        return []
    found = {c.rule for c in answer.choices}
    return [_("{rule}: not found in the time").format(rule=rule_name(rule)) for rule in ("maximin", "minimax_regret") if rule not in found]


def claim_words(answer: RobustAnswer) -> str:
    """Return what the list of portfolios is."""
    number = len(answer.portfolios)
    if answer.claim == "complete":
        return _("all {number} nondominated portfolios, proven complete").format(number=number)
    most = asked(answer, "most_portfolios")
    why = {
        "time": _("the time ended (seconds: {seconds})").format(seconds=asked(answer, "seconds")), "stopped": _("stopped"),
        "many": _("there are more than most_portfolios: {most}; raise it in the question, or with --most-portfolios").format(most=most),
        "": _("portfolios were set aside without a proof"),
    }.get(answer.why, answer.why)  # fmt: skip
    return _("{number} nondominated portfolios, there may be more: {why}").format(number=number, why=why)


def missing_levels(answer: RobustAnswer) -> list[str]:
    """Return which levels of protection were asked for and not reached, in a sentence; empty where none."""
    stated = asked(answer, "protection", "gamma")
    if stated is None:
        return []
    reached = {Fraction(p.gamma) for p in answer.protected}
    left = sorted({Fraction(0), *(Fraction(str(g)) for g in stated)} - reached)
    if not left:
        return []
    return [_("Protection against overrun was asked for and not reached: gamma {levels} (stopped before).").format(levels=_(", ").join(f"{float(g):.12g}" for g in left))]


def asked(answer: RobustAnswer, *path: str) -> Any:
    """Return what the question says under a path, None where it says nothing."""
    here: Any = answer.question
    for key in path:
        here = here.get(key) if isinstance(here, dict) else None
    return here


def definitions(answer: RobustAnswer) -> list[str]:
    """Return what the words mean in this answer, a sentence each."""
    out: list[str] = []
    if answer.claim != "none":
        out.append(_("A portfolio dominates another when its value is at least as high for all possible weights and scores, and higher for some; projects in both cancel (Liesiö, Mild, Salo 2007). All portfolios satisfy every rule and can be funded in whole money."))
        out.append(_("Core index: the share of nondominated portfolios that hold a project; core 1, exterior 0."))
    if any(m.kind == "cost" for m in answer.measures):
        out.append(_("Cost is a criterion of its own: a dominating portfolio also costs no more for all possible costs (2008). The rules hold at the stated costs."))
        if (answer.question.get("costs") or {}).get("budget") == "variable":
            out.append(_("The budget is variable: its rows are dropped, portfolios of every budget level are compared."))
    rounded_ones = [m for m in answer.measures if not m.exact]
    if rounded_ones:
        for m in rounded_ones[:1] + [m for m in rounded_ones[1:] if m.kind == "cost"]:
            step = Fraction(m.step)
            unit = _("yuan") if m.kind == "cost" else unit_name(answer.basis)
            words = _("Each project's part of a value is rounded to {step} ({unit}) first, as its exact step is finer than is searched (resolution of the question); the answer is exact for these numbers.")
            out.append(words.format(step=number(step, 0) if step.denominator == 1 else f"{float(step):g}", unit=unit))
    if answer.protected:
        out.append(_("Protected with gamma: the plan keeps every rule when any gamma projects overrun by their largest percentage at once, and can be funded then with the money allotted anew (Bertsimas, Sim 2004)."))
        if answer.tickets:
            out.append(_("Channels have least ticket sizes: the proof that a plan can be funded after every overrun leaves them out and is not claimed."))
    return out


def places_of(answer: RobustAnswer) -> int:
    """Return with how many decimals all values of an answer are told: 0 where they are large, else 2."""
    texts = [v for p in answer.portfolios for row in (p.low, p.high) for m, v in zip(answer.measures, row, strict=True) if m.kind == "value"]
    texts += [c.value for c in answer.choices] + [p.objective for p in answer.protected if p.objective is not None]
    return 0 if any(abs(Fraction(t)) >= 100_000 for t in texts) else 2


def number(text: str | Fraction | None, places: int) -> str:
    """Return an exact number with so many decimals."""
    return "–" if text is None else f"{rounded(Fraction(text), places):,.{places}f}"


def ends(answer: RobustAnswer, portfolio: RobustPortfolio, kind: str) -> tuple[Fraction, Fraction] | None:
    """Return the least and the largest value (万元 for cost) of a portfolio over the whole set of information; None where nothing is measured so."""
    both = [(Fraction(a), Fraction(b)) for m, a, b in zip(answer.measures, portfolio.low, portfolio.high, strict=True) if m.kind == kind]
    every = [v / (WAN if kind == "cost" else 1) for pair in both for v in pair]
    return (min(every), max(every)) if every else None


def index_text(index: str | None, held: int, listed: int) -> str:
    """Return a core index, or how many of the listed portfolios hold a project."""
    return f"{rounded(Fraction(index)):.2f}" if index is not None else f"{held}/{listed}"


def price(first: ProtectedPlan, plan: ProtectedPlan) -> Interval | None:
    """Return what is proven of the price of protection, in the objective's unit; None where a plan is missing.

    It is the difference of two optima of which each lies between the plan found and its bound, and none is negative: a protected plan
    is a plan without protection too.
    """
    if first.objective is None or plan.objective is None:
        return None
    mine, theirs = Fraction(first.objective), Fraction(plan.objective)
    if plan is first:
        return Interval(Fraction(0), Fraction(0))
    low = Fraction(0) if plan.bound is None else max(Fraction(0), mine - Fraction(plan.bound))
    return Interval(low, None if first.bound is None else max(low, Fraction(first.bound) - theirs))


def price_text(first: ProtectedPlan, plan: ProtectedPlan) -> str:
    """Return the price of protection in percent of the objective without it, as far as it is proven; without the sign of percent."""
    found = price(first, plan)
    if found is None or found.low is None or found.high is None or not Fraction(first.objective or 0):
        return "–"
    share = 100 / Fraction(first.objective or 0)
    return interval_words(Interval(found.low * share, found.high * share), signed=False)


def price_amount(first: ProtectedPlan, plan: ProtectedPlan, places: int) -> str:
    """Return the price of protection in the objective's unit, as far as it is proven."""
    found = price(first, plan)
    return "–" if found is None or found.high is None else interval_words(found, places, signed=False)


def price_shares(first: ProtectedPlan, plan: ProtectedPlan) -> tuple[Fraction, Fraction] | None:
    """Return the least and the largest price of protection as shares of the objective without it; None where one is not known."""
    found = price(first, plan)
    if found is None or found.low is None or found.high is None or not Fraction(first.objective or 0):
        return None
    whole = Fraction(first.objective or 0)
    return found.low / whole, found.high / whole


def gamma_number(plan: ProtectedPlan) -> float:
    """Return a level of protection as a number."""
    return float(Fraction(plan.gamma))


def gamma_text(plan: ProtectedPlan) -> str:
    """Return a level of protection as a decimal."""
    return f"{gamma_number(plan):.12g}"


def trial_words(answer: RobustAnswer) -> list[str]:
    """Return how the overruns are drawn, a sentence each; empty without a trial."""
    tried = next((p.trial for p in answer.protected if p.trial is not None), None)
    if tried is None:
        return []
    own = asked(answer, "protection", "projects") or {}
    words = _("{draws} draws, the same for every plan (seed {seed}). In each, every project overruns with a chance of {chance}, by itself; its overrun is then uniform between 0 and its largest: {largest}.")
    largest = [_("new starts {percent}%").format(percent=_short(asked(answer, "protection", "overrun"))), _("carry-overs {percent}%").format(percent=_short(asked(answer, "protection", "carry_overs")))]
    if own:
        largest.append(_("{number} projects as stated").format(number=len(own)))
    chance = percent(Fraction(str(asked(answer, "protection", "chance"))), 1)
    out = [words.format(draws=f"{tried.draws:,d}", seed=asked(answer, "protection", "seed"), chance=chance, largest=_("; ").join(largest))]
    out.append(_("Shares count draws after which the plan breaks the budget, a limit, or cannot be funded with its money allotted anew; a draw may break several."))
    return out


def _short(text: object) -> str:
    return f"{float(Fraction(str(text))):.12g}"


def left_text(answer: RobustAnswer, refine: Refine) -> str:
    """Return how many portfolios refining leaves, or why that is not counted."""
    if refine.left is not None:
        return str(refine.left)
    return _("list not complete") if answer.claim != "complete" else _("no interval")


def refine_words(answer: RobustAnswer) -> list[str]:
    """Return what the list of projects to refine means and how it is ordered, a sentence each."""
    if not answer.refine:
        return []
    if nothing_open(answer):
        return [_("Weights, scores and costs are known exactly here: there is nothing to refine.")]
    spread = _("Spread: the project's largest part of a value less its least, over all possible weights and scores ({unit}).").format(unit=unit_name(answer.basis))
    by_spread = _("by spread times the share of portfolios that hold it, or that do not where that is less, largest first")
    if answer.claim != "complete":
        left = _("Portfolios left after refining can be counted in a complete list only.")
        return [left, spread, _("Order: {order}.").format(order=by_spread)]
    left = _("Portfolios left: nondominated ones, of {number}, when the project is known to be the middle of its intervals; a project without an interval has nothing to refine.")
    order = _("fewest portfolios left first, equal ones {order}").format(order=by_spread)
    return [left.format(number=len(answer.portfolios)), spread, _("Order: {order}.").format(order=order)]


def nothing_open(answer: RobustAnswer) -> bool:
    """Return whether no project has anything that could be refined."""
    return all(p.low == p.high for p in answer.portfolios) and all(r.left is None and not Fraction(r.spread) for r in answer.refine)


def moves(first: ProtectedPlan, plan: ProtectedPlan) -> tuple[list[str], list[str]]:
    """Return which projects leave and which enter against the plan without protection."""
    before, after = set(first.chosen), set(plan.chosen)
    return sorted(before - after), sorted(after - before)


def index_words(state: str) -> str:
    """Return the core index that a state stands for; empty where it stands for none."""
    return {"core": _("core index 1"), "exterior": _("core index 0")}.get(state, "")


def proof_text(plan: ProtectedPlan) -> str:
    """Return what is proven of a protected plan."""
    if plan.objective is None:
        return _("no plan holds: proven")
    best = _("optimal within the gap") if plan.proven else _("best found")
    funded = {"proven": _("fundable after every overrun: proven"), "none": "", "open": _("fundable after every overrun: not proven")}[plan.sets]
    return _("; ").join(w for w in (best, funded) if w)


class Names:
    """Names of criteria and projects; ids where they are not known."""

    def __init__(self, policy: Policy | None, library: Library | None) -> None:
        self._policy = policy
        self._projects = {p.id: p.name for p in library.projects} if library is not None else {}

    def criterion(self, key: str) -> str:
        """Return a criterion's name."""
        return self._policy.criteria[key].label.text() if self._policy is not None and key in self._policy.criteria else key

    def project(self, key: str) -> str:
        """Return a project's id and name."""
        return f"{key} {self._projects[key]}" if key in self._projects else key

    def weights(self, measure: Measure) -> str:
        """Return the weights of a measure in words."""
        if measure.kind == "cost":
            return _("cost (10k yuan)")
        return _("; ").join(f"{self.criterion(k)} {rounded(Fraction(w), 3)}" for k, w in measure.weights.items() if Fraction(w))
