"""Errors as the user sees them: words on stderr, with `--json` also one document on stdout; no traceback."""

from __future__ import annotations

import contextlib
import errno
import json
import re
from dataclasses import asdict
from typing import Any

import click

from ..errors import Conflict, Finding, InfeasibleError, InputError, RenewalError
from ..i18n import N_, _

#: sentences of click that users meet, and ours for them
_CLICK = (
    (r"No such command '(?P<name>.*?)'\.", N_("No such command: {name}")),
    (r"Got unexpected extra arguments? \((?P<name>.*)\)", N_("Too many arguments: {name}")),
    (r"Option '?(?P<name>.*?)'? requires an argument\.", N_("The option {name} needs a value")),
    (r"Option '?(?P<name>.*?)'? does not take a value\.", N_("The option {name} takes no value")),
    (r"Missing command\.", N_("A command is missing")),
)


def tell(error: Exception, *, as_json: bool) -> int:
    """Tell an error and return the exit code: 2 input and usage, 3 infeasible, 4 solver, 1 what was not foreseen."""
    kind, code, message = _facts(error)
    with contextlib.suppress(OSError):  # a full or closed stream takes no more words
        _say(error, kind, code, message, as_json)
    return code


def _say(error: Exception, kind: str, code: int, message: str, as_json: bool) -> None:
    click.echo(message, err=True)
    if isinstance(error, InputError) and len(error.findings) > 1:
        faults = sum(f.severity == "error" for f in error.findings)
        click.echo(_("{faults} faults, {warnings} warnings.").format(faults=faults, warnings=len(error.findings) - faults), err=True)
    if as_json:
        click.echo(json.dumps({"error": document(error, kind, code, message)}, ensure_ascii=False, indent=1))


def document(error: Exception, kind: str, code: int, message: str) -> dict[str, Any]:
    """Return an error as JSON-able data."""
    out: dict[str, Any] = {"kind": kind, "exit_code": code, "message": message}
    if isinstance(error, InputError):
        out["findings"] = [finding_document(f) for f in error.findings]
    if isinstance(error, InfeasibleError):
        out["conflict"] = [conflict_document(c) for c in error.conflict]
    return out


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON-able data, with its sentence."""
    return asdict(finding) | {"sentence": finding.sentence()}


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    """Return one rule of a conflict as JSON-able data."""
    return asdict(conflict)


def _facts(error: Exception) -> tuple[str, int, str]:
    if isinstance(error, RenewalError):
        return _kind(error), error.exit_code, str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF):  # where the words go
        return "output", 2, " ".join(filter(None, (error.filename and str(error.filename), error.strerror)))
    if isinstance(error, click.Abort):
        return "interrupted", 130, _("Interrupted; nothing was written.")
    if isinstance(error, click.ClickException):
        return "usage", error.exit_code, _usage(error)
    hint = _("This is a fault of the program, not of your input. Set RENEWAL_OPT_DEBUG=1 to see where it happened.")
    words = " ".join(str(error).split())
    return "internal", 1, _("Unexpected error: {name}").format(name=type(error).__name__) + (f": {words[:300]}" if words else "") + "\n" + hint


def _kind(error: RenewalError) -> str:
    return {2: "input", 3: "infeasible", 4: "solver"}.get(error.exit_code, "error")


def _usage(error: click.ClickException) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    text = _usage_words(error)
    ctx = getattr(error, "ctx", None)
    if isinstance(ctx, click.Context):
        text += "\n" + _("See “{command} --help”.").format(command=ctx.command_path)
    return text


def _usage_words(error: click.ClickException) -> str:
    param = getattr(error, "param", None)
    hint = param.get_error_hint(getattr(error, "ctx", None)) if isinstance(param, click.Parameter) else ""
    if isinstance(error, click.MissingParameter):
        return _("Missing: {name}").format(name=hint or error.format_message())
    if isinstance(error, click.BadParameter):
        return hint + _(": ") + error.message if hint else error.message
    if isinstance(error, click.NoSuchOption):
        return _("No such option: {name}").format(name=error.option_name) + _near(error)
    said = error.format_message()
    for pattern, words in _CLICK:
        found = re.match(pattern, said)
        if found:
            return _(words).format(**found.groupdict()) + _near(error)
    return _("Usage error: {message}").format(message=said)


def _near(error: click.ClickException) -> str:
    near = ", ".join(getattr(error, "possibilities", None) or ())
    return " " + _("(did you mean {near}?)").format(near=near) if near else ""
