"""Sets up renewal_opt with the standard library alone, then does one job.

    python3 bootstrap.py demo    install, write the demo folder, solve its annual plan
    python3 bootstrap.py test    install with the test tools, run the tests
    python3 bootstrap.py lint    install with the test tools, run ruff and mypy
    python3 bootstrap.py locale  install with the test tools, gather messages into the Chinese catalogue, compile it
    python3 bootstrap.py run ... install, then run `renewal-opt ...`

The environment lives in .venv beside this file (or in $RENEWAL_OPT_VENV) and is made anew when
pyproject.toml has changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("RENEWAL_OPT_VENV", HERE / ".venv"))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
DEMO = HERE / "out" / "demo"


def install(extra: str) -> None:
    """Make the environment and install the package with an extra (empty for none), once a state of pyproject.toml."""
    state = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest()
    mark = VENV / f".installed-{extra or 'plain'}"
    if mark.exists() and mark.read_text() == state:
        return
    if not (BIN / ("python.exe" if os.name == "nt" else "python")).exists():
        print(f"making the environment {VENV}", flush=True)
        venv.EnvBuilder(with_pip=True).create(VENV)
    what = f"{HERE}[{extra}]" if extra else str(HERE)
    print("installing renewal_opt and what it needs (a few minutes the first time)", flush=True)
    run([str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", what])
    mark.write_text(state)


def run(command: list[str]) -> None:
    """Run a command in the project folder; stop with its exit code when it fails."""
    code = subprocess.run(command, cwd=HERE, check=False).returncode
    if code:
        raise SystemExit(code)


def renewal(*arguments: str) -> list[str]:
    """Return the command line of the program in the environment."""
    return [str(BIN / "renewal-opt"), *arguments]


def demo() -> None:
    """Write the demo folder (models, scenarios, a synthetic library) and solve its annual plan."""
    install("")
    DEMO.parent.mkdir(exist_ok=True)
    if not DEMO.exists():
        run(renewal("init", str(DEMO)))
    outputs = ["-o", str(DEMO / "plan.json"), "--xlsx", str(DEMO / "plan.xlsx"), "--png", str(DEMO / "plan.png")]
    run(renewal("solve", str(DEMO / "scenarios" / "annual-2025.yaml"), *outputs))
    run(renewal("verify", str(DEMO / "plan.json")))


def test(arguments: list[str]) -> None:
    """Run the tests, on all cores unless the arguments say otherwise."""
    install("dev")
    workers = [] if any(a.startswith("-n") for a in arguments) else ["-n", "auto"]
    run([str(BIN / "python"), "-m", "pytest", "-q", *workers, *arguments])


def lint() -> None:
    """Run ruff and the strict type checker."""
    install("dev")
    run([str(BIN / "python"), "-m", "ruff", "check", "src", "tests", "benchmarks", "bootstrap.py"])
    run([str(BIN / "python"), "-m", "mypy"])


def locale() -> None:
    """Gather the program's messages, merge them into the Chinese catalogue, compile it."""
    install("dev")
    babel = [str(BIN / "python"), "-m", "babel.messages.frontend", "-q"]
    folder = "src/renewal_opt/locale"
    template, catalogue = f"{folder}/renewal_opt.pot", f"{folder}/zh/LC_MESSAGES/renewal_opt.po"
    common = ["--no-wrap", "--sort-by-file"]
    run([*babel, "extract", "-k", "N_", *common, "--no-location", "--project=renewal_opt", "-o", template, "src/renewal_opt"])
    job = "update" if (HERE / catalogue).exists() else "init"
    more = ["--no-fuzzy-matching", "--ignore-obsolete"] if job == "update" else []
    run([*babel, job, "-D", "renewal_opt", "-l", "zh", "-i", template, "-d", folder, "--no-wrap", *more])
    (HERE / template).unlink()
    run([*babel, "compile", "-D", "renewal_opt", "-d", folder])


def main() -> None:
    """Do what the first argument says."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python may run this file
        raise SystemExit(f"renewal_opt needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    job, rest = (sys.argv[1:2] or ["help"])[0], sys.argv[2:]
    if job == "demo":
        demo()
    elif job == "test":
        test(rest)
    elif job == "lint":
        lint()
    elif job == "locale":
        locale()
    elif job == "run":
        install("")
        run(renewal(*rest))
    else:
        print(__doc__)
        raise SystemExit(0 if job in ("help", "-h", "--help") else 2)


if __name__ == "__main__":
    main()
