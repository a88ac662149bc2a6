"""Reads what is asked for: objectives with sense and step, and levels on other measures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ...errors import Finding, InputError
from ...i18n import _
from ...io.nearest import did_you_mean
from ...pareto.objectives import MOST_STEPS, exact_step
from ...problem import Problem
from .levels import Level, comparison, known_ratios, level_of_measure, level_of_ratio
from .measures import MONEY_STEP, Measure, Sense, known_words, measure

#: smallest step of money, 万元: whole money may cost a little more than the solver's, which has to stay far below a step
LEAST_STEP = MONEY_STEP / 10
#: what ratios are called where a policy names none so
RATIOS = ("leverage", "share", "ratio", "cover", "district_share")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{1,18})?|\.[0-9]{1,18}|[0-9]{1,18}/[1-9][0-9]{0,17})")


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
        """What differences below are not told apart; None: exact, also where a step is asked for that is finer still."""
        if self.step is None or self.measure.resolution is not None:
            return self.step or self.measure.resolution
        coefs = [*self.measure.starts.values(), *self.measure.areas.values()]
        own = exact_step(coefs)
        fine = own is not None and self.step <= own and sum(map(abs, coefs), Fraction(0)) / own <= MOST_STEPS
        return None if fine else self.step


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
        if step is not None and found.of_money and step < LEAST_STEP:
            findings.append(Finding("bad_step", file="--objective", value=word, expected=_("a step of at least {least} (10k yuan) for money").format(least=float(LEAST_STEP))))
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
            level = _level(problem, option, name.strip(), value, text, findings)
            if level is not None:
                out.append(level)
    if findings:
        raise InputError(findings)
    return out


def _level(problem: Problem, option: str, name: str, value: Fraction, text: str, findings: list[Finding]) -> Level | None:
    at_least, at_most = (value, None) if option == "--at-least" else (None, value)
    full = f"{option} {text}"
    name = f"ratio:{name}" if f"ratio:{name}" in known_ratios(problem) and measure(problem, name) is None else name
    ratio = level_of_ratio(problem, name, at_least, at_most, full)
    if ratio is not None:
        return ratio
    found = _measure(problem, option, name, text, findings, level=True)
    if found is None:
        return None
    if found.ratios and at_least is None:
        findings.append(Finding("level_side", file=option, value=text, expected=_("--at-least: that the worst-off district stays below a share is no level to hold")))
        return None
    return replace(level_of_measure(found, at_least, at_most, full), words=comparison(found.label, found.unit, at_least, at_most, full))


def _parts(word: str) -> tuple[str, Sense | None, Fraction | None, str]:
    pieces = word.split(":")
    sense: Sense | None = None
    step: Fraction | None = None
    while len(pieces) > 1 and (pieces[-1] in ("max", "min") or pieces[-1].startswith("step=")):
        last = pieces.pop()
        if (step if last.startswith("step=") else sense) is not None:
            return ":".join(pieces), sense, step, _("min or max once, and a step once")
        if last.startswith("step="):
            step = _number(last.removeprefix("step="))
            if step is None or step <= 0:
                return ":".join(pieces), sense, None, _("a step above 0, for example fiscal_outlay:min:step=100")
        else:
            sense = "max" if last == "max" else "min"
    return ":".join(pieces), sense, step, ""


def _number(text: str) -> Fraction | None:
    """Return a decimal number or a fraction ``a/b`` of modest size, None for anything else."""
    return Fraction(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def _measure(problem: Problem, option: str, name: str, word: str, findings: list[Finding], *, level: bool = False) -> Measure | None:
    found = measure(problem, name)
    if found is not None and (found.starts or found.areas or found.money or found.ratios):
        return found
    if found is not None:
        findings.append(Finding("empty_measure", file=option, value=word, expected=_("a measure that some candidate adds to")))
        return None
    ratios = known_ratios(problem)
    if not level and (name in ratios or name.split(":")[0] in RATIOS or f"ratio:{name}" in ratios):
        expected = _("a sum over the plan: a ratio is a level to hold (--at-least {name}=NUMBER or --at-most), never an objective; trade off the sums that it is made of")
        findings.append(Finding("ratio_objective", file=option, value=word, expected=expected.format(name=name if ":" in name else f"ratio:{name}")))
        return None
    known = [*known_words(problem), *(ratios if level else [])]
    findings.append(Finding("unknown_objective", file=option, value=word, expected=_("one of {names}").format(names=_named(known)), hint=did_you_mean(name, known)))
    return None


def _named(known: Sequence[str]) -> str:
    """Return the words, those of many years or groups as one."""
    years = [k for k in known if k.startswith("debt_service:")]
    rest = dict.fromkeys(re.sub(r"\[.*\]$", "[…]", k) for k in known if k not in years)
    return ", ".join([*rest, *([f"{years[0]} … {years[-1]}"] if years else [])])
