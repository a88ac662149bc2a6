"""A case as policy values by path, so that it can be repeated: `renewal-opt solve SCENARIO --set PATH=VALUE`."""

from __future__ import annotations

from typing import Any

from ....domain.base import Dated
from ....domain.funding import CapByYear, Funding
from ....io.yamltext import flow


def overrides_of(before: Funding, after: Funding) -> dict[str, str]:
    """Return what differs in caps and rates of channels, by path, as `--set` takes it; exact to the 元.

    Parameters
    ----------
    before, after : Funding
        The same channels and sub-channels.
    """
    out: dict[str, str] = {}
    for key, old in before.channels.items():
        new, path = after.channels[key], f"funding.channels.{key}"
        if new.cap != old.cap:
            out[f"{path}.cap"] = flow(_cap(new.cap))
        for sub, entry in old.sub.items():
            if new.sub[sub].cap != entry.cap:
                out[f"{path}.sub.{sub}.cap"] = flow(_cap(new.sub[sub].cap))
        for name, a, b in (("rate", old.rate, new.rate), ("issued_rate", old.issued_rate, new.issued_rate)):
            if b is not None and a != b:
                out[f"{path}.{name}"] = flow(_dated(b))
    return out


def _cap(cap: CapByYear) -> Any:
    if not cap.years:
        return "open"
    years: dict[int | str, Any] = {y: f"{v} 元" for y, v in sorted(cap.years.items())}
    return years if cap.later == "error" else years | {"later": cap.later}


def _dated(number: Dated) -> Any:
    first = number.points[0]
    if len(number.points) == 1 and first.year == 0 and first.source is None:
        return first.value
    return {
        p.year: p.value if p.source is None else {"value": p.value, "source": p.source.model_dump(mode="json", exclude_defaults=True)} for p in number.points
    }  # fmt: skip
