"""Runs a command line in this process."""

from __future__ import annotations

from renewal_opt.cli import main


def run(*words: str, lang: str = "en") -> int:
    """Return the exit code."""
    return int(main(["--lang", lang, *words], standalone_mode=False) or 0)
