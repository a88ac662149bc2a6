"""The schemas in words: JSON Schema and a readable page, made from the classes and columns that validate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from ..domain.base import Dated
from ..domain.columns import (
    COLUMNS,
    FAMILIES,
    MAX_SPEND_YEARS,
    RELATION_COLUMNS,
    REVENUE_COLUMNS,
    SHEETS,
    Column,
)
from ..domain.criteria import ValueFunction
from ..domain.funding import CapByYear
from ..domain.plan import PLAN_VERSION, Plan
from ..domain.policy import Policy
from ..domain.robust import EXAMPLE, RobustQuestion
from ..domain.scenario import Scenario
from ..i18n import N_, _, get_language
from .schemawalk import model_of, plain

NAMES = ("policy", "library", "scenario", "plan", "robust")

_MODELS: dict[str, type[BaseModel]] = {"policy": Policy, "scenario": Scenario, "plan": Plan, "robust": RobustQuestion}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_EXTENDS = N_("Name or path of a scenario that this one extends: mappings are merged, the nearer file wins, lists are replaced.")
_REQUIRED = {"revenue": ("project", "year", "revenue_class", "pledged_net"), "relations": ("kind", "project")}


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one of `NAMES`.

    Raises
    ------
    KeyError
        For another name.
    """
    if name == "library":
        return _library_schema()
    schema = _MODELS[name].model_json_schema(by_alias=True)
    if name == "scenario":
        # what a file may leave out: it may stand in the scenario that it extends, and the name in the file's name
        schema["properties"]["extends"] = {"type": "string", "description": _EXTENDS}
        schema.pop("required", None)
    return {"$schema": _DRAFT, **schema}


def page(name: str) -> str:
    """Return the readable page (Markdown that reads well as plain text) of one of `NAMES`, in the language in force.

    Raises
    ------
    KeyError
        For another name.
    """
    return _library_page() if name == "library" else _model_page(name)


def models_of(root: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a schema class and those that it holds, each once, in the order of first mention."""
    out: list[type[BaseModel]] = []

    def visit(model: type[BaseModel]) -> None:
        if model in out:
            return
        out.append(model)
        for f in model.model_fields.values():
            for inner in _models_in(f.annotation):
                visit(inner)

    visit(root)
    return out


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    model = model_of(annotation)
    if model is not None:
        yield model
        return
    for inner in get_args(plain(annotation)):
        yield from _models_in(inner)


# ------------------------------------------------------------------ policy, scenario, plan


def _model_page(name: str) -> str:
    root = _MODELS[name]
    titles: dict[str, Callable[[], str]] = {
        "policy": lambda: _("Schema of the policy (the *.yaml files of one folder, merged)"),
        "scenario": lambda: _("Schema of the scenario (one YAML file)"),
        "plan": lambda: _("Schema of the plan (JSON), version {version}").format(version=PLAN_VERSION),
        "robust": lambda: _("Schema of the robust question (a YAML file, or the section robust of a scenario)"),
    }
    lines = [f"# {titles[name]()}", "", _first_line(root), ""]
    lines += [_("Unknown keys are refused. Money is written in 万元 (plan files: whole 元); numbers are exact."), ""]
    if root is RobustQuestion:
        about = _("Each section may be left out, but one is needed. Criteria are the keys in the policy, projects the ids of the library. An example:")
        lines += [about, "", "```yaml", EXAMPLE.rstrip(), "```", ""]
    for model in models_of(root):
        lines.append(f"## {model.__name__.rstrip('_')}")
        if model is not root:
            lines.append(_first_line(model))
        lines.append("")
        for key, f in model.model_fields.items():
            lines.append(f"- `{f.alias or key}` ({_kind(f)}{_need(name, model, f)}): {_doc(f)}")
        if model is Scenario:
            lines.append(f"- `extends` ({_('text')}): {_(_EXTENDS)}")
        lines.append("")
    return "\n".join(lines)


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]


def _doc(f: FieldInfo) -> str:
    return " ".join((f.description or "").split())


def _need(name: str, model: type[BaseModel], f: FieldInfo) -> str:
    if f is Scenario.model_fields["name"]:
        return _(", default: the name of the file")
    if f.is_required():
        return _(", required or inherited") if name == "scenario" and model is Scenario else _(", required")
    default = f.get_default(call_default_factory=True)
    if isinstance(default, bool):
        default = "yes" if default else "no"
    if default is None or default in ((), {}) or isinstance(default, (BaseModel, dict)):
        return ""
    if isinstance(default, tuple):
        default = "[" + ", ".join(map(str, default)) + "]"
    return _(", default {value}").format(value=default)


def _kind(f: FieldInfo) -> str:
    return _words(f.annotation, f.metadata)


def _words(annotation: Any, metadata: Any = ()) -> str:
    """Return what a value looks like."""
    for mark in reversed(tuple(metadata)):  # the outermost holds, as in the JSON Schema
        if isinstance(mark, WithJsonSchema):
            said = _said(mark.json_schema or {})
            if said:
                return said
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _words(inner, marks)
    bare = plain(annotation)
    if bare is not annotation:
        inner = next((a for a in get_args(annotation) if a is not type(None)), bare)
        return _words(inner)
    compact = {Dated: _("number, or numbers by year"), CapByYear: _("open, or 万元 by year; later: open | last"), ValueFunction: _("pairs [x, value], or category to value")}
    if bare in compact:
        return compact[bare]
    model = model_of(bare)
    if model is not None:
        return model.__name__.rstrip("_")
    origin, args = get_origin(bare), get_args(bare)
    if origin is Literal:
        return " | ".join(str(a) for a in args)
    if origin is dict:
        key = _("id") if plain(args[0]) is str else _("year or number")
        return _("{key} to {value}").format(key=key, value=_words(args[1]))
    if origin is tuple:
        return _("list of {item}").format(item=_words(args[0]))
    if args:
        return " | ".join(_words(a) for a in args if a is not type(None))
    simple = {"str": _("text"), "int": _("whole number"), "Decimal": _("exact number"), "float": _("exact number"), "bool": "yes | no", "date": _("date"), "Any": _("any value")}
    return simple.get(getattr(bare, "__name__", str(bare)), str(bare))


def _said(schema: dict[str, Any]) -> str:
    if "description" in schema:
        return _(str(schema["description"]))
    if schema.get("enum") == ["yes", "no", True, False]:
        return "yes | no"
    if schema.get("type") == ["string", "number"]:
        return "worst | best | middle | number"
    return ""


# ------------------------------------------------------------------ library


def column_doc(column: Column, language: str | None = None) -> str:
    """Return one line on a column: what it holds, where its values come from, and its note."""
    language = language or get_language()
    parts = [column.zh if language == "zh" else column.en, _kind_words(column.kind)]
    if column.vocabulary:
        parts.append(_("values: the policy's list {name}").format(name=column.vocabulary))
    note = column.note_zh if language == "zh" else column.note_en
    if note:
        parts.append(note)
    return _("; ").join(parts)


def _kind_words(kind: str) -> str:
    words = {
        "code": _("identifier, read as text"),
        "text": _("text"),
        "list": _("one value of a list"),
        "multi": _("values of a list, separated by semicolons"),
        "shares": _("names with their shares in percent"),
        "yes_no": _("是 or 否 (yes, no)"),
        "tri": _("是, 否 or 待核 (yes, no, unclear)"),
        "negative": _("不涉及, 涉及 or 待核 (none, involved, unclear)"),
        "money": _("amount of money, at most two decimals in 万元"),
        "number": _("exact number"),
        "integer": _("whole number"),
        "year": _("calendar year"),
        "date": _("date, as 2025-03-01"),
    }
    return words[kind]


def _need_words(need: str) -> str:
    words = {
        "R": _("required"),
        "N": _("needed for a new start; blank is unclear"),
        "C": _("needed under a condition"),
        "O": _("optional"),
    }
    return words[need]


def _family_doc(attribute: str) -> str:
    words = {
        "spend": _("spending in the k-th year after the start (k = 1 to {n}); the years add up to the total").format(n=MAX_SPEND_YEARS),
        "remaining": _("carry-over: remaining spending of a calendar year"),
        "in_place": _("carry-over: money in place of a channel"),
        "ask": _("money that the project asks of a channel"),
        "secured": _("money of a channel that is secured"),
        "neg": _("whether an item of the negative list is involved"),
    }
    return words[attribute]


def _sheet_doc(name: str) -> str:
    words = {
        "project": _("project id"),
        "year": _("calendar year, for a start in the declared start year"),
        "revenue_class": _("class of revenue: government_fund, special or operating; help for documented help with repayment, which is no revenue of the project"),
        "gross": _("gross revenue"),
        "operating_cost": _("operating cost"),
        "tax": _("taxes and fees"),
        "pledged_net": _("net revenue pledged to debt; may be negative"),
        "document": _("document of the help; required for the class help"),
        "payer": _("project whose revenue pays the help; blank for a subsidy"),
        "kind": _("precedence, exclusive or corequisite"),
        "other": _("the other project; the one that follows in a precedence"),
        "lag": _("least number of years between the two starts"),
        "group": _("name of an exclusive or corequisite group"),
    }
    return words[name]


def _library_page() -> str:
    lines = ["# " + _("Schema of the library (workbook, CSV, Parquet, or a folder of them)"), ""]
    lines += [_("Headers are Chinese or English, or the id; their order is free; the unit stands in the header. Codes stay text."), ""]
    lines += [f"## {SHEETS['projects'][0]} (projects)", ""]
    for c in COLUMNS:
        lines.append(f"- `{c.id}` {c.header('zh')} / {c.header('en')} ({_need_words(c.need)}): {column_doc(c)}")
    for attribute, zh, en, _kind_of, unit in FAMILIES:
        shown = en.format(k="YEAR") if attribute == "remaining" else en.format(k="K")
        head = zh.format(k="YEAR" if attribute == "remaining" else "K") + (f"（{unit}）" if unit else "")
        lines.append(f"- `{shown}` {head} ({_need_words({'neg': 'N', 'ask': 'O', 'secured': 'O'}.get(attribute, 'C'))}): {_family_doc(attribute)}")
    lines.append("- " + _("columns of the city itself: see columns in the policy"))
    for sheet, columns in (("revenue", REVENUE_COLUMNS), ("relations", RELATION_COLUMNS)):
        lines += ["", f"## {SHEETS[sheet][0]} ({sheet}, {_('optional')})", ""]
        for i, zh, _kind_of, unit in columns:
            need = _need_words("R" if i in _REQUIRED[sheet] else "O")
            lines.append(f"- `{i}` {zh}{f'（{unit}）' if unit else ''} ({need}): {_sheet_doc(i)}")
    about = _("pairs of a name and a value: 名称 (name), 合成数据 (synthetic: yes or no), 金额单位 (money unit of headers without one), 投资口径 (investment basis: 静态/static without interest in building time, 动态/dynamic with it; may also stand in the header of 总投资)")
    lines += ["", f"## {SHEETS['about'][0]} (about, {_('optional')})", "", about, ""]
    return "\n".join(lines)


_JSON_TYPES: dict[str, dict[str, Any]] = {
    "code": {"type": "string"},
    "text": {"type": "string"},
    "list": {"type": "string"},
    "multi": {"type": "string"},
    "shares": {"type": "string"},
    "yes_no": {"enum": ["yes", "no"]},
    "tri": {"enum": ["yes", "no", "unclear"]},
    "negative": {"enum": ["none", "involved", "unclear"]},
    "money": {"type": "number", "multipleOf": 0.01},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "year": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
}


def _library_schema() -> dict[str, Any]:
    projects: dict[str, Any] = {}
    for c in COLUMNS:
        extra = {"x-unit": c.unit} if c.unit else {}
        extra |= {"x-vocabulary": c.vocabulary} if c.vocabulary else {}
        projects[c.id] = _JSON_TYPES[c.kind] | {"title": c.header("zh"), "description": column_doc(c), "x-header-en": c.header("en"), "x-need": c.need} | extra
    patterns = {
        f"^{en.format(k='[0-9]{4}' if attribute == 'remaining' else '[0-9]{1,2}' if attribute == 'spend' else '.+')}$": _JSON_TYPES[kind]
        | {"title": zh.format(k="K"), "description": _family_doc(attribute)}
        for attribute, zh, en, kind, _unit in FAMILIES
    }

    def sheet(name: str, columns: tuple[tuple[str, str, str, str], ...]) -> dict[str, Any]:
        fields = {i: _JSON_TYPES[kind] | {"title": zh, "description": _sheet_doc(i)} | ({"x-unit": unit} if unit else {}) for i, zh, kind, unit in columns}
        return {"type": "array", "items": {"type": "object", "properties": fields, "required": list(_REQUIRED[name]), "additionalProperties": False}}

    rows = {"type": "object", "properties": projects, "patternProperties": patterns, "required": [c.id for c in COLUMNS if c.need == "R"]}
    return {
        "$schema": _DRAFT,
        "title": "Library",
        "description": _("The project library: one entry a row, keys are the ids of the columns."),
        "type": "object",
        "properties": {
            "projects": {"type": "array", "items": rows},
            "revenue": sheet("revenue", REVENUE_COLUMNS),
            "relations": sheet("relations", RELATION_COLUMNS),
        },
        "required": ["projects"],
    }
