"""Shocks on the inputs of a plan: an overlay on policy and library in memory; no file is touched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor

from ....domain.base import Dated, Label
from ....domain.fund_stress import Shock
from ....domain.funding import CapByYear, Channel, Funding, SubChannel
from ....domain.library import Library, Project
from ....errors import Finding, InputError
from ....i18n import _
from ....io.load import Inputs
from ....io.nearest import did_you_mean

#: money of the plan by leaf and year, 元
Use = Mapping[tuple[str, int], int]
#: scale of a level by kind, with an example
_SCALES = {
    "cut": ("0%", "100%", "special_bond=20%"), "late": ("1", "5", "special_bond=1"), "rate": ("0%", "20%", "special_bond=1%"), "revenue": ("0%", "100%", "30%"), "cost": ("0%", "300%", "10%"),
}  # fmt: skip
_NUMBER = re.compile(r"([-+]?)(\d{1,6}(?:\.\d{1,9})?)\s*(%?)", re.ASCII)


def read_shocks(words: Sequence[tuple[str, str]], funding: Funding) -> list[list[Shock]]:
    """Read shocks with their levels from the command line.

    Parameters
    ----------
    words : sequence of (kind, text)
        The text is ``LEVEL[,LEVEL...]`` or ``CHANNEL=LEVEL[,LEVEL...]``.
    funding : Funding
        Whose channels may be named.

    Returns
    -------
    list of list of Shock
        One list a text, one shock a level.

    Raises
    ------
    InputError
        With every fault: unknown channels, numbers that cannot be read or lie outside, a shock given twice.
    """
    findings: list[Finding] = []
    out: list[list[Shock]] = []
    seen: set[tuple[str, str]] = set()
    for kind, text in words:
        target, equals, levels = text.rpartition("=")
        target = target.strip() if kind in ("cut", "late", "rate") else ""
        place = f"--{kind} {text}"
        if equals and kind not in ("cut", "late", "rate"):
            findings.append(Finding("bad_shock", file=place, value=text, expected=_expected(kind)))
            continue
        known = [k for k, c in funding.channels.items() if kind != "rate" or c.counts_as == "debt"]
        if (equals and not target) or (target and target not in known):
            expected = _("a channel: {names}").format(names=", ".join(known))
            findings.append(Finding("unknown_id", file=place, value=target, expected=expected, hint=did_you_mean(target, known)))
            continue
        if (kind, target) in seen:
            findings.append(Finding("duplicate_key", file=place, value=text, expected=_("each shock once, its levels separated by commas")))
            continue
        seen.add((kind, target))
        row: list[Shock] = []
        for level in levels.split(","):
            amount = _amount(kind, level.strip())
            if amount is None:
                findings.append(Finding("bad_shock", file=place, value=level.strip(), expected=_expected(kind)))
            elif str(amount) in [s.amount for s in row]:
                findings.append(Finding("duplicate_key", file=place, value=level.strip(), expected=_("each level once")))
            else:
                row.append(Shock(kind=kind, target=target, amount=str(amount)))  # type: ignore[arg-type]
        out.append(row)
    if findings:
        raise InputError(findings)
    return out


def _expected(kind: str) -> str:
    low, high, example = _SCALES[kind]
    return _("levels above {low} and up to {high}, such as {example}").format(low=low, high=high, example=example) if kind != "late" else _("whole years from {low} to {high}, such as {example}").format(low=low, high=high, example=example)


def _amount(kind: str, text: str) -> Fraction | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    try:
        value = Fraction(Decimal(found.group(2))) / (100 if found.group(3) else 1)
    except InvalidOperation:  # pragma: no cover - the pattern lets no such text through
        return None
    if found.group(1) == ("+" if kind == "revenue" else "-"):  # revenue falls, all else rises or is taken away
        return None
    if kind == "late":
        return value if not found.group(3) and value.denominator == 1 and 1 <= value <= 5 else None
    top = {"cut": Fraction(1), "rate": Fraction(1, 5), "revenue": Fraction(1), "cost": Fraction(3)}[kind]
    return value if 0 < value <= top else None


def combined(rows: Sequence[Sequence[Shock]], *, grid: bool) -> list[tuple[Shock, ...]]:
    """Return the cases: each shock by itself, and with `grid` every combination of two and more shocks, one level each.

    Raises
    ------
    InputError
        For a grid with a shock on all channels beside one of its kind on a channel: both would meet there.
    """
    singles: list[tuple[Shock, ...]] = [(s,) for row in rows for s in row]
    if not grid or len(rows) < 2:
        return singles
    named = {(s.kind, s.target) for (s,) in singles}
    if twice := sorted({kind for kind, target in named if not target and len({t for k, t in named if k == kind}) > 1}):
        expected = _("in a grid all channels, or named ones: a channel would be met twice")
        raise InputError([Finding("bad_shock", file=f"--{kind}", value=", ".join(sorted(t for k, t in named if k == kind and t)), expected=expected) for kind in twice])
    several = [some for n in range(2, len(rows) + 1) for some in itertools.combinations(rows, n)]
    return singles + [case for some in several for case in itertools.product(*some)]


def name_of(shocks: Sequence[Shock]) -> str:
    """Return a short name of a case, such as ``cut special_bond 20% + revenue 30%``."""
    return " + ".join(" ".join([s.kind, *([s.target] if s.target else []), _level(s)]) for s in shocks) or "stated"


def _level(s: Shock) -> str:
    value = Fraction(s.amount)
    return str(value) if s.kind == "late" else f"{float(value * 100):g}%"


def shocked(inputs: Inputs, shocks: Sequence[Shock], use: Use) -> tuple[Inputs, list[Label]]:
    """Return the inputs under shocks, and what had to be assumed.

    Parameters
    ----------
    inputs : Inputs
    shocks : sequence of Shock
    use : mapping of (leaf, year) to int
        The plan's money; a channel without a cap is cut from what the plan takes of it.
    """
    notes: list[Label] = []
    channels = dict(inputs.policy.funding.channels)
    library = inputs.library
    for s in shocks:
        amount = Fraction(s.amount)
        for key in [s.target] if s.target else list(channels):
            if s.kind == "cut":
                channels[key], told = _cut(key, channels[key], amount, use)
                notes += told
            elif s.kind == "late":
                channels[key] = _late(channels[key], int(amount), inputs.scenario.plan_year)
            elif s.kind == "rate" and channels[key].counts_as == "debt":
                channels[key] = _dearer(channels[key], amount)
        if s.kind in ("revenue", "cost"):
            library = _kept(library, s.kind, amount)
    funding = inputs.policy.funding.model_copy(update={"channels": channels})
    return replace(inputs, policy=inputs.policy.model_copy(update={"funding": funding}), library=library), notes


#: libraries under shocks that were made before: (original, kind, amount) and what it became; a grid asks for each again and again
_MADE: list[tuple[Library, str, Fraction, Library]] = []
_MOST_MADE = 16


def _kept(library: Library, kind: str, amount: Fraction) -> Library:
    """Return a library under a shock, made once."""
    for original, k, a, made in _MADE:
        if original is library and (k, a) == (kind, amount):
            return made
    made = poorer_library(library, amount) if kind == "revenue" else dearer_library(library, amount)
    _MADE.append((library, kind, amount, made))
    del _MADE[:-_MOST_MADE]
    return made


def poorer_library(library: Library, share: Fraction) -> Library:
    """Return the library with all pledged net revenue down by a share, rounded down to whole 元; losses stay."""
    keep, whole = share.denominator - share.numerator, share.denominator
    rows = tuple(r.model_copy(update={"pledged_net": r.pledged_net * keep // whole}) if r.pledged_net > 0 else r for r in library.revenue)
    return library.model_copy(update={"revenue": rows})


def dearer_library(library: Library, share: Fraction) -> Library:
    """Return the library with every project's spending raised by a share, each year rounded up to whole 元."""
    return library.model_copy(update={"projects": tuple(dearer(p, share) for p in library.projects)})


def dearer(project: Project, share: Fraction) -> Project:
    """Return a project whose spending still to come is raised by a share, each year rounded up to whole 元."""
    if not share:
        return project
    spend = tuple(ceil(v * (1 + share)) for v in project.spend)
    remaining = {y: ceil(v * (1 + share)) for y, v in project.remaining.items()}
    more = sum(remaining.values()) - sum(project.remaining.values()) if project.part == "carry_over" else sum(spend) - sum(project.spend)
    return project.model_copy(update={"spend": spend, "remaining": remaining, "total_investment": project.total_investment + more})


def _cut(key: str, channel: Channel, share: Fraction, use: Use) -> tuple[Channel, list[Label]]:
    """Return a channel with its caps and those of its sub-channels cut; a year in which nothing caps it is cut from the plan's use."""
    leaves = set(channel.sub or [key])
    took: dict[int, int] = {}
    for (leaf, year), yuan in use.items():
        if leaf in leaves and yuan:
            took[year] = took.get(year, 0) + yuan
    uncapped = [y for y in sorted(took) if _open(channel.cap, y) and (not channel.sub or any(_open(s.cap, y) for s in channel.sub.values()))]
    notes: list[Label] = []
    if uncapped:
        told = "、".join(map(str, uncapped)), ", ".join(map(str, uncapped))
        notes.append(Label(
            zh=f"{channel.label.zh}在{told[0]}年没有上限：按本计划使用的金额削减；计划未用的年度不变",
            en=f"{channel.label.en} has no cap in {told[1]}: it is cut from what the plan takes of it; years in which it takes nothing stay open",
        ))  # fmt: skip
    elif not took and not channel.cap.years and not any(s.cap.years for s in channel.sub.values()):
        notes.append(Label(zh=f"{channel.label.zh}没有上限，本计划也未使用：不变", en=f"{channel.label.en} has no cap, and the plan takes nothing of it: it stays as it is"))
    cap = _scaled(channel.cap, share)
    cap = cap.model_copy(update={"years": cap.years | {y: floor(took[y] * (1 - share)) for y in uncapped}})
    sub = {k: s.model_copy(update={"cap": _scaled(s.cap, share)}) if s.cap.years else s for k, s in channel.sub.items()}
    return channel.model_copy(update={"cap": cap, "sub": sub}), notes


def _open(cap: CapByYear, year: int) -> bool:
    try:
        return cap.at(year) is None
    except LookupError:
        return False


def _scaled(cap: CapByYear, share: Fraction) -> CapByYear:
    return cap.model_copy(update={"years": {y: floor(v * (1 - share)) for y, v in cap.years.items()}})


def _late(channel: Channel, years: int, first: int) -> Channel:
    def moved(entry: Channel | SubChannel) -> CapByYear:
        cap = entry.cap
        out = {first + k: 0 for k in range(years)}
        for year in range(first, max([first, *cap.years]) + 1):
            try:
                amount = cap.at(year)
            except LookupError:
                continue
            if amount is not None:  # what is open stays open a year later
                out[year + years] = amount
        return CapByYear(years=out, later=cap.later)

    sub = {k: s.model_copy(update={"cap": moved(s)}) for k, s in channel.sub.items()}
    return channel.model_copy(update={"cap": moved(channel), "sub": sub})


def _dearer(channel: Channel, points: Fraction) -> Channel:
    def up(rate: Dated | None) -> Dated | None:
        if rate is None:
            return None
        more = Decimal(points.numerator) / Decimal(points.denominator)
        return Dated(points=tuple(p if p.value is None else p.model_copy(update={"value": p.value + more}) for p in rate.points))

    return channel.model_copy(update={"rate": up(channel.rate), "issued_rate": up(channel.issued_rate)})
