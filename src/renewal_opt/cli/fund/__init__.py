"""`fund`: questions of finance staff on a scenario or a plan that is already chosen; one file a question."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ...i18n import N_
from ..base import Group

fund = Group("fund", help=N_("Funding of a chosen portfolio: mixes, stress, the worth of money, cash over the years, least fiscal money, bond files."))
#: questions in the order of the help; a file that is not named here comes last
_ORDER = ("mix", "stress", "worth", "cash", "least", "bond_file")


def _questions() -> list[str]:
    """Return the modules of this folder that hold a command."""
    found = [m.name for m in iter_modules(__path__) if m.name not in ("asked",)]
    return sorted(found, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


for _name in _questions():
    fund.add_command(import_module(f"{__name__}.{_name}").command)

__all__ = ["fund"]
