"""Language of the messages: stdlib gettext, English message ids, one Chinese catalogue.

Sentences that belong to data (labels of a policy, reasons in a plan) carry both languages as
`Label`; this module serves the words of the program itself.
"""

from __future__ import annotations

import gettext as _gettext
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_language: ContextVar[str] = ContextVar("renewal_opt_language", default="en")


@lru_cache(maxsize=4)
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(
        "renewal_opt", localedir=Path(__file__).parent / "locale", languages=[language], fallback=True
    )


def set_language(language: str) -> None:
    """Choose the language of messages: `zh` or `en`.

    Raises
    ------
    ValueError
        For any other language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}")
    _language.set(language)


def get_language() -> str:
    """Return the language in force, `zh` or `en`."""
    return _language.get()


def N_(message: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return message


def _(message: str) -> str:
    """Translate one message id into the language in force; use `.format()` after it."""
    return _catalogue(_language.get()).gettext(message)
