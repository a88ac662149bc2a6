"""A project's values of columns, entered and derived, as filters read them; filters compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..domain import Library, Policy, Project
from ..domain.base import WAN, Label, Scalar
from ..domain.columns import BY_ID, COLUMNS
from ..domain.filters import holds, value_of
from ..domain.policy import NEGATIVE_LABELS, TRI_LABELS

Where = Mapping[str, tuple[Scalar, ...]]
Reader = Callable[[Project], Any]
Matcher = Callable[[Project], bool]

_MONEY = frozenset(c.id for c in COLUMNS if c.kind == "money")
_DERIVED_LABELS = {
    "action": Label(zh="所属行动", en="action"),
    "level": Label(zh="资金层级", en="level"),
    "revenue": Label(zh="可质押净收益合计", en="pledged net revenue"),
    "duration": Label(zh="建设年数", en="years of building"),
}


class Facts:
    """What filters, indicators and measures read of a project.

    Money comes in 万元 (Decimal), as the policy writes it. Derived columns: `action` (of the work),
    `level` (of the district), `revenue` (sum of pledged net revenue over all years, 万元), `duration`
    (number of spending years after a start; 0 for a carry-over without them).

    Parameters
    ----------
    policy, library
        The inputs; both are frozen, so what is derived from them is kept.
    """

    def __init__(self, policy: Policy, library: Library) -> None:
        self.policy, self.library = policy, library
        self._money = _MONEY | {i for i, c in policy.columns.items() if c.kind == "money"}
        self._action = {w: a for a, entry in policy.actions.items() for w in entry.works}
        self._revenue: dict[str, int] = {}
        for row in library.revenue:
            self._revenue[row.project] = self._revenue.get(row.project, 0) + row.pledged_net
        self._readers: dict[str, Reader] = {}
        self._matchers: dict[Any, Matcher] = {}

    def is_money(self, column: str) -> bool:
        """Return whether a column holds money (given in 万元)."""
        return column in self._money or column == "revenue"

    def get(self, project: Project, column: str) -> Any:
        """Return a project's value of a column; None (or an empty tuple) for a blank, money in 万元."""
        return self.reader(column)(project)

    def reader(self, column: str) -> Reader:
        """Return the function that reads one column of any project."""
        if column not in self._readers:
            self._readers[column] = self._make_reader(column)
        return self._readers[column]

    def _make_reader(self, column: str) -> Reader:
        if column == "action":
            return lambda p: self._action.get(p.work or "")
        if column == "level":
            levels: dict[str | None, str] = {i: d.level for i, d in self.policy.districts.items()}
            return lambda p: levels.get(p.district)
        if column == "revenue":
            return lambda p: Decimal(self._revenue.get(p.id, 0)) / WAN
        if column == "duration":
            return lambda p: len(p.spend)
        if column in self._money:
            return lambda p: _in_wan(value_of(p, column))
        if column in Project.model_fields and column != "extra":
            return lambda p: getattr(p, column)
        return lambda p: value_of(p, column)

    def matcher(self, where: Where) -> Matcher:
        """Return the function that says whether a project satisfies a filter (all columns must hold)."""
        key = tuple((column, *map(repr, tests)) for column, tests in where.items())
        if key not in self._matchers:
            parts = [_column_test(self.reader(column), tests) for column, tests in where.items()]
            self._matchers[key] = parts[0] if len(parts) == 1 else lambda p: all(part(p) for part in parts)
        return self._matchers[key]

    def match(self, project: Project, where: Where) -> bool:
        """Return whether a project satisfies a filter."""
        return self.matcher(where)(project)

    def label(self, column: str) -> Label:
        """Return a column's name in both languages."""
        if column in BY_ID:
            return Label(zh=BY_ID[column].zh, en=BY_ID[column].en)
        if column.startswith("neg_") and column[4:] in self.policy.screening.negative_list:
            return self.policy.screening.negative_list[column[4:]].label
        own = self.policy.columns.get(column)
        return own.label if own else _DERIVED_LABELS.get(column, Label(zh=column, en=column))

    def unit(self, column: str) -> str:
        """Return a column's unit, empty for none."""
        if self.is_money(column):
            return "万元"
        own = self.policy.columns.get(column)
        return (own.unit or "") if own else (BY_ID[column].unit if column in BY_ID else "")

    def worder(self, column: str) -> Callable[[Any], tuple[str, str]]:
        """Return the function that puts a column's value in words, Chinese and English.

        Ids become their labels, numbers carry their unit, a blank is 未填.
        """
        labels = {i: (v.zh, v.en) for i, v in self._value_labels(column).items()}
        unit = self.unit(column)
        after = f" {unit}" if unit else ""

        def words(value: Any) -> tuple[str, str]:
            if blank(value):
                return "未填", "blank"
            if type(value) is str:
                return labels.get(value) or (value, value)
            if isinstance(value, tuple):
                parts = [labels.get(str(v), (str(v), str(v))) for v in value]
                return "、".join(p[0] for p in parts), ", ".join(p[1] for p in parts)
            text = (format(value, "f") if isinstance(value, Decimal) else str(value)) + after
            return text, text

        return words

    def _value_labels(self, column: str) -> Mapping[str, Label]:
        own = self.policy.columns.get(column)
        if own is not None:
            return own.values or (TRI_LABELS if own.kind == "yes_no" else {})
        if column.startswith("neg_"):
            return NEGATIVE_LABELS
        if column == "action":
            return {i: a.label for i, a in self.policy.actions.items()}
        entered = BY_ID.get(column)
        if entered is None:
            return {}
        if entered.kind in ("yes_no", "tri"):
            return TRI_LABELS
        return self.policy.vocabulary(entered.vocabulary) if entered.vocabulary else {}


def blank(value: Any) -> bool:
    """Return whether a value is a blank: None, empty text or an empty tuple."""
    return value is None or value == "" or value == ()


def _in_wan(value: Any) -> Any:
    return value if value is None else Decimal(value) / WAN


def _column_test(read: Reader, tests: Iterable[Scalar]) -> Matcher:
    """Return the test of one column; answers for texts, which repeat, are kept."""
    tests = tuple(tests)
    kept: dict[str, bool] = {}

    def passes(project: Project) -> bool:
        value = read(project)
        if type(value) is not str:
            return any(holds(value, t) for t in tests)
        answer = kept.get(value)
        if answer is None:
            answer = kept[value] = any(holds(value, t) for t in tests)
        return answer

    return passes
