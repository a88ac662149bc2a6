"""Click types of what is written: the ending of a name says the kind of file, here as in other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ..i18n import _

#: endings of files: no folder that is written has a name like that
FILES = (".json", ".gz", ".xlsx", ".xlsm", ".xls", ".html", ".png", ".pdf", ".csv", ".parquet", ".yaml", ".yml", ".pb", ".txt", ".zip")


class _Named(click.Path):
    """A path whose name says what is written there."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        words = self.wrong(path.name.lower())
        if words:
            raise click.BadParameter(_("“{value}”: expected {expected}").format(value=value, expected=words), ctx, param)
        return path

    def wrong(self, name: str) -> str:
        """Return what was expected instead of a name; empty for a good one."""
        raise NotImplementedError


class Target(_Named):
    """A file to write: its ending is that of its kind, as other programs go by it.

    Parameters
    ----------
    endings : str
        Those allowed, with their point; lower case.
    """

    def __init__(self, *endings: str) -> None:
        super().__init__()
        self.endings = endings

    def wrong(self, name: str) -> str:
        """Return which endings a file name has to have."""
        return "" if name.endswith(self.endings) else _("a file name that ends in {endings}").format(endings=_(" or ").join(self.endings))


class TargetFolder(_Named):
    """A folder to make or fill; one with the name of a file was meant as a file.

    Parameters
    ----------
    files : str
        Endings of files that may be named instead.
    """

    def __init__(self, *files: str) -> None:
        super().__init__()
        self.files = files

    def wrong(self, name: str) -> str:
        """Return that a folder is written, for the name of a file."""
        if not name.endswith(FILES) or (self.files and name.endswith(self.files)):
            return ""
        return _("a file name that ends in {endings}, or a folder").format(endings=_(" or ").join(self.files)) if self.files else _("a folder: several files are written")
