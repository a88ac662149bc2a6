"""Weights of the criteria: plain numbers, or pairwise judgements (AHP: Saaty 1980, The Analytic Hierarchy Process)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from ..domain import Policy, Scenario
from ..domain.criteria import Ahp
from ..domain.plan import WeightRow, Weights
from ..errors import Finding, InputError
from ..i18n import _

#: Saaty's random index by number of criteria (0 and 1 criteria: 0)
RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
#: decimals to which the eigenvector is rounded, so that weights are exact numbers that a reader can repeat
DECIMALS = 6


def judgement(value: Decimal | str) -> Fraction:
    """Return a judgement as an exact number; `1/3` is a third."""
    return Fraction(value.replace(" ", "")) if isinstance(value, str) else Fraction(value)


def ahp_weights(ahp: Ahp, names: Sequence[str], *, file: str = "") -> tuple[dict[str, Fraction], float]:
    """Return weights that add up to 1, and Saaty's consistency ratio.

    The principal eigenvector of the pairwise matrix, normalised, each entry rounded to 6 decimals, then
    divided by their sum. CR = (lambda_max - n) / (n - 1) / RI(n); 0 for two criteria or fewer.

    Parameters
    ----------
    ahp : Ahp
        The judgements, each pair once.
    names : sequence of str
        All criteria, in the policy's order.
    file : str
        Named in findings.

    Raises
    ------
    InputError
        For a pair that is missing, too many criteria, or judgements that contradict each other too much.
    """
    n = len(names)
    if n >= len(RANDOM_INDEX):
        raise _refused("ahp_size", file, "ahp.pairs", n, _("at most {most} criteria").format(most=len(RANDOM_INDEX) - 1))
    exact = {(i, i): Fraction(1) for i in names}
    for (a, b), value in ahp.pairs.items():
        exact[a, b] = judgement(value)
        exact[b, a] = 1 / exact[a, b]
    lacking = [f"{a}/{b}" for k, a in enumerate(names) for b in names[k + 1 :] if (a, b) not in exact]
    if lacking:
        raise _refused("ahp_pair", file, "ahp.pairs", "", _("every pair of criteria; missing: {pairs}").format(pairs=", ".join(lacking)))
    matrix = np.array([[float(exact[a, b]) for b in names] for a in names])
    values, vectors = np.linalg.eig(matrix)
    k = int(np.argmax(values.real))
    vector = np.abs(vectors[:, k].real)
    vector = vector / vector.sum()
    ratio = 0.0 if n <= 2 else max(0.0, round(float((values[k].real - n) / (n - 1) / RANDOM_INDEX[n]), 12))
    if ratio > ahp.consistency_at_most:
        raise _refused(
            "ahp_inconsistent", file, "ahp.pairs", f"{ratio:.4f}",
            _("a consistency ratio of at most {most}").format(most=ahp.consistency_at_most), _worst_pair(matrix, vector, names),
        )  # fmt: skip
    rounded = {i: Fraction(str(round(float(v), DECIMALS))) for i, v in zip(names, vector, strict=True)}
    whole = sum(rounded.values(), Fraction(0))
    return {i: w / whole for i, w in rounded.items()}, ratio


def _worst_pair(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]], vector: np.ndarray[tuple[int], np.dtype[np.float64]], names: Sequence[str]) -> str:
    """Return the judgement that fits the others least, as a hint."""
    off = np.abs(np.log(matrix * vector[None, :] / vector[:, None]))
    i, j = (int(v) for v in np.unravel_index(int(np.argmax(off)), off.shape))
    if matrix[i, j] < 1:
        i, j = j, i
    return _("the judgement {a}/{b} = {found} fits the others least; they point to {fit}").format(
        a=names[i], b=names[j], found=f"{matrix[i, j]:.3g}", fit=f"{vector[i] / vector[j]:.3g}"
    )


def _refused(kind: str, file: str, path: str, value: object, expected: str, hint: str = "") -> InputError:
    return InputError([Finding(kind, file=file, path=path, value=str(value), expected=expected, hint=hint)])


def weights_of(policy: Policy, scenario: Scenario) -> tuple[dict[str, Fraction], Weights]:
    """Return the normalised weights in force, exact and as the plan's table.

    Raises
    ------
    InputError
        When the weights add up to 0, or for pairwise judgements that are refused.
    """
    ratio: float | None = None
    if scenario.ahp is not None:
        exact, ratio = ahp_weights(scenario.ahp, list(policy.criteria), file=scenario.name)
    else:
        given = scenario.weights or {}
        raw = {i: Fraction(given.get(i, c.weight)) for i, c in policy.criteria.items()}
        whole = sum(raw.values(), Fraction(0))
        if whole <= 0:
            raise _refused("weights_zero", scenario.name, "weights", whole, _("at least one weight above 0"))
        exact = {i: w / whole for i, w in raw.items()}
    rows = tuple(WeightRow(criterion=i, weight=str(w)) for i, w in exact.items())
    method = "ahp" if scenario.ahp is not None else "policy" if scenario.weights is None else "scenario"
    return exact, Weights(method=method, rows=rows, consistency_ratio=ratio)  # type: ignore[arg-type]
