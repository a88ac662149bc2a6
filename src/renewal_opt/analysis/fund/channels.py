"""What kind of money each channel is in the plan year, and the terms of its debt: shared by cash and bond files."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from ...domain.funding import Funding
from .schedule import Terms, terms_of

Rate = Literal["declared", "issued"]


class Channels:
    """What the policy's channels are in the plan year.

    Parameters
    ----------
    funding : Funding
    year : int
        Plan year.
    """

    def __init__(self, funding: Funding, year: int) -> None:
        self.funding, self.year = funding, year
        self.bonds = frozenset(funding.expand(side="government", counts_as="debt"))
        self.debt = frozenset(funding.expand(counts_as="debt"))
        self.grants = frozenset(funding.expand(counts_as="grant"))
        self.issued = any(self.issued_rate(c) is not None for c in funding.channels)

    def parent(self, name: str) -> str:
        """Return the channel of a leaf, or the channel itself."""
        return name if name in self.funding.channels else self.funding.parent(name)

    def within(self, name: str, leaves: frozenset[str]) -> bool:
        """Return whether all money of a leaf or channel is of a set of leaves."""
        return set(self.funding.expand((name,))) <= leaves

    def rates(self) -> tuple[Rate, ...]:
        """Return the rates at which debt is told: the declared one, and that of issue where one is stated."""
        return ("declared", "issued") if self.issued else ("declared",)

    def issued_rate(self, channel: str) -> Fraction | None:
        """Return the rate at which a channel's bonds were issued, None where none is stated."""
        stated = self.funding.channels[channel].issued_rate
        return None if stated is None else stated.fraction(self.year)

    def terms(self, name: str, rate: Rate = "declared") -> Terms:
        """Return the terms of a debt channel."""
        parent = self.parent(name)
        found = terms_of(self.funding.channels[parent], self.year, self.issued_rate(parent) if rate == "issued" else None)
        if found is None:
            raise ValueError(f"{name} is no debt")
        return found

    def kind(self, name: str) -> Literal["bonds", "other_debt", "other"]:
        """Return what the money of a leaf or channel is."""
        return "bonds" if self.within(name, self.bonds) else "other_debt" if self.within(name, self.debt) else "other"
