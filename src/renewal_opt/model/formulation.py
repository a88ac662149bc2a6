"""The formulation page: sets, variables, objective, and each family's formula and sentence, made from the rules."""

from __future__ import annotations

import inspect

from ..domain import Policy
from ..i18n import get_language
from ..text.base import family_text
from .build import families, family

_HEAD = {
    "zh": """# 模型

集合：P 续建与可开工项目；S 开工年（窗口）；T 资金年；C 资金渠道（含子渠道）；A 统筹片区；K 准则。
金额为整元，入模时按单位缩放。

变量：
- `x[p,s]` ∈ {0,1}：项目 p 在 s 年开工（续建恒为 1）
- `f[p,c,t]` ≥ 0：渠道 c 在 t 年给项目 p 的资金，只在可用处存在，上界为当年投资
- `z[a,t]` ∈ {0,1}：片区 a 在 t 年开启
- `u[p,c]` ∈ {0,1}：项目 p 使用有最小单笔规模的渠道 c

目标：max Σ 基数[p] · 得分[p] · x[p,·] + 片区加分；基数默认为总投资（万元）。
""",
    "en": """# The model

Sets: P carry-overs and candidates; S start years (the window); T money years; C channels with sub-channels;
A coordinated areas; K criteria. Money is whole yuan, scaled for the solver.

Variables:
- `x[p,s]` in {0,1}: project p starts in year s (1 for carry-overs)
- `f[p,c,t]` >= 0: money of channel c for p in year t, only where eligible, at most the year's spending
- `z[a,t]` in {0,1}: area a is opened in year t
- `u[p,c]` in {0,1}: project p uses a channel c that has a least ticket size

Objective: max sum of basis[p] * score[p] * x[p,.] + area bonuses; the basis is total investment (10k yuan) by default.
""",
}


def formulation(policy: Policy | None = None, language: str | None = None) -> str:
    """Return the formulation as Markdown.

    Parameters
    ----------
    policy : Policy, optional
        When given, the weights of its criteria are listed too.
    language : {"zh", "en"}, optional
        Default: the language in force.
    """
    language = language or get_language()
    parts = [_HEAD[language]]
    if policy is not None:
        total = sum(c.weight for c in policy.criteria.values())
        for key, criterion in policy.criteria.items():
            parts.append(f"- {criterion.label.text(language)} (`{key}`): {criterion.weight}/{total}")
        parts.append("")
    for name in families():
        words = family_text(name)
        doc = inspect.cleandoc(family(name).__doc__ or "")
        parts.append(f"## {words.TITLE.text(language)} (`{name}`)\n\n{words.RULE.text(language)}\n\n{_mathematics(doc)}\n")
    return "\n".join(parts)


def _mathematics(doc: str) -> str:
    """Return a docstring with its `.. math::` block as a Markdown formula."""
    out: list[str] = []
    inside = False
    for line in doc.splitlines():
        if line.startswith(".. math::"):
            inside = True
            out.append("```math")
            continue
        if inside and line and not line.startswith(" "):
            out.append("```")
            out.append("")
            inside = False
        if inside:
            if line.strip():
                out.append(line.strip())
            continue
        out.append(line)
    if inside:
        out.append("```")
    return "\n".join(out)
