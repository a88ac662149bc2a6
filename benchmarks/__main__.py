"""`python -m benchmarks [SUBJECT] [options]`: subjects are the files of this folder that have `main`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def subjects() -> dict[str, str]:
    """Return subject name to its first line of documentation, sorted."""
    out: dict[str, str] = {}
    for info in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda i: i.name):
        if info.name.startswith("_") or info.name == "common":
            continue
        module = importlib.import_module(f"benchmarks.{info.name}")
        if hasattr(module, "main"):
            out[info.name] = (module.__doc__ or "").strip().splitlines()[0]
    return out


def run() -> int:
    """Run the subject named on the command line, or list them."""
    known = subjects()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in known:
        for key, text in known.items():
            print(f"{key:10} {text}")
        return 0 if name in ("", "-h", "--help") else 2
    result = importlib.import_module(f"benchmarks.{name}").main(sys.argv[2:])
    return int(result or 0)


if __name__ == "__main__":
    sys.exit(run())
