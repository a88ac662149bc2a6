"""Words of the robust answer: states, claims, and the definitions that its numbers rest on."""

from __future__ import annotations

from fractions import Fraction

from ..analysis.compare.data import Interval
from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import Measure, ProtectedPlan, RobustAnswer
from ..i18n import _
from .compare_words import interval_words
from .numbers import rounded, wan


def state_name(state: str) -> str:
    """Return a project's state in words."""
    return {"core": _("core"), "borderline": _("borderline"), "exterior": _("exterior"), "undecided": _("undecided")}[state]


def why_state(why: str) -> str:
    """Return what a state rests on."""
    return {
        "set": _("the complete set"), "single": _("proven for this project"), "witness": _("portfolios with and without it"), "open": _("not decided in the time"),
    }[why]  # fmt: skip


def rule_name(rule: str) -> str:
    """Return a choice's rule."""
    return {"maximin": _("maximin value"), "minimax_regret": _("minimax regret")}[rule]


def claim_words(answer: RobustAnswer) -> str:
    """Return what the list of portfolios is."""
    number = len(answer.portfolios)
    if answer.claim == "complete":
        return _("all {number} nondominated portfolios, proven complete").format(number=number)
    why = {"time": _("the time ended"), "many": _("there are more than asked for"), "": _("portfolios were set aside without a proof")}.get(answer.why, answer.why)
    return _("{number} nondominated portfolios, there may be more: {why}").format(number=number, why=why)


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
        step = Fraction(rounded_ones[0].step)
        out.append(_("Each project's part of a value is rounded to a resolution of {step} first; the answer is exact for these numbers.").format(step=f"{float(step):g}"))
    if answer.protected:
        out.append(_("Protected with gamma: the plan keeps every rule when any gamma projects overrun by their largest percentage at once, and can be funded then with the money allotted anew (Bertsimas, Sim 2004)."))
        if answer.tickets:
            out.append(_("Channels have least ticket sizes: the proof that a plan can be funded after every overrun leaves them out and is not claimed."))
    return out


def number(text: str | None) -> str:
    """Return an exact number with two decimals, large ones without."""
    if text is None:
        return "–"
    value = rounded(Fraction(text))
    return f"{value:,.0f}" if abs(value) >= 1_000_000 else f"{value:,.2f}"


def amount(measure: Measure, text: str) -> str:
    """Return a value, or a cost as 万元."""
    return wan(Fraction(text)) if measure.kind == "cost" else number(text)


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
    """Return the price of protection as a share of the objective without it, as far as it is proven."""
    found = price(first, plan)
    if found is None or found.low is None or found.high is None or not Fraction(first.objective or 0):
        return "–"
    share = 100 / Fraction(first.objective or 0)
    return interval_words(Interval(found.low * share, found.high * share)).replace("+", "") + "%"


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
