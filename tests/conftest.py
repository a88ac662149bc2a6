"""What all tests share: every test starts with English messages, whatever another left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from renewal_opt.i18n import set_language


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")
