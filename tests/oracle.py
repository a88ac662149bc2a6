"""A slow, naive judge of plans, written from the clauses by direct loops; it shares no code with verify/ or the engine.

`Oracle.fill(choice)` makes the complete plan of a choice (who starts when, with which money) for small hand-made
policies; `Oracle.violations(choice)` names the families that the choice breaks; `Oracle.right(plan)` says whether
a plan is right in every respect that a re-check answers for. Unlike verify/ it uses domain/filters.py and the
domain's own helpers (Funding.expand, Dated.fraction, CapByYear.at), so that the two readings check each other.

One file, for the oracle is read as one argument, clause after clause.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction as F
from functools import lru_cache
from typing import Any

from renewal_opt.domain import Library, Plan, Policy, Scenario
from renewal_opt.domain.base import Label
from renewal_opt.domain.columns import BY_ID
from renewal_opt.domain.filters import holds, matches, value_of

RI = [F(0), F(0), F(0), F("0.58"), F("0.9"), F("1.12"), F("1.24"), F("1.32"), F("1.41"), F("1.45"), F("1.49")]
WORDS = {"zh": "略", "en": "left out"}


class Oracle:
    """Judge for one policy, library and scenario. A choice is (list of (id, start, [(channel, year, yuan)]), {area: year})."""

    def __init__(self, policy: Policy, library: Library, scenario: Scenario) -> None:
        self.policy, self.library, self.scenario = policy, library, scenario
        self.fu = policy.funding
        self.hits: dict[tuple[int, str], bool] = {}  # answers of filters, kept because a judge judges many plans
        self.t0 = scenario.plan_year
        self.tz = scenario.plan_year + scenario.window - 1
        self.P = {p.id: p for p in library.projects}
        self.screens = {p.id: self.screen(p) for p in library.projects}
        self.weights, self.ratio = self.weigh()
        self.marks = {p.id: self.mark(p) for p in library.projects}
        self.cand = {}
        for p in library.projects:
            first = self.t0 if p.start_year is None else max(self.t0, p.start_year)
            if p.part == "new_start" and self.screens[p.id][0] == "passed" and p.id not in scenario.force.out and first <= self.tz:
                self.cand[p.id] = list(range(first, self.tz + 1))
        last = self.t0
        for p in library.projects:
            if p.part == "carry_over":
                for y, m in p.remaining.items():
                    last = max(last, y) if m > 0 else last
            if p.id in self.cand:
                for k, m in enumerate(p.spend):
                    last = max(last, self.tz + k) if m > 0 else last
        self.T = list(range(self.t0, last + 1))

    # reading ------------------------------------------------------------------------------------------------
    def get(self, p: Any, column: str) -> Any:
        if column == "action":
            return self.policy.action_of(p.work) if p.work else None
        if column == "level":
            return self.policy.districts[p.district].level if p.district in self.policy.districts else None
        if column == "revenue":
            return sum((Decimal(r.pledged_net) for r in self.library.revenue if r.project == p.id), Decimal(0)) / Decimal(10000)
        if column == "duration":
            return len(p.spend)
        v = value_of(p, column)
        own = self.policy.columns.get(column)
        if v is not None and ((column in BY_ID and BY_ID[column].kind == "money") or (own is not None and own.kind == "money")):
            return Decimal(v) / 10000
        return v

    def hit(self, where: Any, p: Any) -> bool:
        key = (id(where), p.id)
        if key not in self.hits:
            self.hits[key] = matches(where, lambda c: self.get(p, c))
        return self.hits[key]

    def num(self, dated: Any) -> F | None:
        return None if dated is None else dated.fraction(self.t0)

    # screening ----------------------------------------------------------------------------------------------
    def lifted(self, p: Any, cid: str, rule: Any) -> str:
        w = p.waiver
        ok = w is not None and rule.waivable and cid in w.items and bool(w.authority) and bool(w.number)
        ok = ok and (w.date is None or w.date.year <= self.t0) and (w.expiry is None or w.expiry.year >= self.t0)
        if ok and getattr(rule, "needs_opinion", False):
            ok = bool(w.opinion)
        if ok and getattr(rule, "names_rule", False):
            ok = bool(w.rule)
        return "waived" if ok else "failed"

    def screen(self, p: Any) -> tuple[str, list[tuple[str, str, bool]]]:
        s, out = self.policy.screening, []
        for cid, item in s.negative_list.items():
            a = p.neg.get(cid)
            out.append((f"screening.negative_list.{cid}", "passed" if a == "none" else self.lifted(p, cid, item) if a == "involved" else "unclear", False))
        h = s.health_check
        if h is not None and h.active:
            if p.check_year is None:
                out.append(("screening.health_check", "unclear", False))
            elif p.check_year > self.t0 or p.check_year < self.t0 - h.within_years:
                out.append(("screening.health_check", "failed", False))
            elif h.report_required and not p.check_report:
                out.append(("screening.health_check", "unclear", True))
            else:
                out.append(("screening.health_check", "passed", False))
        for cid, q in s.requirements.items():
            if not q.active or not self.hit(q.where, p):
                continue
            v = self.get(p, q.column)
            if v is None or v == "" or v == () or any(holds(v, u) for u in q.unclear):
                out.append((f"screening.requirements.{cid}", "unclear", q.papers))
            elif q.accept is None or any(holds(v, a) for a in q.accept):
                out.append((f"screening.requirements.{cid}", "passed", False))
            else:
                out.append((f"screening.requirements.{cid}", self.lifted(p, cid, q), False))
        if s.stages is not None:
            for rule in s.stages.needed:
                if self.hit(rule.where, p):
                    order = list(s.stages.order)
                    k = order.index(rule.stage)
                    while k >= 0 and order[k] in s.stages.skip.get(p.mode or "-", ()):
                        k -= 1
                    st = "passed" if k < 0 else "unclear" if not p.stage else "passed" if order.index(p.stage) >= k else "failed"
                    out.append(("screening.stages", st, False))
                    break
        for cid, d in s.demolition.items():
            lo, hi = self.num(d.at_least), self.num(d.at_most)
            if not d.active or (lo is None and hi is None) or not self.hit(d.where, p):
                continue
            need = {"demolished_share": ("gfa_existing", "gfa_demolished"), "built_ratio": ("gfa_new", "gfa_demolished"), "rehoused_share": ("moved", "rehoused_near")}[d.measure]
            rows = [p]
            mates = [q for q in self.library.projects if q.unit == p.unit]
            if d.on_unit and p.unit and all(getattr(q, c) is not None for q in mates for c in need):
                rows = mates
            if any(getattr(q, c) is None for q in rows for c in need):
                out.append((f"screening.demolition.{cid}", "unclear", False))
                continue
            t = {c: sum(F(getattr(q, c) or 0) for q in rows) for c in ("gfa_existing", "gfa_demolished", "gfa_illegal", "gfa_dangerous", "gfa_new", "gfa_public", "moved", "rehoused_near")}
            a, b = {
                "demolished_share": (t["gfa_demolished"] - t["gfa_illegal"] - t["gfa_dangerous"], t["gfa_existing"]),
                "built_ratio": (t["gfa_new"] - t["gfa_public"], t["gfa_demolished"]),
                "rehoused_share": (t["rehoused_near"], t["moved"]),
            }[d.measure]
            over = b != 0 and ((hi is not None and a > hi * b) or (lo is not None and a < lo * b))
            out.append((f"screening.demolition.{cid}", self.lifted(p, cid, d) if over else "passed", False))
        states = [st for _c, st, _p in out]
        return ("failed" if "failed" in states else "unclear" if "unclear" in states else "passed"), out

    # scores -------------------------------------------------------------------------------------------------
    def weigh(self) -> tuple[dict[str, F], F | None]:
        raw = {k: F(c.weight) for k, c in self.policy.criteria.items()}
        ratio = None
        if self.scenario.weights is not None:
            for k, v in self.scenario.weights.items():
                raw[k] = F(v)
        if self.scenario.ahp is not None:
            ids = list(raw)
            a = {(i, j): F(1) for i in ids for j in ids}
            for (i, j), v in self.scenario.ahp.pairs.items():
                a[i, j] = F(str(v).replace(" ", ""))
                a[j, i] = 1 / a[i, j]
            w = {i: F(1, len(ids)) for i in ids}
            for _step in range(60):  # in Fractions, cut to 40 digits
                n = {i: sum(a[i, j] * w[j] for j in ids) for i in ids}
                top = sum(n.values())
                w = {i: F(round(n[i] / top * 10**40), 10**40) for i in ids}
            raw = {i: round(w[i], 6) for i in ids}
            ratio = F(0) if len(ids) <= 2 else (top - len(ids)) / (len(ids) - 1) / RI[len(ids)]
        whole = sum(raw.values())
        return {k: v / whole for k, v in raw.items()}, ratio

    def mark(self, p: Any) -> dict[str, Any]:
        out: dict[str, Any] = {"ind": {}, "missing": [], "crit": {}, "total": F(0), "worst": F(0), "best": F(0)}
        for k, c in self.policy.criteria.items():
            sums = {"total": F(0), "worst": F(0), "best": F(0)}
            for i, ind in c.indicators.items():
                f = ind.value
                ys = [F(y) for y in (f.categories.values() if f.points is None else [b for _a, b in f.points])]
                v = self.get(p, ind.column)
                if v is None or v == "" or v == ():
                    m = ind.missing
                    here = {"worst": min(ys), "best": max(ys), "middle": (min(ys) + max(ys)) / 2}[m] if isinstance(m, str) else F(m)
                    vals = {"total": here, "worst": min(ys), "best": max(ys)}
                    out["missing"].append(f"{k}/{i}")
                else:
                    here = self.worth(f, F(v) / (F(p.total_investment) / 100000000) if ind.scale == "total" else v)
                    vals = dict.fromkeys(sums, here)
                out["ind"][f"{k}/{i}"] = here
                for s in sums:
                    sums[s] += F(ind.weight) * vals[s]
            whole = sum(F(i.weight) for i in c.indicators.values())
            out["crit"][k] = sums["total"] / whole
            for s in sums:
                out[s] += self.weights[k] * sums[s] / whole
        return out

    def worth(self, f: Any, v: Any) -> F:
        if f.points is None:
            vals = v if isinstance(v, tuple) else (v,)
            return max(F(f.categories[x]) if x in f.categories else F(f.categories.get("other", 0)) for x in vals)
        xs = [(F(a), F(b)) for a, b in f.points]
        v = F(v)
        if v <= xs[0][0]:
            return xs[0][1]
        for k in range(1, len(xs)):
            if v <= xs[k][0]:
                return xs[k - 1][1] + (v - xs[k - 1][0]) / (xs[k][0] - xs[k - 1][0]) * (xs[k][1] - xs[k - 1][1])
        return xs[-1][1]

    def basis(self, p: Any) -> F:
        return {"investment": F(p.total_investment) / 10000, "count": F(1), "beneficiaries": F(p.residents or 0)}[self.scenario.basis]

    # the complete plan --------------------------------------------------------------------------------------
    def fill(self, choice: tuple[list[Any], dict[str, int]], bound: float | None = None) -> dict[str, Any]:
        """Return the plan of a choice as `Plan.model_dump` gives it."""
        chosen, opened = choice
        picked = {i: s for i, s, _m in chosen}
        new = [i for i in picked if self.P[i].part != "carry_over"]
        line = lambda i: {"id": i, "name": self.P[i].name, "investment": self.P[i].total_investment, "score": str(self.marks[i]["total"])}  # noqa: E731
        reserve = self.reserve(picked, new)
        rest = [i for i in self.P if i not in picked and i not in reserve]
        why = lambda i: [{"kind": k, "rule": r, "label": WORDS} for k, r in self.reasons(i)]  # noqa: E731
        value = sum((self.basis(self.P[i]) * self.marks[i]["total"] for i in new), F(0)) + self.bonus(opened)
        bound = float(value) * (1 + 1e-12) if bound is None else bound
        need: dict[tuple[str, int], int] = {}
        for _i, _s, money in chosen:
            for c, t, m in money:
                if t > self.t0:
                    need[c, t] = need.get((c, t), 0) + m
        waived = []
        for i in new + reserve:
            items = [c.split(".")[-1] for c, st, _p in self.screens[i][1] if st == "waived"]
            w = self.P[i].waiver
            if items:
                waived.append({"id": i, "items": items, "authority": w.authority, "number": w.number, "expiry": str(w.expiry) if w.expiry else None})
        order = list(self.P)
        use = self.uses(choice)
        method = "ahp" if self.scenario.ahp is not None else "scenario" if self.scenario.weights is not None else "policy"
        return {
            "plan_version": 1, "program": {"renewal_opt": "0.1.0"}, "city": self.policy.city.label.model_dump(),
            "synthetic": self.policy.city.synthetic or self.library.synthetic, "scenario": self.scenario.name, "title": self.title(),
            "plan_year": self.t0, "window": self.scenario.window, "money_years": list(self.T),
            "library_as_of": max((str(p.as_of) for p in self.P.values() if p.as_of), default=None), "inputs": [], "options": {},
            "objective": {
                "value": str(value), "bound": bound, "gap": (bound - float(value)) / float(value) if value else None,
                "gap_asked": str(self.scenario.solver.gap), "stopped": "gap", "basis": self.scenario.basis, "seconds": 1.0, "repairs": 0,
            },
            "weights": {
                "method": method, "rows": [{"criterion": k, "weight": str(w)} for k, w in self.weights.items()],
                "consistency_ratio": None if self.ratio is None else float(self.ratio),
            },
            "chosen": [
                line(i) | {
                    "part": self.P[i].part, "start": s, "money": [{"channel": c, "year": t, "yuan": m} for c, t, m in money],
                    "forced": i in self.scenario.force.in_, "hangs_on_blank": self.marks[i]["worst"] != self.marks[i]["best"],
                }
                for i, s, money in sorted(chosen, key=lambda x: order.index(x[0]))
            ],
            "reserve": [line(i) | {"rank": n, "reasons": why(i)} for n, i in enumerate(reserve, 1)],
            "refused": [line(i) | {"reasons": why(i)} for i in rest],
            "opened_areas": dict(opened), "area_balance": self.balances(picked, opened),
            "criterion_totals": {k: str(sum((self.basis(self.P[i]) * self.marks[i]["crit"][k] for i in new), F(0))) for k in self.policy.criteria},
            "use": use,
            "later_needs": [{"year": t, "channel": c, "yuan": m} for (c, t), m in sorted(need.items())],
            "screening": [
                {"id": i, "status": st, "applied": self.P[i].part != "carry_over",
                 "clauses": [{"clause": c, "status": x, "papers": pa, "evidence": WORDS} for c, x, pa in clauses]}
                for i, (st, clauses) in self.screens.items()
            ],
            "scores": [
                {"id": i, "indicators": {k: str(v) for k, v in m["ind"].items()}, "missing": m["missing"], "criteria": {k: str(v) for k, v in m["crit"].items()},
                 "total": str(m["total"]), "worst": str(m["worst"]), "best": str(m["best"])}
                for i, m in self.marks.items()
            ],
            "waivers": waived, "assumptions": self.assumptions(use), "warnings": [], "statistics": self.statistics(picked), "bases": [], "correlations": {}, "checks": [],
        }

    def title(self) -> dict[str, str]:
        if self.scenario.label is not None:
            return self.scenario.label.model_dump()
        c = self.policy.city.label
        return {"zh": f"{c.zh}{self.t0}年城市更新年度计划", "en": f"{c.en}: annual urban-renewal plan {self.t0}"}

    def reasons(self, i: str) -> list[tuple[str, str]]:
        """Return kind and rule of the reasons of a project that is out; ranked_out stands for the candidates' three."""
        p, (status, clauses) = self.P[i], self.screens[i]
        if p.part == "withdrawn":
            return [("withdrawn", "part")]
        if i in self.cand:
            return [("ranked_out", "")]
        out = [("forced_out", "force.out")] if i in self.scenario.force.out else [("reserve_declared", "part")] if p.part == "reserve" else []
        if status != "passed":
            return out + [({"failed": "screening", "unclear": "unclear"}[status], c) for c, s, _p in clauses if s == status]
        return out or [("not_this_year", "start_year")]

    def uses(self, choice: Any) -> list[dict[str, Any]]:
        """Return the list of used rows; over projects, rows that are exactly reached bind and others do not."""
        from oracle_rules import rows

        out = []
        for fam, row, rule, unit, v, lo, hi, base in rows(self, choice):
            if fam in ("debt_service", "fund_balance") and v == 0:
                continue
            shown = v if base is None else v / base if base else 0
            near = 100 if fam in ("channels", "caps", "ratios", "reserved", "debt_service", "fund_balance") else F(1, 10**40)
            binding = v != 0 and ((hi is not None and hi - shown < near) or (lo is not None and lo > 0 and shown - lo < near))
            out.append({"family": fam, "row": row, "rule": rule, "label": WORDS, "unit": unit, "value": str(shown), "at_least": None if lo is None else str(lo),
                        "at_most": None if hi is None else str(hi), "binding": binding, "assumption": self.assumed(fam, row, rule)})  # fmt: skip
        return out

    def entry(self, path: str) -> Any:
        here: Any = self.policy
        for part in path.split("."):
            here = here[part] if isinstance(here, dict) else getattr(here, part)
        return here

    def assumed(self, fam: str, row: str, rule: str) -> bool:
        e = self.entry(rule)
        if fam in ("channels", "budget", "debt_service") and int(row[row.rindex("[") + 1 : -1]) not in (e.cap if fam == "channels" else e.amount).years:
            return True
        return e.source.kind in ("assumption", "usage")

    def assumptions(self, use: list[dict[str, Any]]) -> list[dict[str, Any]]:
        from renewal_opt.domain.walk import entries

        made = {path: e for path, e in entries(self.policy) if e.source.kind in ("assumption", "usage") and getattr(e, "active", True)}
        below = lambda r, p: r == p or r[: len(p) + 1] == p + "."  # noqa: E731
        extra = dict.fromkeys(u["rule"] for u in use if u["assumption"] and not [p for p in made if below(u["rule"], p)])
        hit = [u["rule"] for u in use if u["assumption"] and u["binding"]]
        words = {p: (e.label.model_dump(), e.source.grounds.model_dump()) for p, e in made.items()}
        return [{"path": p, "label": words.get(p, (WORDS, WORDS))[0], "why": words.get(p, (WORDS, WORDS))[1], "binds": any(below(r, p) for r in hit)} for p in [*made, *extra]]

    def statistics(self, picked: Any) -> list[dict[str, Any]]:
        out = []
        for group, ids in (("chosen", [i for i in picked if self.P[i].part != "carry_over"]), ("refused", [i for i in self.cand if i not in picked])):
            size = sorted(self.P[i].total_investment for i in ids) or [0]
            n = len(size)
            median = (size[(n - 1) // 2] + size[n // 2] + 1) // 2
            mean = sum((self.marks[i]["total"] for i in ids), F(0)) / (len(ids) or 1)
            out.append({"group": group, "number": len(ids), "median_investment": median, "mean_score": float(mean)})
        return out

    def odd_words(self, d: dict[str, Any]) -> list[str]:
        """Return which of the words and flags of a dumped plan are wrong; a row over projects that is not full may be called tight up to its room."""
        bad = ["title"] if d["title"] != self.title() else []
        picked = {c["id"]: c["start"] for c in d["chosen"]}
        bad += ["statistics"] if [dict(s) for s in d["statistics"]] != self.statistics(picked) else []
        bad += ["checks"] if not all(c["holds"] for c in d["checks"]) else []
        new = [i for i in picked if self.P[i].part != "carry_over"]
        others = [b["basis"] for b in d["bases"]]
        bad += ["bases"] if self.scenario.basis in others or len(set(others)) < len(others) else []
        bad += ["bases"] if any(not (0 <= b["overlap"] <= min(b["chosen"], len(new)) and b["chosen"] <= len(self.cand)) for b in d["bases"]) else []
        full = {u["rule"] for u in d["use"] if u["binding"]} | {""}
        for part in ("reserve", "refused"):
            for e in d[part]:
                said = [(r["kind"], r["rule"]) for r in e["reasons"] if not (part == "refused" and r["kind"] == "reserve_full")]
                wanted, cand = self.reasons(e["id"]), e["id"] in self.cand
                screens = lambda rows: sorted(r for r in rows if r[0] in ("screening", "unclear"))  # noqa: E731
                kinds = lambda rows: {r[0] for r in rows} - {"screening", "unclear"}  # noqa: E731
                right = screens(said) == screens(wanted) and (kinds(said) == kinds(wanted) or (cand and kinds(said) and kinds(said) <= {"rule", "no_funding", "ranked_out"}))
                right = right and all(r[1] in full for r in said if r[0] == "ranked_out") and all(self.tied(e["id"], r[1]) for r in said if r[0] == "rule")
                bad += [] if right else ["reasons"]
        mine = {u["row"]: u for u in self.uses(self.choice_of(d))}
        out = max((self.P[i].total_investment for i in self.cand if i not in picked), default=0)
        for u in d["use"]:
            w = mine.get(u["row"])
            if w is None:
                continue
            bad += ["assumption"] if u["assumption"] != w["assumption"] else []
            v, lo, hi = value(w["value"]), value(w["at_least"]), value(w["at_most"])
            room = min(([hi - v] if hi is not None else []) + ([v - lo] if lo is not None and lo > 0 else []), default=None)
            if u["family"] in ("budget", "limits", "districts"):
                open_ = u["unit"] in ("share", "number") or (room is not None and room < (out if u["unit"] == "yuan" else 1))
                bad += ["binding"] if (w["binding"] and not u["binding"]) or (u["binding"] and not w["binding"] and (room is None or not open_)) else []
            elif u["binding"] != w["binding"] and (v != 0 or not (room is not None and room < 100)):
                bad += ["binding"]
        listed = lambda rows: sorted(str((a["path"], a["binds"], *(("", "") if a["path"] in loose else (str(a["label"]), str(a["why"]))))) for a in rows)  # noqa: E731
        due = self.assumptions(d["use"])
        loose = {a["path"] for a in due if a["label"] == WORDS and a["why"] == WORDS}
        bad += ["assumptions"] if listed(d["assumptions"]) != listed(due) else []
        return bad

    def tied(self, i: str, family: str) -> bool:
        kind = {"precedence": "precedence", "exclusivity": "exclusive", "corequisites": "corequisite"}.get(family)
        if family == "coordination":
            return bool(self.P[i].coord_area)
        return any(r.kind == kind and i in (r.project, r.other) for r in self.library.relations)

    @staticmethod
    def choice_of(d: dict[str, Any]) -> Any:
        return [(c["id"], c["start"], [(m["channel"], m["year"], m["yuan"]) for m in c["money"]]) for c in d["chosen"]], d["opened_areas"]

    def balances(self, picked: Any, opened: dict[str, int]) -> list[dict[str, Any]]:
        out = []
        for a in sorted({p.coord_area for i, p in self.P.items() if p.coord_area and (p.part == "carry_over" or i in self.cand)}):
            mine = [p for i, p in self.P.items() if p.coord_area == a]
            state = "running" if any(p.part == "carry_over" for p in mine) else "opened" if a in opened else "closed"
            ids = [p.id for p in mine if p.id in picked]
            revenue = sum(r.pledged_net for r in self.library.revenue if r.project in ids)
            out.append({"id": a, "state": state, "chosen": len(ids), "investment": sum(self.P[i].total_investment for i in ids), "revenue": revenue})
        return out

    def reserve(self, picked: dict[str, Any], new: list[str]) -> list[str]:
        rule, ids = self.policy.reserve, list(self.P)
        pool = []
        for i in ids:
            p, (status, clauses) = self.P[i], self.screens[i]
            papers_only = status == "unclear" and all(pa for _c, st, pa in clauses if st == "unclear")
            free = p.part == "reserve" or (p.part == "new_start" and i not in picked and i not in self.scenario.force.out)
            if free and (status == "passed" or papers_only):
                pool.append(i)
        pool.sort(key=lambda i: (self.marks[i]["total"], -ids.index(i)), reverse=True)
        out: list[str] = []
        for i in pool:
            if rule.at_most is not None and len(out) >= rule.at_most:
                continue
            money = sum(self.P[j].total_investment for j in out) + self.P[i].total_investment
            if rule.money_multiple is not None and money > F(rule.money_multiple) * sum(self.P[j].total_investment for j in new):
                continue
            out.append(i)
        return out

    def bonus(self, opened: dict[str, int]) -> F:
        c = self.policy.coordination
        if c is None or not c.active or c.mode != "bonus" or c.bonus is None:
            return F(0)
        return sum((F(c.bonus) * self.basis(self.P[i]) for a in opened for i in self.cand if self.P[i].coord_area == a), F(0))

    # judging ------------------------------------------------------------------------------------------------
    def violations(self, choice: tuple[list[Any], dict[str, int]]) -> list[str]:
        """Return the families that a choice breaks, sorted."""
        from oracle_rules import broken

        return sorted(set(broken(self, choice)))

    def right(self, plan: Plan) -> bool:
        """Return whether a plan is right in every respect: its choice, and all that it says of it."""
        d = plan.model_dump()
        if len({c["id"] for c in d["chosen"]}) != len(d["chosen"]) or any(c["id"] not in self.P for c in d["chosen"]):
            return False
        if any(c["part"] != self.P[c["id"]].part for c in d["chosen"]):
            return False
        choice = self.choice_of(d)
        if self.violations(choice):
            return False
        return not self.differences(d, self.fill(choice)) and not self.odd_words(d)

    def differences(self, d: dict[str, Any], e: dict[str, Any]) -> list[str]:
        """Return the keys in which a dumped plan differs from the filled one, in what a re-check answers for."""
        bad = [k for k in ("plan_year", "window", "library_as_of", "scenario", "city", "synthetic") if d[k] != e[k]]
        bad += ["area_balance"] if sorted(map(str, d["area_balance"])) != sorted(map(str, e["area_balance"])) else []
        bad += ["money_years"] if list(d["money_years"]) != e["money_years"] else []
        for key, fields in (("chosen", "name investment score forced hangs_on_blank"), ("refused", "name investment score"), ("scores", "indicators criteria total worst best")):
            pick = lambda rows, fields=fields: sorted((r["id"], *(value(r[f]) for f in fields.split())) for r in rows)  # noqa: E731
            bad += [key] if str(pick(d[key])) != str(pick(e[key])) else []
        bad += ["missing"] if sorted((s["id"], sorted(s["missing"])) for s in d["scores"]) != sorted((s["id"], sorted(s["missing"])) for s in e["scores"]) else []
        pick2 = lambda rows: [(r["id"], r["rank"], r["name"], r["investment"], value(r["score"])) for r in rows]  # noqa: E731
        bad += ["reserve"] if pick2(d["reserve"]) != pick2(e["reserve"]) else []
        s = lambda rows: sorted((r["id"], r["status"], r["applied"], sorted((c["clause"], c["status"], c["papers"]) for c in r["clauses"])) for r in rows)  # noqa: E731
        bad += ["screening"] if s(d["screening"]) != s(e["screening"]) else []
        w = lambda x: (x["method"], sorted((r["criterion"], value(r["weight"])) for r in x["rows"]))  # noqa: E731
        bad += ["weights"] if w(d["weights"]) != w(e["weights"]) else []
        a, b = d["weights"]["consistency_ratio"], e["weights"]["consistency_ratio"]
        bad += ["consistency_ratio"] if (a is None) != (b is None) or (a is not None and abs(a - b) > 1e-6) else []
        bad += ["criterion_totals"] if value(d["criterion_totals"]) != value(e["criterion_totals"]) else []
        u = lambda rows: sorted(str((r["family"], r["row"], r["rule"], r["unit"], value(r["value"]), value(r["at_least"]), value(r["at_most"]))) for r in rows if not (r["family"] == "debt_service" and value(r["value"]) == 0))  # noqa: E731
        bad += ["use"] if u(d["use"]) != u(e["use"]) else []
        n = lambda rows: sorted((r["year"], r["channel"], r["yuan"]) for r in rows)  # noqa: E731
        bad += ["later_needs"] if n(d["later_needs"]) != n(e["later_needs"]) else []
        v = lambda rows: sorted(str((r["id"], sorted(i.split(".")[-1] for i in r["items"]), r["authority"], r["number"], r["expiry"])) for r in rows)  # noqa: E731
        bad += ["waivers"] if v(d["waivers"]) != v(e["waivers"]) else []
        return bad + self.objective_faults(d["objective"], e["objective"])

    def objective_faults(self, o: dict[str, Any], e: dict[str, Any]) -> list[str]:
        bad = [k for k in ("value", "gap_asked") if value(o[k]) != value(e[k])] + (["basis"] if o["basis"] != e["basis"] else [])
        if bad:
            return bad
        v, claims = F(o["value"]), o["stopped"] in ("gap", "optimal")
        if o["bound"] is None:
            return ["stopped"] if claims else ["gap"] if o["gap"] is not None else []
        if not math.isfinite(o["bound"]) or F(o["bound"]) < v - abs(v) / 10**9:
            return ["bound"]
        if claims and F(o["bound"]) - v > F(o["gap_asked"]) * abs(v) + max(F(1, 10**6), abs(v) / 10**9):
            return ["stopped"]
        if v == 0:
            return ["gap"] if o["gap"] not in (None, 0) else []
        g = (F(o["bound"]) - v) / abs(v)
        near = o["gap"] is not None and math.isfinite(o["gap"]) and min(abs(F(o["gap"]) - g), abs(F(o["gap"]) - max(g, F(0)))) <= max(F(1), abs(g)) / 10**9
        return [] if near else ["gap"]


def value(text: Any) -> Any:
    """Return an exact number (or a mapping of such) from text; anything else as it is."""
    if isinstance(text, dict):
        return {k: value(v) for k, v in text.items()}
    return parsed(text) if isinstance(text, str) and len(text) < 5000 else text


@lru_cache(maxsize=50_000)
def parsed(text: str) -> Any:
    """Return a text's number, or the text where it is none."""
    try:
        return F(text)
    except (ValueError, ZeroDivisionError):
        return text


def plan_of(d: dict[str, Any]) -> Plan:
    """Return a Plan from a dump."""
    return Plan.model_validate(d | {"city": Label(**d["city"]) if isinstance(d["city"], dict) else d["city"]})
