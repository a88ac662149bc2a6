"""Click classes whose help speaks the chosen language, with Chinese width right.

Texts of commands and options are written as `N_("...")` (found by Babel) and translated when they are
shown: at import time the language is not known yet.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import click

from .. import __version__
from ..i18n import LANGUAGES, N_, _, get_language, set_language
from .width import cells, wrap

PROGRAM = "renewal-opt"
#: exit code when the reader has closed the pipe: that of a program that the signal ends, 128 + SIGPIPE
PIPE_CLOSED = 141


def chosen_language(args: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language of `--lang` where it is given, else that of LC_ALL, LC_MESSAGES, LANG, else Chinese."""
    given = ""
    for at, arg in enumerate(args):
        if arg == "--":
            break
        if arg == "--lang" and at + 1 < len(args):
            given = args[at + 1]
        elif arg.startswith("--lang="):
            given = arg.removeprefix("--lang=")
    if given in LANGUAGES:
        return given
    stated = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "en" if stated.lower().startswith("en") else "zh"


class Formatter(click.HelpFormatter):
    """Help in terminal cells instead of characters."""

    def write_text(self, text: str) -> None:
        """Write a paragraph, indented and wrapped."""
        pad = " " * self.current_indent
        for line in wrap(_dedented(text), self.width - self.current_indent):
            self.write(f"{pad}{line}".rstrip() + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of terms with their explanations."""
        rows = list(rows)
        pad = " " * self.current_indent
        first = min(max((cells(term) for term, _text in rows), default=0), col_max) + col_spacing
        for term, text in rows:
            lines = wrap(text, self.width - self.current_indent - first) if text else [""]
            if cells(term) > first - col_spacing:
                self.write(f"{pad}{term}\n{pad}{' ' * first}{lines[0]}\n")
            else:
                self.write(f"{pad}{term}{' ' * (first - cells(term))}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{pad}{' ' * first}{line}".rstrip() + "\n")


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


class Context(click.Context):
    """Context with our formatter."""

    formatter_class = Formatter


class Option(click.Option):
    """Option whose help is translated when shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names and its help."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        text = _(self.help) if self.help else ""
        return record[0], text + " [" + _("required") + "]" if self.required else text


class Argument(click.Argument):
    """Argument with a help text, which older clicks do not have."""

    def __init__(self, decls: Sequence[str], about: str = "", **attrs: Any) -> None:
        super().__init__(decls, **attrs)
        self.about = about

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the argument's name and its help."""
        return self.make_metavar(ctx), _(self.about) if self.about else ""


class _Helped(click.Command):
    """What commands and groups share."""

    context_class = Context

    def __init__(self, *args: Any, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.params.append(
            Option(
                ["--lang"], type=Choice(LANGUAGES), expose_value=False, is_eager=True,
                help=N_("Language of messages and reports: zh or en; default from LC_ALL or LANG, else zh."),
            )
        )  # fmt: skip

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage:") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_(self.help) if self.help else "")

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of the help."""
        text = self.short_help or self.help
        return _(text).strip().split("\n")[0] if text else ""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, translated."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = _("Show this help and exit.")
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write arguments, options and commands."""
        params = self.get_params(ctx)
        arguments = [p.get_help_record(ctx) for p in params if isinstance(p, Argument)]
        options = [r for p in params if not isinstance(p, click.Argument) and (r := p.get_help_record(ctx)) is not None]
        for title, rows in ((_("Arguments"), arguments), (_("Options"), options)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        if isinstance(self, click.Group):
            commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
            with formatter.section(_("Commands")):
                formatter.write_dl([(name, c.get_short_help_str()) for name, c in commands if not c.hidden])


class Command(_Helped):
    """A command."""


class Group(_Helped, click.Group):
    """A group of commands, in the order in which they were added."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of a first run."""
        return list(self.commands)


class App(Group):
    """The program: chooses the language, tells errors without a traceback, ends with the right exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command line; see `click.Command.main`."""
        from .errors import tell

        given = list(sys.argv[1:] if args is None else args)
        _ready_streams()
        streams = (sys.stdout, sys.stderr)
        before = get_language()
        set_language(chosen_language(given, os.environ))
        handler = _ctrl_c_ends()
        try:
            result = super().main(given, prog_name or PROGRAM, complete_var, standalone_mode=False, **extra)
            code = result if isinstance(result, int) and not isinstance(result, bool) else 0
            sys.stdout.flush()  # here, where a closed pipe can still be answered for
        except (BrokenPipeError, SystemExit):  # the reader has closed the pipe (`| head`): click and rich exit then, and only then
            _let_go(streams)
            code = PIPE_CLOSED
        except Exception as error:
            if os.environ.get("RENEWAL_OPT_DEBUG") == "1" and not isinstance(error, (click.ClickException, click.Abort)):
                import traceback

                traceback.print_exc()
            code = tell(error, as_json="--json" in given)
        finally:
            if handler is not None:
                signal.signal(signal.SIGINT, handler)
            set_language(before)
        if standalone_mode:
            sys.exit(code)
        return code


def _ctrl_c_ends() -> Any:
    """Let Ctrl-C end the command and not just the one run of the solver that it meets; return the handler before, None for none.

    The solver asks a handler of our own, while Python's it answers with the best that the run has found.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return None
    return signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _let_go(streams: Sequence[TextIO]) -> None:
    """Send what is left of our words nowhere: the interpreter would tell its last flush as an error."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        for stream in streams:
            try:
                stream.flush()
            except BrokenPipeError:
                os.dup2(nowhere.fileno(), stream.fileno())


def _ready_streams() -> None:
    """Give a closed stream somewhere to go, and print what an encoding lacks as an escape instead of failing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as the program
        elif hasattr(stream, "reconfigure") and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


class Choice(click.Choice):  # type: ignore[type-arg]  # not generic in older clicks
    """One of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            raise click.BadParameter(_("“{value}” is none of {choices}").format(value=value, choices=", ".join(map(str, self.choices))), ctx, param) from None


class Whole(click.ParamType):  # type: ignore[type-arg]
    """A whole number between bounds."""

    name = "integer"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        number: int | None
        try:
            number = int(str(value))
        except ValueError:
            number = None
        if number is None or not self.low <= number <= self.high:
            words = _("“{value}” is no whole number from {low} to {high}").format(value=value, low=self.low, high=self.high)
            raise click.BadParameter(words, ctx, param)
        return number


class Exact(click.ParamType):  # type: ignore[type-arg]
    """A decimal number between bounds, held exactly."""

    name = "number"

    def __init__(self, low: str, high: str, *, open_low: bool = False) -> None:
        self.low, self.high, self.open_low = Decimal(low), Decimal(high), open_low

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not self.low <= number < self.high or (self.open_low and number == self.low):
            template = _("“{value}” is no number above {low} and below {high}") if self.open_low else _("“{value}” is no number from {low} to below {high}")
            raise click.BadParameter(template.format(value=value, low=self.low, high=self.high), ctx, param)
        return number


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


command = partial(click.command, cls=Command)
option = partial(click.option, cls=Option)
argument = partial(click.argument, cls=Argument)
#: a file or folder; the readers tell what is wrong with it
a_path = partial(click.Path, path_type=Path)
json_option = option("--json", "as_json", is_flag=True, help=N_("Print one JSON document on stdout and nothing else there."))
version_option = Option(
    ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help=N_("Show the version and exit.")
)
