"""What the pages on funding share: wide tables that scroll, print on landscape paper with repeated heads, charts drawn to the paper."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from .page import frame

_WORDS = re.compile(r"[\u2e80-\U0010ffff]|[^\s\u2e80-\U0010ffff]+\s*|\s+")
#: width of a chart on A4 landscape with the margins of `STYLE`, CSS pixels
_PAPER = 1020
STYLE = """
td:not(.n):not(.id) { min-width: 7em; } th.n { white-space: normal; min-width: 5.5em; vertical-align: bottom; }
.wide td:first-child, .wide th:first-child { position: sticky; left: 0; z-index: 1; } .wide td:first-child { background: #fff; } .wide tr.sum td:first-child { background: #f2f2f2; }
td.low { color: #9c0006; font-weight: 600; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .wide { overflow: visible; } table { font-size: 9px; } th, td { padding: 2px 4px; } td:not(.n):not(.id) { min-width: 4em; } th.n { min-width: 3em; }
  .wide td:first-child, .wide th:first-child { position: static; }
  thead { display: table-header-group; } tr, .chart { break-inside: avoid; } h1, h2, h3, summary { break-after: avoid; }
  details { break-inside: auto; border: 0; background: none; } details > div { padding: 0; } summary { padding: 4px 0; list-style: none; }
  .modebar { display: none !important; }
}
"""
_SCRIPT = """
const charts = [];
for (const element of document.querySelectorAll('script[type="application/json"]')) {
  const figure = JSON.parse(element.textContent);
  charts.push(element.dataset.chart);
  Plotly.newPlot(element.dataset.chart, figure.data, figure.layout, {responsive: true, displaylogo: false, showLink: false, plotlyServerURL: ''});
}
const opened = [];
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details:not([open])')) { part.open = true; opened.push(part); }
  for (const name of charts) Plotly.relayout(name, {width: PAPER});
});
addEventListener('afterprint', () => {
  for (const part of opened.splice(0)) part.open = false;
  for (const name of charts) Plotly.relayout(name, {width: null, autosize: true});
});
""".replace("PAPER", str(_PAPER))


def fund_frame(title: str, body: str, drawn: Mapping[str, str]) -> str:
    """Return a whole page that prints on A4 landscape, what is folded away opened.

    Parameters
    ----------
    title : str
    body : str
        HTML.
    drawn : mapping of str to str
        Charts by name, plotly figures in JSON; the body has a place for each (`chart`).
    """
    data = "\n".join(f'<script type="application/json" data-chart="chart-{name}">{text}</script>' for name, text in drawn.items())
    return frame(title, body, data, _SCRIPT, STYLE)


def chart(name: str, drawn: Mapping[str, object]) -> list[str]:
    """Return the place of a chart, nothing where there is no such chart."""
    return [f'<div class="chart" id="chart-{name}"></div>'] if name in drawn else []


def broken(text: str, cells: int) -> str:
    """Return a label over lines of about so many cells (a Chinese character takes two), escaped, with nothing cut off."""
    lines, room = [""], cells
    for word in _WORDS.findall(text):
        wide = 2 if word >= "\u2e80" else len(word.rstrip())
        if wide > room and lines[-1]:
            lines, room = [*lines, ""], cells
        lines[-1] += word
        room -= wide + (0 if word >= "\u2e80" else len(word) - len(word.rstrip()))
    return "<br>".join(html.escape(line.strip()) for line in lines)
