"""Headless Chromium for tests of pages; they say so and are skipped where it is not installed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader", "--window-size=1366,1000",
)  # fmt: skip


@contextmanager
def headless() -> Iterator[Any]:
    """Give a browser with an empty profile."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver are not installed: pages are not tried in a browser")
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pages are not tried in a browser")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        found = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
        try:
            found.set_page_load_timeout(60)
            found.set_script_timeout(30)
            yield found
        finally:
            found.quit()


def opened(browser: Any, page: Path) -> Any:
    """Open a page; fail for any error that the browser logs, refused requests and scripts included."""
    browser.get(page.resolve().as_uri())
    errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert not errors, errors
    return browser
