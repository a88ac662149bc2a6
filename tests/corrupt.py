"""Corruptions of a plan: small changes of its dump, each named, most of them wrong and some of them harmless.

`corruptions(plan, rng)` yields (name, corrupted plan, touched ids) without end; whether one is wrong is for
`oracle.Oracle.right` to say. Every kind of change comes equally often. Changes that the schema itself refuses are
not yielded. `repaired` ones change the choice and let the oracle fill in the rest, so that one rule alone is broken.

One file: the list of corruptions.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from oracle import Oracle, plan_of
from pydantic import ValidationError

from renewal_opt.domain import Plan

Dump = dict[str, Any]
Change = Callable[[Dump, random.Random], list[str] | None]


def corruptions(plan: Plan, rng: random.Random, oracle: Oracle | None = None) -> Iterator[tuple[str, Plan, list[str]]]:
    """Yield (name, corrupted plan, touched project ids); with an oracle also choices that are filled in again."""
    whole = plan.model_dump()
    kinds: list[tuple[str, Change, bool]] = [(f.__name__, f, False) for f in CHANGES]
    if oracle is not None:
        kinds += [(f"{f.__name__}_filled_in", f, True) for f in CHOICES]
    while True:
        name, change, fill = rng.choice(kinds)
        dump = _lists(copy.deepcopy(whole))
        touched = change(dump, rng)
        if touched is None:
            continue
        try:
            yield name, plan_of(_filled(dump, oracle) if fill and oracle is not None else dump), touched
        except (ValidationError, LookupError, TypeError, ValueError):
            continue


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _lists(v) for k, v in value.items()}
    return [_lists(v) for v in value] if isinstance(value, (list, tuple)) else value


def _filled(dump: Dump, oracle: Oracle) -> Dump:
    """Return the plan that the oracle fills in around a dump's choice."""
    choice = [(c["id"], c["start"], [(m["channel"], m["year"], m["yuan"]) for m in c["money"]]) for c in dump["chosen"]]
    kept = {k: dump[k] for k in ("program", "title", "inputs", "options", "warnings")}
    return oracle.fill((choice, dump["opened_areas"])) | kept


def _one(rows: Any, rng: random.Random) -> Any:
    return rng.choice(list(rows)) if rows else None


def _paid(d: Dump) -> list[tuple[Dump, Dump]]:
    return [(c, m) for c in d["chosen"] for m in c["money"]]


# the choice ---------------------------------------------------------------------------------------------------
def swap_a_project(d: Dump, rng: random.Random) -> list[str] | None:
    """Put a refused or reserve project in the place of a chosen one, with its money."""
    old, other = _one(d["chosen"], rng), _one(d["refused"] + d["reserve"], rng)
    if old is None or other is None:
        return None
    key = "refused" if other in d["refused"] else "reserve"
    d["chosen"][d["chosen"].index(old)] = old | {k: other[k] for k in ("id", "name", "investment", "score")}
    d[key][d[key].index(other)] = other | {k: old[k] for k in ("id", "name", "investment", "score")}
    return [old["id"], other["id"]]


def drop_a_project(d: Dump, rng: random.Random) -> list[str] | None:
    """Move a chosen project to the refused."""
    old = _one(d["chosen"], rng)
    if old is not None:
        d["chosen"].remove(old)
        d["refused"].append({k: old[k] for k in ("id", "name", "investment", "score")} | {"reasons": []})
    return None if old is None else [old["id"]]


def lose_or_double_a_project(d: Dump, rng: random.Random) -> list[str] | None:
    """Take an entry out of a part and put it nowhere, or list it twice."""
    part = rng.choice(("chosen", "reserve", "refused"))
    old = _one(d[part], rng)
    if old is not None and rng.random() < 0.5:
        d[part].remove(old)
    elif old is not None:
        d[part].append(copy.deepcopy(old))
    return None if old is None else [old["id"]]


def invent_a_project(d: Dump, rng: random.Random) -> list[str] | None:
    """Give an entry an id that the library does not have."""
    old = _one(d[rng.choice(("chosen", "reserve", "refused", "screening", "scores"))], rng)
    return None if old is None else (old.update(id="ghost"), ["ghost"])[1]


def change_a_start(d: Dump, rng: random.Random) -> list[str] | None:
    """Let a project start in another year, its money with it or not."""
    c = _one(d["chosen"], rng)
    if c is None:
        return None
    shift = rng.choice((-1, 1, 2))
    if c["start"] is None:
        c["start"] = d["plan_year"]
        return [c["id"]]
    c["start"] += shift
    for m in c["money"] if rng.random() < 0.7 else ():
        m["year"] += shift
    return [c["id"]]


def change_a_part(d: Dump, rng: random.Random) -> list[str] | None:
    """Call a carry-over a new start, or the other way; or leave out a start."""
    c = _one(d["chosen"], rng)
    if c is not None:
        c.update({"start": None} if rng.random() < 0.4 else {"part": "new_start" if c["part"] == "carry_over" else "carry_over"})
    return None if c is None else [c["id"]]


def open_an_area(d: Dump, rng: random.Random) -> list[str] | None:
    """Open an area that is not opened, or one that does not exist."""
    d["opened_areas"][rng.choice(["ghost", *AREAS])] = d["plan_year"] + rng.choice((-1, 0, 0, 0, 1))
    return []


def close_an_area(d: Dump, rng: random.Random) -> list[str] | None:
    """Take an opening out, or move it to another year."""
    area = _one(d["opened_areas"], rng)
    if area is None:
        return None
    if rng.random() < 0.5:
        del d["opened_areas"][area]
    else:
        d["opened_areas"][area] += rng.choice((-1, 1))
    return []


#: names of areas that `open_an_area` tries; the test sets them from its library
AREAS: list[str] = []


# the money ----------------------------------------------------------------------------------------------------
def _amount(m: Dump, rng: random.Random) -> int:
    return rng.choice((1, 1, 1, 100, m["yuan"], max(1, m["yuan"] // 2)))


def _put(c: Dump, channel: str, year: int, yuan: int) -> None:
    for m in c["money"]:
        if (m["channel"], m["year"]) == (channel, year):
            m["yuan"] += yuan
            break
    else:
        c["money"].append({"channel": channel, "year": year, "yuan": yuan})
    c["money"] = [m for m in c["money"] if m["yuan"] != 0]


def move_between_channels(d: Dump, rng: random.Random) -> list[str] | None:
    """Move money of a project from one channel to another in the same year (right where the channels stand equal)."""
    found = _one(_paid(d), rng)
    if found is None:
        return None
    c, m = found
    other = rng.choice([x["channel"] for _c, x in _paid(d)] + ["ghost"] * (rng.random() < 0.05))
    yuan = _amount(m, rng)
    _put(c, m["channel"], m["year"], -yuan)
    _put(c, other, m["year"], yuan)
    return [c["id"]]


def move_between_years(d: Dump, rng: random.Random) -> list[str] | None:
    """Move money of a project from one year to the next or the last."""
    found = _one(_paid(d), rng)
    if found is None:
        return None
    c, m = found
    yuan, year = _amount(m, rng), m["year"]
    _put(c, m["channel"], year, -yuan)
    _put(c, m["channel"], year + rng.choice((-1, 1)), yuan)
    return [c["id"]]


def move_between_projects(d: Dump, rng: random.Random) -> list[str] | None:
    """Exchange channels between two projects in one year: what one gains of a channel the other loses."""
    a, b = _one(_paid(d), rng), _one(_paid(d), rng)
    if a is None or b is None or a[0] is b[0] or a[1]["year"] != b[1]["year"]:
        return None
    yuan = min(_amount(a[1], rng), b[1]["yuan"])
    (c, m), (e, n) = a, b
    one, two, year = m["channel"], n["channel"], m["year"]
    for project, take, give in ((c, one, two), (e, two, one)):
        _put(project, take, year, -yuan)
        _put(project, give, year, yuan)
    return [c["id"], e["id"]]


def give_to_another_project(d: Dump, rng: random.Random) -> list[str] | None:
    """Take money from one project and give it to another."""
    found, other = _one(_paid(d), rng), _one(d["chosen"], rng)
    if found is None:
        return None
    c, m = found
    channel, year, yuan = m["channel"], m["year"], _amount(m, rng)
    _put(c, channel, year, -yuan)
    _put(other, channel, year, yuan)
    return [c["id"], other["id"]]


def change_an_amount(d: Dump, rng: random.Random) -> list[str] | None:
    """Add or take away 1 元, or turn the sign."""
    found = _one(_paid(d), rng)
    if found is not None:
        found[1]["yuan"] = rng.choice((found[1]["yuan"] + 1, found[1]["yuan"] - 1, -found[1]["yuan"], 0))
    return None if found is None else [found[0]["id"]]


def split_or_drop_an_amount(d: Dump, rng: random.Random) -> list[str] | None:
    """State the money of a channel and year in two rows, or leave one out."""
    found = _one([(c, m) for c, m in _paid(d) if m["yuan"] > 1], rng)
    if found is None:
        return None
    found[0]["money"].remove(found[1])
    if rng.random() < 0.5:
        found[0]["money"] += [found[1] | {"yuan": 1}, found[1] | {"yuan": found[1]["yuan"] - 1}]
    return [found[0]["id"]]


# what the plan says of itself ---------------------------------------------------------------------------------
def _other_number(text: str | None, rng: random.Random) -> str | None:
    if text is None:
        return "0"
    value = Fraction(text)
    return rng.choice((str(value + 1), str(value + Fraction(1, 10**12)), str(-value), "1/0", "nonsense", "", f"{value.numerator * 2}/{value.denominator * 2}"))


def change_a_score(d: Dump, rng: random.Random) -> list[str] | None:
    """Change a score, an indicator, a criterion or a weight; or write the same number otherwise (right)."""
    s, part = _one(d["scores"], rng), _one(d["chosen"] + d["reserve"] + d["refused"], rng)
    if s is None or part is None:
        return None
    spots: list[tuple[Dump, str]] = [(s, "total"), (s, "worst"), (s, "best"), (part, "score"), (_one(d["weights"]["rows"], rng), "weight")]
    spots += [(s[k], rng.choice(list(s[k]))) for k in ("indicators", "criteria")] + [(d["criterion_totals"], rng.choice(list(d["criterion_totals"])))]
    where, key = rng.choice(spots)
    where[key] = _other_number(where[key], rng)
    return [s["id"]]


def change_a_blank(d: Dump, rng: random.Random) -> list[str] | None:
    """Say that an indicator was blank, or was not."""
    s = _one(d["scores"], rng)
    if s is None:
        return None
    s["missing"] = s["missing"][1:] if s["missing"] else [rng.choice(list(s["indicators"]))]
    return [s["id"]]


def change_the_objective(d: Dump, rng: random.Random) -> list[str] | None:
    """Change value, bound, gap, asked gap, basis, or why the solver stopped."""
    o = d["objective"]
    key = rng.choice(("value", "bound", "gap", "gap_asked", "basis", "stopped"))
    numbers = {"bound": [None, float("nan"), 0.0], "gap": [None, float("inf"), -1.0, 0.5, 0.0]}
    if key in numbers:
        known = [o[key] * f for f in (1 + 1e-13, 1.01, 0.99)] if o[key] is not None else []
        o[key] = rng.choice(numbers[key] + known)
    elif key in ("value", "gap_asked"):
        o[key] = _other_number(o[key], rng)
    else:
        o[key] = rng.choice(("investment", "count", "beneficiaries") if key == "basis" else ("gap", "optimal", "time", "interrupted", "unproven"))
    return []


def change_the_screening(d: Dump, rng: random.Random) -> list[str] | None:
    """Change a status, a clause, whether it is a paper, or whether it applies; drop or double a clause or a row."""
    s = _one(d["screening"], rng)
    if s is None:
        return None
    c = _one(s["clauses"], rng)
    kind = rng.randrange(8)
    if kind == 0:
        s["status"] = rng.choice(("passed", "failed", "unclear"))
    elif kind == 1:
        s["applied"] = not s["applied"]
    elif kind == 2:
        d["screening"].remove(s)
    elif kind == 3:
        d["screening"].append(s)
    elif c is None:
        return None
    elif kind == 4:
        c["status"] = rng.choice(("passed", "failed", "unclear", "waived"))
    elif kind == 5:
        c["papers"] = not c["papers"]
    elif kind == 6:
        s["clauses"].remove(c)
    else:
        c["clause"] += "x"
    return [s["id"]]


def change_the_use(d: Dump, rng: random.Random) -> list[str] | None:
    """Drop or double a row of use, or change its name, family, rule, unit, value or bound."""
    u = _one(d["use"], rng)
    if u is None:
        return None
    kind = rng.randrange(5)
    if kind == 0:
        d["use"].remove(u)
    elif kind == 1:
        d["use"].append(u)
    elif kind == 2:
        u[rng.choice(("row", "family", "rule"))] += "x"
    elif kind == 3:
        u["unit"] = rng.choice(("yuan", "count", "number", "share"))
    else:
        key = rng.choice(("value", "at_least", "at_most"))
        u[key] = _other_number(u[key], rng)
    return []


def change_a_line(d: Dump, rng: random.Random) -> list[str] | None:
    """Change name, investment, rank or a flag of an entry of a part."""
    part = rng.choice(("chosen", "reserve", "refused"))
    e = _one(d[part], rng)
    if e is None:
        return None
    key = rng.choice([k for k in ("name", "investment", "rank", "forced", "hangs_on_blank") if k in e])
    e[key] = {"name": "x", "investment": e["investment"] + 1, "rank": e.get("rank", 0) + 1}.get(key, not e[key])
    return [e["id"]]


def move_in_the_reserve(d: Dump, rng: random.Random) -> list[str] | None:
    """Change the order of the reserve, or move a project between reserve and refused."""
    if len(d["reserve"]) >= 2 and rng.random() < 0.4:
        i = rng.randrange(len(d["reserve"]) - 1)
        a, b = d["reserve"][i : i + 2]
        d["reserve"][i : i + 2] = [b | {"rank": a["rank"]}, a | {"rank": b["rank"]}]
        return [a["id"], b["id"]]
    back = rng.random() < 0.5
    e = _one(d["refused" if back else "reserve"], rng)
    if e is None:
        return None
    d["refused" if back else "reserve"].remove(e)
    if back:
        d["reserve"].append(e | {"rank": len(d["reserve"]) + 1})
    else:
        d["refused"].append({k: v for k, v in e.items() if k != "rank"})
        for n, r in enumerate(d["reserve"], 1):
            r["rank"] = n
    return [e["id"]]


def change_the_needs(d: Dump, rng: random.Random) -> list[str] | None:
    """Change, drop or double a later need, a waiver or an area's balance."""
    key = rng.choice(("later_needs", "waivers", "area_balance"))
    row, kind = _one(d[key], rng), rng.randrange(3)
    if row is None:
        return None
    if kind == 0:
        d[key].remove(row)
    elif kind == 1:
        d[key].append(row)
    elif key == "waivers":
        row[rng.choice(("authority", "number", "expiry"))] = "x"
    else:
        row["yuan" if key == "later_needs" else rng.choice(("chosen", "investment", "revenue"))] += 1
    return []


def change_the_header(d: Dump, rng: random.Random) -> list[str] | None:
    """Change a fact of the head, or the method of the weights."""
    key = rng.choice(("plan_year", "window", "money_years", "library_as_of", "scenario", "synthetic", "weights"))
    if key == "weights":
        d[key]["method"] = rng.choice(("policy", "scenario", "ahp"))
        return []
    d[key] = {"plan_year": d["plan_year"] + 1, "window": d["window"] + 1, "money_years": d["money_years"][:-1], "library_as_of": "2000-01-01", "scenario": "x", "synthetic": not d["synthetic"]}[key]
    return []


def change_the_words(d: Dump, rng: random.Random) -> list[str] | None:
    """Change a reason, a flag of a used row or of an assumption, a size, the title, or the lists under other bases."""
    e, u, a = _one(d["reserve"] + d["refused"], rng), _one(d["use"], rng), _one(d["assumptions"], rng)
    kind = rng.randrange(7)
    if kind == 0 and e is not None and e["reasons"]:
        kinds = ("screening", "forced_out", "rule", "ranked_out", "not_this_year", "reserve_declared", "withdrawn", "reserve_full", "no_funding", "unclear")
        e["reasons"][0] = e["reasons"][0] | {"kind": rng.choice(kinds), "rule": rng.choice(("", "precedence", "corequisites", "coordination", e["reasons"][0]["rule"]))}
        return [e["id"]]
    if kind in (1, 2) and u is not None:
        key = rng.choice(("binding", "assumption"))
        u[key] = not u[key]
    elif kind == 3 and a is not None:
        key = rng.choice(("binds", "path", "why"))
        a[key] = not a["binds"] if key == "binds" else a[key] | {"zh": a[key]["zh"] + "x"} if key == "why" else a[key] + "x"
    elif kind == 4 and d["statistics"]:
        _one(d["statistics"], rng)["number"] += 1
    elif kind == 5:
        d["title"] = {"zh": "x", "en": "x"}
    else:
        d["bases"] = [{"basis": rng.choice(("investment", "count", "beneficiaries")), "chosen": 1, "overlap": rng.choice((0, 1, 2)), "proven": True}]
    return []


def reorder(d: Dump, rng: random.Random) -> list[str] | None:
    """Change the order of lists that have none of their own (right)."""
    for key in ("use", "screening", "scores", "later_needs", "waivers", "refused"):
        rng.shuffle(d[key])
    return []


CHOICES: tuple[Change, ...] = (
    swap_a_project, drop_a_project, change_a_start, open_an_area, close_an_area,
    move_between_channels, move_between_years, move_between_projects, change_an_amount,
)  # fmt: skip
CHANGES: tuple[Change, ...] = (
    *CHOICES, lose_or_double_a_project, invent_a_project, change_a_part, give_to_another_project, split_or_drop_an_amount,
    change_a_score, change_a_blank, change_the_objective, change_the_screening, change_the_use, change_a_line,
    move_in_the_reserve, change_the_needs, change_the_header, change_the_words, reorder,
)  # fmt: skip
