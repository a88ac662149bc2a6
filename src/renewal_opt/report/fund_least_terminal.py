"""Least fiscal money in the terminal."""

from __future__ import annotations

from typing import IO

from ..domain.fund_least import FundLeast
from ..domain.policy import Policy
from ..i18n import _
from .fund_least_words import column_names, facts, title
from .fund_mix_terminal import print_mix
from .fund_mix_words import ids
from .terminal import Pages
from .view import synthetic_notice


def print_least(answer: FundLeast, policy: Policy | None, file: IO[str], *, width: int | None = None) -> None:
    """Print an answer.

    Parameters
    ----------
    answer : FundLeast
    policy : Policy or None
        For names.
    file : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages = Pages(file, width)
    if answer.mix.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(title(answer), "bold")
    pages.pairs(facts(answer))
    if answer.score is not None:
        pages.heading(_("Against the best plan"))
        pages.line(_("enter ({number}): {projects}").format(number=len(answer.entered), projects=ids(answer.entered) or "–"))
        pages.line(_("leave ({number}): {projects}").format(number=len(answer.left), projects=ids(answer.left) or "–"))
    print_mix(answer.mix, policy, file, width=width, heading=False, columns=column_names(answer))
