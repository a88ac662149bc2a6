"""A municipal participatory-budgeting file (.pb) as policy, library and scenario: `import_pb`.

One criterion (the votes), one channel (the budget), basis count, gap 0: the optimum is the list with the
most votes that the budget can pay for. One currency unit stands where the tables say 元.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import Collector, Finding, InputError
from ..i18n import _
from .csvout import Cell, csv_bytes
from .load import load_inputs
from .pbfile import PbFile, PbProject, read_pb
from .synth.write import dump_yaml

Tree = dict[Any, Any]

_CURRENCY = {"Poland": "PLN", "France": "EUR", "Netherlands": "EUR", "Germany": "EUR", "Spain": "EUR", "United States": "USD", "Switzerland": "CHF"}
_LISTS = {"category": ("类别", "category"), "target": ("受众", "target group")}
_NUMBERS = {
    "votes": ("票数", "votes", "integer"),
    "score": ("得分", "score", "number"),
    "selected": ("原结果", "selected then", "integer"),
    "latitude": ("纬度", "latitude", "number"),
    "longitude": ("经度", "longitude", "number"),
}
#: column of the library to that of the .pb file, to tell faults where the user sees them
_BACK = {
    "id": "project_id", "name": "name", "content": "name", "applicant": "proposer",
    "total_investment": "cost", "spend_1": "cost", "district": "subunit",
}  # fmt: skip


def import_pb(path: Path | str, out_dir: Path | str, *, collector: Collector | None = None) -> Path:
    """Turn a .pb file into `policy/`, `library/` and `scenario.yaml` below a new folder.

    Parameters
    ----------
    path : Path
        File in the format of pabulib.org, UTF-8; costs, votes and the budget are whole numbers.
    out_dir : Path
        Folder to be made; an empty one may exist.
    collector : Collector, optional
        Receives warnings (numbers of META or VOTES that disagree with the rows).

    Returns
    -------
    Path
        The scenario file, which `load_inputs` reads.

    Raises
    ------
    InputError
        With every fault of the file by line and column, or when the folder cannot be made. Nothing is
        written then: the folder takes its name when all files in it have been read back.
    """
    source, out = Path(path), Path(out_dir)
    found = Collector() if collector is None else collector
    pb = read_pb(source, found)
    found.raise_errors()
    if pb is None:  # pragma: no cover - read_pb adds an error whenever it returns None
        raise InputError(found.findings)
    _check_target(out)
    with _folder(out) as temp:
        places = _write(pb, source, temp)
        try:
            load_inputs(temp / "scenario.yaml")
        except InputError as err:
            raise InputError([_at_source(f, source, places) for f in err.findings if f.severity == "error"]) from None
    return out / "scenario.yaml"


def _check_target(out: Path) -> None:
    try:
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except (OSError, ValueError) as err:
        raise _cannot(out, err) from err
    if taken:
        raise InputError([Finding("folder_taken", file=str(out), expected=_("a new folder, or an empty one"))])


@contextlib.contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target; it takes the target's name at the end, or vanishes."""
    temp: Path | None = None
    try:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            temp = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", suffix=".tmp", dir=out.parent))
            temp.chmod(0o755)
        except (OSError, ValueError) as err:
            raise _cannot(out, err) from err
        yield temp
        try:
            if out.exists():
                out.rmdir()
            os.replace(temp, out)
        except OSError as err:
            raise _cannot(out, err) from err
    finally:
        if temp is not None:
            shutil.rmtree(temp, ignore_errors=True)


def _cannot(out: Path, err: Exception) -> InputError:
    return InputError([Finding("cannot_write", file=str(out), value=str(getattr(err, "strerror", None) or err), expected=_("a folder that can be made"))])


def _at_source(finding: Finding, source: Path, places: Mapping[int, int]) -> Finding:
    """Return a finding of the library at the line of the .pb file that it comes from."""
    column = finding.column.split(" (")[0]
    return replace(
        finding, file=str(source), sheet="", row=None, path="", line=places.get(finding.row or 0), column=_BACK.get(column, column)
    )  # fmt: skip


# ------------------------------------------------------------------ files


def _write(pb: PbFile, source: Path, folder: Path) -> dict[int, int]:
    """Write the three parts; return library row to line of the .pb file."""
    names = {c: _ids(p.lists.get(c, ()) for p in pb.projects) for c in _LISTS if c in pb.columns}
    districts = _ids(_place(pb, p) for p in pb.projects)
    policy, library = folder / "policy", folder / "library"
    policy.mkdir()
    library.mkdir()
    said = _said(pb, source)
    (policy / "city.yaml").write_text(dump_yaml(_city(pb, source, districts, names), said), encoding="utf-8")
    (policy / "rules.yaml").write_text(dump_yaml(_rules(pb, source), said), encoding="utf-8")
    header, rows = _table(pb, districts, names)
    (library / "projects.csv").write_bytes(csv_bytes(header, rows))
    about = [("name", _title(pb)), ("synthetic", "no"), ("money unit", "元"), ("source", source.name)]
    (library / "about.csv").write_bytes(csv_bytes(("key", "value"), about))
    (folder / "scenario.yaml").write_text(dump_yaml(_scenario(pb, source), said), encoding="utf-8")
    return {i: p.row.line for i, p in enumerate(pb.projects, 2)}


def _title(pb: PbFile) -> str:
    parts = [pb.meta.get(k, "") for k in ("unit", "subunit", "instance")]
    return " ".join(p for p in parts if p) or pb.meta.get("description", "") or "pabulib"


def _currency(pb: PbFile) -> str:
    return pb.meta.get("currency") or _CURRENCY.get(pb.meta.get("country", ""), "currency unit")


def _said(pb: PbFile, source: Path) -> str:
    unit = _currency(pb)
    left = [c for c in pb.columns if c not in {"project_id", "cost", "name", "subunit", "district", "proposer", *_LISTS, *_NUMBERS}]
    lines = [
        f"由 {source.name} 导入：“元”即 1 {unit}，“万元”即 1 万 {unit}。",
        f"Imported from {source.name}: 元 stands for 1 {unit}, 万元 for 10,000 {unit}.",
    ]
    if left:
        lines += [f"未取用的列：{', '.join(left)}", f"columns not taken: {', '.join(left)}"]
    return "\n".join(" ".join(line.split()) for line in lines)


def _slug(text: str) -> str:
    name = re.sub(r"[^\w-]+", "_", text.lower()).strip("_-")[:60] or "x"
    return f"{name}_" if name == "any" else name


def _ids(groups: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Return text to id for all entries, in sorted order; ids are unlike each other."""
    out: dict[str, str] = {}
    used: set[str] = set()
    for text in sorted({t for group in groups for t in group}):
        name, k = _slug(text), 2
        while name in used:
            name, k = f"{_slug(text)}_{k}", k + 1
        used.add(name)
        out[text] = name
    return out


#: stands for a project without a district in a file whose other projects have one
NOWHERE = "（未注明 not stated）"


def _place(pb: PbFile, project: PbProject) -> tuple[str, ...]:
    """Return the district of a project: its own, else that of META; empty where the file knows none."""
    if project.place:
        return (project.place,)
    if pb.meta.get("subunit") or pb.meta.get("district"):
        return (pb.meta.get("subunit") or pb.meta["district"],)
    return (NOWHERE,) if any(p.place for p in pb.projects) else ()


def _label(zh: str, en: str | None = None) -> Tree:
    return {"zh": zh, "en": zh if en is None else en}


def _city(pb: PbFile, source: Path, districts: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> Tree:
    said, unit = _source(pb, source), _currency(pb)
    out: Tree = {
        "schema_version": 1,
        "city": {
            "label": _label(_title(pb)),
            "source": said,
            "document": pb.meta.get("description") or source.name,
            "currency": _label(f"{unit}（表中“元”即 1 {unit}）", f"{unit} (元 in the tables stands for 1 {unit})"),
        },
    }
    if districts:
        out["districts"] = {i: {"label": _label(text), "source": said} for text, i in districts.items()}
    columns: Tree = {}
    for column, values in names.items():
        zh, en = _LISTS[column]
        columns[column] = {"label": _label(zh, en), "source": said, "kind": "multi"}
        if values:
            columns[column]["values"] = {i: _label(text) for text, i in values.items()}
    for column, (zh, en, kind) in _NUMBERS.items():
        if column == "votes" or column in pb.columns:
            columns[column] = {"label": _label(zh, en), "source": said, "kind": kind}
    columns["votes"]["required"] = True
    out["columns"] = columns
    return out


def _source(pb: PbFile, source: Path) -> Tree:
    return {"kind": "city", "document": pb.meta.get("description") or source.name, "clause": source.name}


def _rules(pb: PbFile, source: Path) -> Tree:
    """One criterion, one channel and the budget."""
    said = _source(pb, source)
    most = max((p.votes for p in pb.projects), default=0)
    cap = {pb.year: f"{pb.budget} 元"}
    votes = {"label": _label("票数", "votes"), "source": said, "column": "votes", "value": [[0, 0], [max(most, 1), 100]], "weight": 1}
    return {
        "criteria": {"votes": {"label": _label("票数", "votes"), "source": said, "weight": 1, "indicators": {"votes": votes}}},
        "funding": {
            "channels": {
                "budget": {"label": _label("参与式预算", "participatory budget"), "source": said, "side": "government", "counts_as": "grant", "cap": cap}
            }
        },
        "budget": {"total": {"label": _label("预算总额", "budget"), "source": said, "measure": "spending", "amount": cap}},
        "reserve": {"at_most": 0},
    }


def _scenario(pb: PbFile, source: Path) -> Tree:
    name = re.sub(r"[^\w-]+", "_", source.stem).strip("_") or "pabulib"
    return {
        "name": name,
        "label": _label(f"{_title(pb)}：得票最多的清单", f"{_title(pb)}: the list with the most votes"),
        "policy": "policy",
        "library": "library",
        "plan_year": pb.year,
        "basis": "count",
        "solver": {"gap": 0},
    }


def _table(pb: PbFile, districts: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> tuple[list[str], list[list[Cell]]]:
    """Return header and rows of the projects' table; ids stand for entries of lists."""
    applicant = pb.meta.get("unit") or pb.meta.get("description") or "pabulib"
    read: dict[str, Callable[[PbProject], Cell]] = {
        "id": lambda p: p.id,
        "name": lambda p: p.name,
        "applicant": lambda p: p.row.get("proposer") or applicant,
        "content": lambda p: p.name,
        "part": lambda _p: "new_start",
        "start_year": lambda _p: pb.year,
        "end_year": lambda _p: pb.year,
        "total_investment (元)": lambda p: p.cost,
        "spend_1 (元)": lambda p: p.cost,
        "votes": lambda p: p.votes,
    }
    if districts:
        read["district"] = lambda p: districts[_place(pb, p)[0]]
    for column in names:
        read[column] = lambda p, c=column: ";".join(names[c][t] for t in p.lists[c])  # type: ignore[misc]
    for column in _NUMBERS:
        if column != "votes" and column in pb.columns:
            read[column] = lambda p, c=column: p.numbers.get(c)  # type: ignore[misc]
    read["as_of"] = lambda _p: pb.as_of
    return list(read), [[get(p) for get in read.values()] for p in pb.projects]
