"""Fund balance of coordinated areas (片区资金平衡) and the cross-subsidy inside them, payer by payee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ....domain.fund_cash import Basis, Member, Transfer
from ..channels import Channels
from .books import Book


def shared(surplus: Mapping[str, int], deficit: Mapping[str, int]) -> list[Transfer]:
    """Return who pays whom, whole 元: payers in proportion to their surplus, payees in proportion to their deficit.

    As much is moved as surpluses and deficits allow. No payer gives more than its surplus, no payee gets more than its deficit,
    and both margins add up exactly.

    Parameters
    ----------
    surplus, deficit : mapping of id to 元
        Positive amounts.
    """
    moved = min(sum(surplus.values()), sum(deficit.values()))
    gives = _parts(moved, list(surplus.values()))
    left = _parts(moved, list(deficit.values()))
    out: list[Transfer] = []
    for payer, give in zip(surplus, gives, strict=True):
        paid = _parts(give, left)
        left = [a - b for a, b in zip(left, paid, strict=True)]
        out += [Transfer(payer=payer, payee=payee, yuan=yuan) for payee, yuan in zip(deficit, paid, strict=True) if yuan]
    return out


def _parts(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights: differences of the rounded-down running totals, at most each weight."""
    whole, run, before, out = sum(weights), 0, 0, []
    for weight in weights:
        run += weight
        now = Fraction(amount * run, whole).__floor__() if whole else 0
        out.append(now - before)
        before = now
    return out


def financing_of(book: Book, channels: Channels) -> int:
    """Return interest and fees beside a project's investment, 元: all of them, less the 建设期利息 that a dynamic investment states.

    Interest in building time so counts once, as in the policy's rules of fund balance (`model.rules.fund_balance`); below 0 where
    the library states more of it than the debt of the plan causes.
    """
    interest = sum(book.due("interest").values())
    fees = sum(d.fee for d in book.debts["declared"] if d.year >= channels.year)
    return interest + fees - book.stated


def grants_of(book: Book, channels: Channels) -> int:
    """Return a project's grants, those in place included, 元."""
    return sum(v for (c, _y), v in book.money.items() if c in channels.grants) + sum(v for c, v in book.in_place.items() if channels.within(c, channels.grants))


def member(book: Book, channels: Channels) -> Member:
    """Return a project's surplus or deficit against its debt, and against its cost."""
    income = sum(book.revenue.values()) + sum(book.help_in.values()) - sum(book.help_out.values())
    repaid = sum(book.due("interest").values()) + sum(book.due("principal").values())
    cost = book.project.total_investment + financing_of(book, channels)
    return Member(id=book.id, debt=income - repaid, cost=income + grants_of(book, channels) - cost)


def transfers(members: Sequence[Member], of: str) -> tuple[Transfer, ...]:
    """Return the cross-subsidy among members by their ``debt`` or ``cost`` balance."""
    amounts = {m.id: int(getattr(m, of)) for m in members}
    return tuple(shared({i: v for i, v in amounts.items() if v > 0}, {i: -v for i, v in amounts.items() if v < 0}))


def needed(book: Book, channels: Channels, basis: Basis | None) -> int:
    """Return the money that a project needs from the plan year on: its outlay, and what a static investment leaves out."""
    outlay = sum(book.money.values())
    if basis != "static":
        return outlay
    fees = sum(d.fee for d in book.debts["declared"] if d.year >= channels.year)
    return outlay + fees + sum(sum(found.values()) for found in book.building.values())
