"""Output files of one command: all of them or none, never over an input, and said aloud."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import click

from ..errors import Finding, InputError
from ..i18n import _

Writer = Callable[[Path], None]


class _Probed(Exception):
    """Leaves a target as it was."""


def check_targets(targets: Sequence[Path], inputs: Iterable[Path] = ()) -> None:
    """Refuse targets that cannot be written, before a long computation rather than after it.

    Raises
    ------
    InputError
        With a finding for each: an input, a folder, a closed or missing folder, the same file twice.
    """
    from ..io.atomic import atomic_path

    known = list(inputs)
    findings: list[Finding] = []
    for at, target in enumerate(targets):
        if os.path.realpath(target) in {os.path.realpath(t) for t in targets[:at]}:
            findings.append(Finding("same_output", file=str(target), value=str(target), expected=_("another name for each output")))
            continue
        try:
            with atomic_path(target, inputs=known):
                raise _Probed
        except _Probed:
            pass
        except InputError as error:
            findings.extend(error.findings)
    if findings:
        raise InputError(findings)


def write_all(writers: Mapping[Path, Writer], inputs: Iterable[Path] = ()) -> list[Path]:
    """Write several files: each to a temporary name first, then all take their places; return the names used."""
    from ..io.atomic import atomic_path

    known = list(inputs)
    with contextlib.ExitStack() as stack:
        made = []
        for path, write in writers.items():
            target = stack.enter_context(atomic_path(path, inputs=known))
            write(target.temp)
            with target.temp.open("rb+") as stream:
                os.fsync(stream.fileno())
            made.append(target)
    return [t.path for t in made]


def say_written(wanted: Iterable[Path], written: Iterable[Path]) -> None:
    """Say on stderr what was written, and where another name was taken because the target is held open."""
    for asked, path in zip(wanted, written, strict=True):
        if asked == path:
            click.echo(_("Written: {path}").format(path=path), err=True)
        else:
            words = _("{asked} is open in another program or write-protected; written as {path}")
            click.echo(words.format(asked=asked, path=path), err=True)


def text_writer(text: str) -> Writer:
    """Return what writes a text as it is, with plain line ends."""

    def write(to: Path) -> None:
        to.write_text(text, encoding="utf-8", newline="\n")

    return write


def give_out(files: Iterable[tuple[Path | None, Writer]], read: Iterable[Path], text: str, show: Callable[[IO[str]], None], *, as_json: bool, quiet: bool) -> None:
    """Write the files of an answer that were asked for, all or none, and print it: its JSON, or in words unless quiet.

    Parameters
    ----------
    files : iterable of (path or None, writer)
        None where the file is not asked for.
    read : iterable of Path
        Inputs, which are never overwritten.
    text : str
        The answer as JSON.
    show : callable
        Prints the answer in words.
    as_json, quiet : bool
    """
    writers = {path: write for path, write in files if path is not None}
    written = write_all(writers, read)
    if as_json:
        click.echo(text, nl=False)
    elif not quiet:
        show(sys.stdout)
    if writers and (not quiet or list(writers) != written):
        say_written(writers, written)


def print_json(data: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=str))


def parse_overrides(texts: Sequence[str]) -> dict[str, Any]:
    """Read `--set path=value`: the value as YAML, so that numbers stay exact; nothing after `=` removes.

    Raises
    ------
    InputError
        For a text without `=`, the same path twice, or a value that is no YAML.
    """
    from ..errors import Collector
    from ..io.yamlfile import parse_yaml

    found = Collector()
    out: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path:
            found.add(Finding("bad_override", file=f"--set {text}", value=text, expected=_("path=value, for example funding.channels.special_bond.cap.2025=200000")))
            continue
        if path in out:
            found.add(Finding("duplicate_key", file=f"--set {text}", value=path, expected=_("each path once")))
            continue
        node = parse_yaml("value: " + value.strip() + "\n", found, file=f"--set {text}")
        out[path] = None if node is None else node.data.get("value")
    found.raise_errors()
    return out


def recordable(value: Any) -> Any:
    """Return an override as JSON-able data that `verify` reads back exactly (numbers as they were written)."""
    from decimal import Decimal

    if isinstance(value, Mapping):
        return {str(k): recordable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [recordable(v) for v in value]
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and abs(value) < 10**18:
            return int(value)
        if Decimal(repr(float(value))) == value:
            return float(value)
        text = str(value)
        raise InputError([Finding("number_range", file="--set", value=text, expected=_("a number of at most 15 digits on the command line"))])
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)
