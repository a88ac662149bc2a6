"""What a set of plans is, in plain sentences."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from ..domain.front import Front
from ..i18n import _, get_language
from .numbers import rounded


def claim_words(front: Front) -> list[str]:
    """Return what the set is and what is proven of it, the claim first."""
    language, n = get_language(), len(front.points)
    first = {
        "complete": _("Complete: no other plan of this scenario is better in one objective without being worse in another (plans: {n})."),
        "open": _("Not complete. Plans found: {n}; search zones still open: {zones}."),
        "representation": _("A representation: a choice of plans that stands for the whole set (plans: {n})."),
        "supported": _("Supported plans only, each of them best for some weights of the objectives (plans: {n}); the complete set may hold more."),
        "resolution": _("Complete up to the stated steps: no other plan of this scenario beats these by a step or more (plans: {n})."),
    }
    if not all(o.exact for o in front.objectives):
        first["complete"] = first["resolution"]
    out = [first[front.claim].format(n=n, zones=len(front.open_zones))]
    if front.claim == "open":
        if front.missing is not None:
            out.append(_("What is missing would add at most {share:.2%} of the hypervolume.").format(share=_raised(front.missing)))
        out += [_("Open because: {why}").format(why=w) for w in dict.fromkeys(z.why for z in front.open_zones if z.why)][:3]
        out.append(_("Provisional: best plans, knees and regrets hold for the plans found so far; those still missing may change them."))
    if front.claim == "representation" and front.open_zones:
        out += [_("Parts of the set were not looked at: {why}").format(why=w) for w in dict.fromkeys(z.why for z in front.open_zones if z.why)][:3]
    if front.coverage is not None:
        words = _("No plan of the set is farther than {share:.2%} of the range of any objective from the nearest plan shown.") if front.coverage_exact else _(
            "No plan of the set is farther than {share:.2%} of the range of any objective from the nearest plan shown (proven bound)."
        )
        out.append(words.format(share=_raised(front.coverage)))
    for o in front.objectives:
        if not o.exact:
            words = _("{name}: differences below {step} ({unit}) count as none.")
            out.append(words.format(name=o.label.text(language), step=_plain(Fraction(o.step)), unit=o.unit.text(language)))
    if front.levels:
        out.append(_("Held: {levels}").format(levels=_(", ").join([w.text(language) for w in front.level_words] or map(_level, front.levels))))
    if front.without_candidates:
        out.append(_("Districts without candidates, not counted: {names}").format(names=_(", ").join(front.without_candidates)))
    return [*out, *front.remarks]


def knee_words() -> str:
    """Return what a knee is, with its sources."""
    return _("Knee (★): the plan farthest beyond the line or plane through the best plans of the objectives, ranges scaled to 1 (Das 1999). Further knees (☆): farther beyond it than every plan within a fifth of the ranges (Zhang, Tian and Jin 2015).")


def regret_words() -> str:
    """Return what regret is."""
    return _("Regret: distance from the best value of an objective, as a share of the range between the best and the worst plan of the set.")


def _level(text: str) -> str:
    """Return a level as a comparison, where it stands as an option."""
    option, _space, rest = text.partition(" ")
    name, equals, number = rest.partition("=")
    sign = {"--at-least": "≥", "--at-most": "≤"}.get(option)
    return f"{name.strip()} {sign} {number.strip()}" if sign and equals else text


def _raised(share: float) -> float:
    """Return an upper bound at the next hundredth of a percent: rounded to the nearest it would be none."""
    return ceil(share * 1e4 - 1e-9) / 1e4


def _plain(number: Fraction) -> str:
    """Return a step without needless zeros."""
    text = f"{rounded(number, 6):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
