"""The folder of a search: its records, a plan a point, the front."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ...domain.front import Front
from ...domain.plan import Check, Plan
from ...errors import Finding, InputError
from ...i18n import _
from ...io.atomic import write_text_atomic
from ...io.frontfile import front_to_json, read_front
from ...io.load import Inputs
from ...io.lock import locked
from ...io.nearby import plan_near
from ...io.sharedparts import KEY, compact, parted, sha256_of
from ...pareto import Point, Record
from ...pareto.objectives import IntegerObjective
from ...verify import verify_plan
from ..assemble import assemble, input_files, program_versions
from ..use import exact
from .record import Records
from .tradeoff import Funded, PlanTradeoff

_RECORDS, _LOCK = "points.jsonl", ".points.lock"
_FRONT = "front.json"
#: what else is written beside the plans
_REPORTS = {kind: f"front.{kind}" for kind in ("html", "png", "csv", "xlsx")}
_FILES = (_FRONT, *_REPORTS.values())
_OURS = re.compile(r"(found-[0-9]{5,}|[0-9]{4,})\.json")
_SHARED = re.compile(r"shared-[0-9a-f]{12}\.json")
Mode = Literal["all", "representation", "supported"]


def reports_of(folder: Path) -> dict[str, Path]:
    """Return where page, picture and tables of a folder's front stand, by ``html``, ``png``, ``csv`` and ``xlsx``."""
    return {kind: folder / name for kind, name in _REPORTS.items()}


def front_file(folder: Path) -> Path:
    """Return where a folder's front stands."""
    return folder / _FRONT


def check_current(current: Path, folder: Path) -> None:
    """Refuse a plan to compare with that a search in this folder would write over.

    Raises
    ------
    InputError
    """
    if current.resolve().parent == (folder / "plans").resolve():
        raise InputError([Finding("overwrites_input", file=str(current), value="--current", expected=_("a plan outside the folder whose plans are written"))])


@dataclass(frozen=True)
class Asked:
    """What a trade-off is asked for.

    Attributes
    ----------
    objectives, at_least, at_most : tuple of str
        Words of the command line; see `asked`.
    mode : {"all", "representation", "supported"}
    number : int
        Points of a representation.
    seconds : float or None
        Time of the whole search.
    overrides : dict
        Policy values that the caller changed, as plans record them.
    """

    objectives: tuple[str, ...]
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    mode: Mode = "all"
    number: int = 0
    seconds: float | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)


def slim(plan: Plan) -> Plan:
    """Return a plan without what says the same in every plan of a folder, or is not shown of a front: hundreds fit in memory."""
    return plan.model_copy(update={"screening": (), "scores": (), "refused": (), "reserve": (), "warnings": (), "assumptions": (), "use": (), "bases": ()})


class Folder:
    """Where a search leaves its records, plans and front.

    Parameters
    ----------
    path : Path
    inputs : Inputs
    tradeoff : PlanTradeoff
    asked : Asked
    """

    def __init__(self, path: Path, inputs: Inputs, tradeoff: PlanTradeoff, asked: Asked) -> None:
        self.path, self.inputs, self.tradeoff, self.asked = path, inputs, tradeoff, asked
        self.files = input_files(inputs)
        self.head = {
            "program": program_versions()["renewal_opt"], "inputs": [[f.role, Path(f.path).name, f.sha256] for f in self.files],
            "overrides": dict(asked.overrides), "objectives": list(asked.objectives), "at_least": list(asked.at_least),
            "at_most": list(asked.at_most), "mode": asked.mode,
        }  # fmt: skip
        self.refused: dict[tuple[int, ...], str] = {}
        self.plans: list[Plan] = []  # of the front, without what all share: see `slim`
        self._shared: set[str] = set()  # files of common parts that its plans name
        self._made: list[Path] = []  # folders that were not there, the innermost first

    def begin(self, whole: Sequence[IntegerObjective], *, resume: bool) -> tuple[Records, list[Record]]:
        """Return the records, and those to go on from. Call it inside `held`.

        Parameters
        ----------
        whole : sequence of IntegerObjective
            The objectives in steps, in which records count.
        resume : bool

        Raises
        ------
        InputError
            When there are records and `resume` is not set, or they belong to another question.
        """
        records = Records(self.path / _RECORDS, self.head | {"steps": [[str(o.step), o.base, o.top] for o in whole]})
        if self.check(resume=resume):
            known = records.resume()
            self._same_values(known, whole)
            return records, known
        records.start()
        return records, []

    def _same_values(self, known: Sequence[Record], whole: Sequence[IntegerObjective]) -> None:
        """Hold the values of known points against their portfolios and money.

        Raises
        ------
        InputError
            Where they differ: this program did not write the records.
        """
        for record in known:
            settled, y = record.reply.settled, record.reply.y
            if settled is None or y is None:
                continue
            carried: Funded = settled.payload
            values = tuple(o.measure.value(carried.chosen, carried.opened, carried.money) for o in self.tradeoff.objectives)
            if values != settled.values or tuple(o.steps(v) for o, v in zip(whole, values, strict=True)) != y:
                expected = _("the values of the recorded portfolios")
                raise InputError([Finding("damaged_records", file=str(self.path / _RECORDS), value=", ".join(map(str, settled.values)), expected=expected)])

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder, and keep a second search out of it.

        Raises
        ------
        InputError
            When it cannot be written, or another search works in it.
        """
        with contextlib.ExitStack() as stack:
            try:
                for path in (*reversed(self.path.parents), self.path, self.path / "plans"):
                    if not path.is_dir():
                        path.mkdir(exist_ok=True)
                        self._made.insert(0, path)
                stack.enter_context(locked(self.path, _LOCK, _("a folder in which no other search works at this moment")))
            except OSError as error:
                raise InputError([Finding("cannot_write", file=str(self.path), value=str(error), expected=_("a folder that can be written"))]) from None
            yield

    def check(self, *, resume: bool) -> bool:
        """Return whether there are records to go on from; not where an earlier search has proven that there is no plan.

        Raises
        ------
        InputError
            When there are and `resume` is not set; or when there are none, but files under the names that a search writes and takes away.
        """
        try:
            there = os.path.lexists(self.path / _RECORDS)
            plans = self.path / "plans"
            others = sorted(f"plans/{p.name}" for p in plans.iterdir() if _OURS.fullmatch(p.name)) if plans.is_dir() else []
            others += [name for name in _FILES if os.path.lexists(self.path / name)]
            others += sorted(p.name for p in self.path.iterdir() if _SHARED.fullmatch(p.name)) if self.path.is_dir() else []
        except OSError as error:
            raise InputError([Finding("cannot_write", file=str(self.path), value=str(error), expected=_("a folder that can be written"))]) from None
        if there and not resume and self._without_plan() and all(name.startswith("front.") for name in others):
            return False  # no plan keeps what was asked for: nothing is lost, and the corrected question may be asked here
        if there and not resume:
            raise InputError([Finding("folder_in_use", file=str(self.path), value=_RECORDS, expected=_("an empty folder, or --resume to go on"))])
        if others and not there:
            expected = _("an empty folder: files of these names would be written over or taken away")
            raise InputError([Finding("folder_in_use", file=str(self.path), value=", ".join(others[:5]), expected=expected)])
        return there

    def _without_plan(self) -> bool:
        """Return whether the front says that no plan keeps what was asked for."""
        try:
            front = read_front(self.path / _FRONT)
        except InputError:
            return False
        return not front.points and front.claim in ("complete", "resolution")

    def leave(self, records: Records) -> None:
        """Take away what a search made that could not begin: records without an answer, and the folders that were not there."""
        if records.bare():
            with contextlib.suppress(OSError):
                for name in (_RECORDS, _LOCK):
                    (self.path / name).unlink(missing_ok=True)
                for path in self._made:
                    path.rmdir()

    def plan(self, point: Point) -> Plan | None:
        """Return the re-checked plan of a point, None when the re-check refuses it."""
        if point.y in self.refused:
            return None
        carried: Funded = point.payload
        tradeoff, inputs = self.tradeoff, self.inputs
        answer = carried.portfolio(tradeoff.problem, tradeoff.rows)
        values = {o.measure.name: exact(v) for o, v in zip(tradeoff.objectives, point.values, strict=True)}
        options: dict[str, Any] = {"overrides": dict(self.asked.overrides)} if self.asked.overrides else {}
        plan = assemble(inputs, tradeoff.problem, answer, options | {"pareto": values}, self.files)
        results = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
        broken = [f"{r.family}: {b.rule}" for r in results for b in r.breaches]
        if broken:
            self.refused[point.y] = "; ".join(broken[:5])
            return None
        return plan.model_copy(update={"checks": tuple(Check(family=r.family, holds=True, rows=r.rows) for r in results)})

    def write_plan(self, plan: Plan, name: str) -> None:
        """Write a plan under `plans/`; what all plans of the folder have in common stands once, beside the front."""
        target = self.path / "plans" / name
        data, common = parted(plan_near(plan, target, self.path))
        digest = sha256_of(common)
        shared = f"shared-{digest[:12]}.json"
        if shared not in self._shared:
            write_text_atomic(self.path / shared, common)
            self._shared.add(shared)
        write_text_atomic(target, compact(data | {KEY: {"path": f"../{shared}", "sha256": digest}}))

    def rename_plan(self, name: str, new: str) -> None:
        """Give a plan under `plans/` another name."""
        (self.path / "plans" / name).replace(self.path / "plans" / new)

    def size(self) -> int:
        """Return the bytes of all files in the folder."""
        return sum(p.stat().st_size for p in self.path.rglob("*") if p.is_file())

    def drop_front(self) -> None:
        """Take away an earlier front before its plans get other numbers: a kill in between leaves none rather than a wrong one."""
        (self.path / _FRONT).unlink(missing_ok=True)

    def write_front(self, front: Front) -> None:
        """Write the front."""
        write_text_atomic(self.path / _FRONT, front_to_json(front))

    def forget(self, front: Front) -> None:
        """Take away plans that a front does not name: those under the name of their discovery, and of an earlier, longer front.

        So too common parts that no plan of it names.
        """
        kept = {Path(p.plan).name for p in front.points}
        for path in (self.path / "plans").iterdir():
            if _OURS.fullmatch(path.name) and path.name not in kept:
                path.unlink()
        for path in self.path.iterdir():
            if _SHARED.fullmatch(path.name) and path.name not in self._shared:
                path.unlink()
