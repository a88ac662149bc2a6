"""Cover (收益覆盖倍数) of projects, areas and the plan: the bonds alone and all debt, at both rates, without and with help."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ....domain.fund_cash import Cover, Floor, Line
from ....domain.policy import Policy
from ..channels import Channels
from ..revenue import CLASSES
from ..schedule import Debt
from .books import Book


def floors_of(policy: Policy, channels: Channels) -> tuple[Floor, ...]:
    """Return the least ratios of the policy's cover rules that look at bonds alone or at all debt.

    A rule for bonds that names revenue classes is a floor of the line `bond_classes`.
    """
    out: list[Floor] = []
    for key, rule in policy.funding.cover.items():
        ratio = rule.ratio.fraction(channels.year)
        leaves = frozenset(policy.funding.expand(rule.channels, counts_as="debt"))
        if ratio is None or not leaves:
            continue
        line: Line | None = None
        if leaves <= channels.bonds:
            line = "bond" if rule.revenue is None else "bond_classes"
        elif leaves == channels.debt and rule.revenue is None:
            line = "debt"
        if line is not None:
            out.append(Floor(rule=f"funding.cover.{key}", label=rule.label, line=line, ratio=str(ratio), active=rule.active, assumption=rule.source.assumed))
    return tuple(out)


def classes_of(policy: Policy, channels: Channels) -> tuple[str, ...]:
    """Return the revenue classes that the policy's rules for bonds name, none where they name none."""
    named: set[str] = set()
    for rule in policy.funding.cover.values():
        leaves = frozenset(policy.funding.expand(rule.channels, counts_as="debt"))
        if rule.revenue is not None and leaves and leaves <= channels.bonds:
            named.update(rule.revenue)
    return tuple(k for k in CLASSES if k in named)


def covers_of(books: Sequence[Book], channels: Channels, classes: Sequence[str], floors: Sequence[Floor]) -> tuple[Cover, ...]:
    """Return the covers of some accounts together; lines without debt are left out.

    The revenue of each project counts from its first drawing of the line's debt to the last repayment of it; projects
    without that debt do not count. Help that a project pays is taken off in full.
    """
    lines: list[tuple[Line, frozenset[str], Sequence[str]]] = [("bond", channels.bonds, tuple(CLASSES))]
    if classes:
        lines.append(("bond_classes", channels.bonds, classes))
    lines.append(("debt", channels.debt, tuple(CLASSES)))
    out = []
    for line, leaves, counted in lines:
        least = max((Fraction(f.ratio) for f in floors if f.line == line and f.active), default=None)
        for rate in channels.rates():
            found = _cover(books, channels, line, rate, leaves, counted, least)
            if found is not None:
                out.append(found)
    return tuple(out)


def _cover(
    books: Sequence[Book], channels: Channels, line: Line, rate: str, leaves: frozenset[str], classes: Sequence[str], least: Fraction | None
) -> Cover | None:
    first, last, revenue, help_in, help_out, principal, interest = 9999, 0, 0, 0, 0, 0, 0
    for book in books:
        debts: list[Debt] = [d for d in book.debts[rate] if channels.within(d.channel, leaves)]  # type: ignore[index]
        if not debts:
            continue
        begin, end = min(d.year for d in debts), max(max(d.principal, default=d.year) for d in debts)
        first, last = min(first, begin), max(last, end)
        revenue += sum(v for (k, y), v in book.revenue.items() if k in classes and begin <= y <= end)
        help_in += sum(v for y, v in book.help_in.items() if begin <= y <= end)
        help_out += sum(v for y, v in book.help_out.items() if begin <= y <= end)
        principal += sum(d.drawn for d in debts)
        interest += sum(sum(d.interest.values()) for d in debts)
    repaid = principal + interest
    if not repaid:
        return None
    return Cover(
        line=line, rate=rate, first=first, last=last, revenue=revenue, help_in=help_in, help_out=help_out, principal=principal, interest=interest,  # type: ignore[arg-type]
        cover=str(Fraction(revenue, repaid)), helped=str(Fraction(revenue + help_in - help_out, repaid)), floor=None if least is None else str(least),
    )  # fmt: skip
