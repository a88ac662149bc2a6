"""Reads what is asked for: objectives with sense and step, and levels on other measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...errors import Finding, InputError
from ...i18n import _
from ...io.nearest import did_you_mean, listing
from ...problem import Problem
from .measures import Measure, Sense, known_words, measure

#: ratios are no sums over the plan: levels to hold, not objectives
RATIOS = ("leverage", "share", "ratio", "cover", "district_share")


@dataclass(frozen=True, eq=False)
class Objective:
    """A measure with a direction.

    Attributes
    ----------
    measure : Measure
    sense : {"max", "min"}
    step : Fraction or None
        Resolution asked for, in the measure's unit.
    """

    measure: Measure
    sense: Sense
    step: Fraction | None = None

    @property
    def resolution(self) -> Fraction | None:
        """What differences below are not told apart; None: exact."""
        return self.step if self.step is not None else self.measure.resolution


@dataclass(frozen=True, eq=False)
class Level:
    """A bound on a measure that the portfolio alone determines.

    Attributes
    ----------
    measure : Measure
    at_least, at_most : Fraction or None
    text : str
        As given.
    """

    measure: Measure
    at_least: Fraction | None
    at_most: Fraction | None
    text: str


def read_objectives(problem: Problem, words: Sequence[str]) -> list[Objective]:
    """Read ``NAME``, ``NAME:min``, ``NAME:max`` and ``...:step=NUMBER``.

    Raises
    ------
    InputError
        With a finding for every wrong word.
    """
    findings: list[Finding] = []
    out: list[Objective] = []
    for word in words:
        name, sense, step, wrong = _parts(word)
        if wrong:
            findings.append(Finding("bad_step", file="--objective", value=word, expected=wrong))
            continue
        found = _measure(problem, "--objective", name, word, findings)
        if found is None:
            continue
        if any(o.measure.name == name for o in out):
            findings.append(Finding("same_objective", file="--objective", value=word, expected=_("each objective once")))
        if found.ratios and sense == "min":
            findings.append(Finding("bad_sense", file="--objective", value=word, expected=_("max: the least of several shares can only be raised")))
        out.append(Objective(found, sense or found.sense, step))
    if len(words) < 2:
        findings.append(Finding("few_objectives", file="--objective", value=str(len(words)), expected=_("at least two objectives")))
    if findings:
        raise InputError(findings)
    return out


def read_levels(problem: Problem, at_least: Sequence[str], at_most: Sequence[str]) -> list[Level]:
    """Read ``NAME=NUMBER`` of `--at-least` and `--at-most`.

    Raises
    ------
    InputError
        With a finding for every wrong word.
    """
    findings: list[Finding] = []
    out: list[Level] = []
    for option, texts in (("--at-least", at_least), ("--at-most", at_most)):
        for text in texts:
            name, equals, number = text.partition("=")
            value = _number(number)
            if not equals or value is None:
                findings.append(Finding("bad_level", file=option, value=text, expected=_("NAME=NUMBER, for example projects=20")))
                continue
            found = _measure(problem, option, name.strip(), text, findings, level=True)
            if found is None:
                continue
            if found.of_money or found.ratios:
                expected = _("a measure that the portfolio alone determines; money is bounded in the policy (--set funding.…)")
                findings.append(Finding("money_level", file=option, value=text, expected=expected))
                continue
            out.append(Level(found, value if option == "--at-least" else None, value if option == "--at-most" else None, f"{option} {text}"))
    if findings:
        raise InputError(findings)
    return out


def _parts(word: str) -> tuple[str, Sense | None, Fraction | None, str]:
    pieces = word.split(":")
    sense: Sense | None = None
    step: Fraction | None = None
    while len(pieces) > 1 and (pieces[-1] in ("max", "min") or pieces[-1].startswith("step=")):
        last = pieces.pop()
        if last.startswith("step="):
            step = _number(last.removeprefix("step="))
            if step is None or step <= 0:
                return ":".join(pieces), sense, None, _("a step above 0, for example fiscal_outlay:min:step=100")
        else:
            sense = "max" if last == "max" else "min"
    return ":".join(pieces), sense, step, ""


def _number(text: str) -> Fraction | None:
    text = text.strip()
    if len(text) > 40:
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _measure(problem: Problem, option: str, name: str, word: str, findings: list[Finding], *, level: bool = False) -> Measure | None:
    found = measure(problem, name)
    if found is not None and (found.starts or found.areas or found.money or found.ratios):
        return found
    if found is not None:
        findings.append(Finding("empty_measure", file=option, value=word, expected=_("a measure that some candidate adds to")))
        return None
    if name.split(":")[0] in RATIOS and not level:
        expected = _("a sum over the plan: a ratio is a level to hold, set it in the policy (--set funding.leverage.…, limits.…) and trade off its parts")
        findings.append(Finding("ratio_objective", file=option, value=word, expected=expected))
        return None
    known = known_words(problem)
    findings.append(Finding("unknown_objective", file=option, value=word, expected=_("one of {names}").format(names=_named(known)), hint=did_you_mean(name, known)))
    return None


def _named(known: Sequence[str]) -> str:
    """Return the words without the many years of debt service."""
    years = [k for k in known if k.startswith("debt_service:")]
    rest = [k for k in known if k not in years]
    return ", ".join([*rest, *([f"{years[0]} … {years[-1]}"] if years else [])]) if rest else listing(known)
