"""The folder of plan files that `robust` writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Finding, InputError
from ..i18n import _

if TYPE_CHECKING:
    from ..domain.plan import Plan
    from ..domain.robust import RobustQuestion

_OURS = re.compile(r"plan-(gamma-[0-9.e+-]+|maximin|minimax-regret)\.json")


class PlanFolder:
    """Collects the plans of an answer for one folder.

    Parameters
    ----------
    path : Path
        Made where it is missing.
    question : RobustQuestion
    inputs : sequence of Path
        Files that were read.

    Raises
    ------
    InputError
        When the folder cannot be made.
    """

    def __init__(self, path: Path, question: RobustQuestion, inputs: Sequence[Path]) -> None:
        from ..analysis.robust.plans import plan_names

        self.path, self._inputs = path, inputs
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError([Finding("cannot_write", file=str(path), value=str(error), expected=_("a folder that can be written"))]) from None
        self.targets = [self._file(name) for name in plan_names(question)]
        self._plans: dict[str, Plan] = {}
        self._why: dict[str, str] = {}

    def _file(self, name: str) -> Path:
        return self.path / f"plan-{name}.json"

    def keep(self, name: str, plan: Plan | None, why: str) -> None:
        """Take a plan, or why a portfolio is none."""
        if plan is None:
            self._why[name] = why
        else:
            self._plans[name] = plan

    def writers(self) -> dict[Path, Callable[[Path], None]]:
        """Return what writes each plan, its inputs named from where it stands."""
        from ..io.nearby import plan_near
        from ..io.planfile import plan_to_json

        def write(plan: Plan, target: Path) -> Callable[[Path], None]:
            text = plan_to_json(plan_near(plan, target))

            def out(path: Path) -> None:
                path.write_text(text, encoding="utf-8", newline="\n")

            return out

        return {self._file(name): write(plan, self._file(name)) for name, plan in self._plans.items()}

    def say(self) -> None:
        """Say on stderr which plans were not written, and which files of an earlier run are left."""
        for name, why in self._why.items():
            click.echo(_("Not written: {path}: {why}").format(path=self._file(name), why=why), err=True)
        mine = {self._file(name).name for name in self._plans}
        old = sorted(p.name for p in self.path.iterdir() if _OURS.fullmatch(p.name) and p.name not in mine)
        if old:
            click.echo(_("Left in {path} from an earlier run: {names}").format(path=self.path, names=", ".join(old)), err=True)
