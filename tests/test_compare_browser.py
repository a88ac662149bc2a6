"""The page of a comparison in a real browser: the charts are drawn, and no request leaves."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "sweep"))
from sweep_city import write_city
from sweep_doubles import here

from renewal_opt.analysis.compare import compare_files
from renewal_opt.analysis.sweep.run import prepare, run_sweep
from renewal_opt.report.compare_html import write_page
from renewal_opt.report.compare_view import CompareView

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed: the page is not looked at in a browser")
#: hosts that the browser itself asks, whatever page is open
OWN = ("google.com", "googleapis.com", "gstatic.com")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-pings", "--proxy-bypass-list=<-loopback>", "--virtual-time-budget=10000", "--window-size=1300,2000", "--dump-dom",
)  # fmt: skip


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """Return the port of a proxy that answers nothing, and what was asked of it."""
    seen: list[str] = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(502)
            self.end_headers()

        do_CONNECT = do_POST = do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, seen
    server.shutdown()
    server.server_close()


def look(page: Path, port: int, profile: Path) -> str:
    """Open a page; return its document when its scripts have run."""
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--proxy-server=http://127.0.0.1:{port}", f"--user-data-dir={profile}", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=170).stdout


def of_the_page(seen: list[str]) -> list[str]:
    return [s for s in seen if not any(re.search(rf"(^|[/.]){re.escape(h)}(:443|/|$)", s) for h in OWN)]


def test_charts_are_drawn_and_no_request_leaves(tmp_path: Path, asked: tuple[int, list[str]]) -> None:
    port, seen = asked
    write_city(tmp_path)
    run_sweep(prepare([tmp_path / "scenario.yaml"], tmp_path / "out", grid=["budget=1,0.6,1.4"]), here)
    view = CompareView(compare_files([tmp_path / "out"]))
    write_page(view, tmp_path / "page.html")
    document = look(tmp_path / "page.html", port, tmp_path / "profile")
    kinds = re.findall(r'class="trace (scatter|bars)', document)
    assert kinds.count("scatter") == 1
    assert kinds.count("bars") == len(view.channels) + len(view.plans)  # a bar trace a channel, and a plan
    assert len(re.findall(r'<g class="hm"', document)) == 1
    for name in ("difference", "money", "criteria", "frequency"):
        chart = document[document.index(f'id="chart-{name}"') :]
        assert "main-svg" in chart[: chart.index("</svg>")], name
    assert view.view.channel("fiscal") in document
    assert of_the_page(seen) == []


def test_a_request_would_be_seen(tmp_path: Path, asked: tuple[int, list[str]]) -> None:
    port, seen = asked
    (tmp_path / "page.html").write_text('<img src="http://example.invalid/x.png">', encoding="utf-8")
    look(tmp_path / "page.html", port, tmp_path / "profile")
    assert of_the_page(seen) == ["http://example.invalid/x.png"]
