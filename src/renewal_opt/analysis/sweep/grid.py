"""Reads `--grid KEY=V1,V2,...`: which keys there are, what they change, and what may stand behind them.

A key is one of three:

- a scenario key: ``weights.X``, ``basis``, ``plan_year``, ``window``, ``force.in``, ``force.out``, ``solver.gap``,
  ``solver.seconds``, ``solver.seed``, ``max_repairs``, ``strategy``, ``funding`` (alone: the form of the funding model);
- a policy path, an override as in ``solve --set``: ``funding.channels.special_bond.cap.2025``, ``limits.X.active``;
- a factor: ``budget`` multiplies every amount of every active budget, ``caps`` every yearly cap of every channel and
  sub-channel, ``caps.CHANNEL`` those of one channel and its sub-channels (or of one sub-channel). Factor 1 changes nothing;
  products are rounded down to whole 元. Factors act on the policy as the scenario and the other keys have left it.

Values are YAML, separated by commas: ``0.8,1.0``, ``yes,no``, ``[P1,P2],[P3]``, ``null`` (removes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ...domain.policy import Policy
from ...domain.scenario import Scenario
from ...errors import Collector, Finding
from ...i18n import _
from ...io.nearest import did_you_mean, one_of
from ...io.schemawalk import child, keys_of, model_of, plain
from ...io.yamlfile import parse_yaml
from ...io.yamltext import flow

#: what a scenario says that one sweep does not vary: files differ by scenario, names are made here
_FIXED = ("schema_version", "name", "label", "policy", "library", "overrides", "note", "extends")
_SCENARIO = tuple(k for k in (keys_of(Scenario) or ()) if k not in _FIXED)
_POLICY = keys_of(Policy) or ()
#: largest factor; more is a slip
_MOST = 1000

Kind = Literal["scenario", "policy", "budget", "caps"]


@dataclass(frozen=True)
class Axis:
    """One key of a grid with its values.

    Attributes
    ----------
    key : str
        As given.
    kind : str
        ``scenario``, ``policy``, ``budget`` or ``caps``.
    values : tuple
        Plain data: numbers exactly, text, lists, mappings, None.
    """

    key: str
    kind: Kind
    values: tuple[Any, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The key's parts."""
        return tuple(self.key.split("."))

    @property
    def channel(self) -> str | None:
        """The channel of ``caps.CHANNEL``; None for all."""
        return self.path[1] if self.kind == "caps" and len(self.path) > 1 else None

    def told(self, value: Any) -> str:
        """Return the axis at one value as it stands on the command line."""
        return f"--grid {self.key}={flow(value)}"


def read_grid(texts: Sequence[str], collector: Collector) -> tuple[Axis, ...]:
    """Read the texts of all `--grid` options.

    Parameters
    ----------
    texts : sequence of str
        ``KEY=V1,V2,...`` each.
    collector : Collector
        Receives a finding for each text without ``=`` or without values, unknown or fixed key, key or value given
        twice, value that is no YAML, and factor that is no number from 0 to 1000.

    Returns
    -------
    tuple of Axis
        The sound ones, in the order given.
    """
    axes: list[Axis] = []
    for text in texts:
        key, equals, rest = text.partition("=")
        key = key.strip()
        told = f"--grid {text}"
        if not equals or not key or any(not part for part in key.split(".")):
            collector.add(Finding("bad_grid", file=told, value=text, expected=_("KEY=V1,V2,..., for example budget=0.8,1.0,1.2")))
            continue
        if any(a.key == key for a in axes):
            collector.add(Finding("duplicate_key", file=told, value=key, expected=_("each grid key once")))
            continue
        kind = _kind(key, told, collector)
        values = _values(key, kind, rest, told, collector)
        if kind is not None and values:
            axes.append(Axis(key, kind, values))
    return tuple(axes)


def _kind(key: str, told: str, collector: Collector) -> Kind | None:
    first, _dot, rest = key.partition(".")
    if key == "budget":
        return "budget"
    if first == "caps" and "." not in rest:
        return "caps"
    if first == "solver" and rest in ("", "threads"):
        collector.add(Finding("threads", file=told, value=key, expected=_("no other number of threads: every worker of a sweep solves on one; solver.gap, solver.seconds and solver.seed may differ")))
        return None
    if first in _SCENARIO and not (first == "funding" and rest):
        return "scenario" if _known(key, told, collector) else None
    if first in _FIXED:
        collector.add(Finding("bad_grid", file=told, value=key, expected=_("a key that one scenario may vary; give scenarios of their own for other files or names")))
        return None
    if first in _POLICY:
        return "policy"
    words = [*_SCENARIO, *_POLICY, "budget", "caps"]
    expected = _("a scenario key ({scenario}), a path of the policy, or the factors budget and caps").format(scenario=", ".join(_SCENARIO))
    collector.add(Finding("unknown_key", file=told, value=key, expected=expected, hint=did_you_mean(first, words)))
    return None


def _known(key: str, told: str, collector: Collector) -> bool:
    """Return whether a scenario key leads to a value of the schema."""
    here: Any = Scenario
    for part in key.split("."):
        known = keys_of(here)
        inner = child(here, part)
        if inner is None:
            expected = one_of(known) if known else _("a value, which has no keys of its own")
            collector.add(Finding("unknown_key", file=told, value=key, expected=expected, hint=did_you_mean(part, known or ())))
            return False
        here = inner
    if model_of(here) is not None and key != "ahp":
        collector.add(Finding("bad_grid", file=told, value=key, expected=one_of(f"{key}.{k}" for k in keys_of(here) or ())))
        return False
    return True


def _values(key: str, kind: Kind | None, text: str, told: str, collector: Collector) -> tuple[Any, ...]:
    """Return the values, each once; none after adding a finding."""
    mine = Collector()
    node = parse_yaml(f"values: [{text}]\n", mine, file=told)
    collector.findings.extend(mine.findings)
    told_already = {f.path.split(".")[1] for f in mine.errors if f.path.startswith("values.")}
    found = None if node is None else node.data.get("values")
    if not isinstance(found, list) or node is None or list(node.data) != ["values"]:
        if node is not None:
            collector.add(Finding("bad_grid", file=told, value=text, expected=_("values separated by commas, brackets and braces closed")))
        return ()
    if not found:
        collector.add(Finding("empty_grid", file=told, value=key, expected=_("at least one value after the equals sign")))
        return ()
    lists = kind == "scenario" and str(getattr(plain(_annotation(key)), "__origin__", "")) == "<class 'tuple'>"
    out: list[Any] = []
    for at, value in enumerate(found):
        if str(at) in told_already:
            continue
        here = [value] if lists and not isinstance(value, list) and value is not None else value
        if any(o == here and isinstance(o, bool) == isinstance(here, bool) for o in out):
            collector.add(Finding("duplicate_value", file=told, value=flow(value), expected=_("each value once")))
        elif kind in ("budget", "caps") and not _factor(here):
            collector.add(Finding("bad_value", file=told, value=flow(value), expected=_("a factor from 0 to {most}, for example 0.8").format(most=_MOST)))
        else:
            out.append(here)
    return tuple(out)


def _annotation(key: str) -> Any:
    here: Any = Scenario
    for part in key.split("."):
        here = child(here, part)
    return here


def _factor(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and 0 <= value <= _MOST
