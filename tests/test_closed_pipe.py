"""A reader that closes the pipe early (`| head`) is no error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from plan_fixture import made_plan

from renewal_opt.cli.base import PIPE_CLOSED
from renewal_opt.io.planfile import write_plan


@pytest.mark.skipif(os.name == "nt", reason="no pipes of this kind")
@pytest.mark.parametrize("command", [["show", "plan"], ["show", "plan", "--json"], ["--version"], ["--help"], ["schema", "plan"]])
def test_a_closed_pipe_ends_quietly(tmp_path: Path, command: list[str]) -> None:
    words = list(command)
    if command[0] == "show":
        words.insert(2, str(write_plan(made_plan(), tmp_path / "plan.json")))
    read, write = os.pipe()
    os.close(read)
    child = subprocess.Popen([sys.executable, "-m", "renewal_opt", "--lang", "en", *words], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    _nothing, said = child.communicate(timeout=60)
    assert child.returncode == PIPE_CLOSED == 141
    assert [line for line in said.splitlines() if "ids are shown in place of names" not in line] == []
