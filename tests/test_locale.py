"""Every message of the program has a Chinese translation with the same fields, and the compiled catalogue is current."""

from __future__ import annotations

import gettext
import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import renewal_opt
from renewal_opt.i18n import _, set_language

ROOT = Path(renewal_opt.__file__).parent
FOLDER = ROOT / "locale" / "zh" / "LC_MESSAGES"


def messages() -> set[str]:
    """Return every message id in the source."""
    found = extract_from_dir(str(ROOT), method_map=[("**.py", "python")], keywords={"_": None, "N_": None, "gettext": None})
    return {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    with (FOLDER / "renewal_opt.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_nothing_is_untranslated(catalogue: dict[str, str]) -> None:
    assert len(messages()) > 100
    assert not sorted(m for m in messages() if not catalogue.get(m))


def test_translations_have_the_same_fields(catalogue: dict[str, str]) -> None:
    def fields(text: str) -> set[str]:
        return {name.split(".")[0].split("[")[0] for _l, name, _s, _c in string.Formatter().parse(text) if name is not None}

    assert not {m: t for m, t in catalogue.items() if t and fields(m) != fields(t)}


def test_the_compiled_catalogue_is_current(catalogue: dict[str, str]) -> None:
    compiled = gettext.translation("renewal_opt", localedir=ROOT / "locale", languages=["zh"])
    assert not {m for m in messages() if compiled.gettext(m) != catalogue[m]}


def test_the_language_can_be_chosen(catalogue: dict[str, str]) -> None:
    known = next(m for m in sorted(catalogue) if catalogue[m])
    set_language("zh")
    assert _(known) == catalogue[known]
    set_language("en")
    assert _(known) == known
    with pytest.raises(ValueError, match="fr"):
        set_language("fr")
