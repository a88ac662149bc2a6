"""One file a rule family: `add(m, problem)` writes its Pyomo rows; `rows(problem)` gives exact plan-wide rows.

The folder is walked; nothing is registered by hand. Each family has `verify/<family>.py` and
`text/<family>.py` beside it (design.md 2).
"""
