"""What the pages on funding share: wide tables that scroll, print on landscape paper with repeated heads, charts drawn to the paper."""

from __future__ import annotations

import html
from collections.abc import Mapping

from .page import DRAWING, chart_data, frame
from .terminal import wrapped

#: width of a chart on A4 landscape with the margins of `_STYLE`, CSS pixels
_PAPER = 1020
_STYLE = """
td:not(.n):not(.id) { min-width: 7em; } th.n { white-space: normal; min-width: 5.5em; vertical-align: bottom; }
.wide td:first-child, .wide th:first-child { position: sticky; left: 0; z-index: 1; } .wide td:first-child { background: #fff; } .wide tr.sum td:first-child { background: #f2f2f2; }
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
_SCRIPT = DRAWING + """
const opened = [];
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details:not([open])')) { part.open = true; opened.push(part); }
  for (const place of document.querySelectorAll('.chart')) Plotly.relayout(place, {width: PAPER});
});
addEventListener('afterprint', () => {
  for (const part of opened.splice(0)) part.open = false;
  for (const place of document.querySelectorAll('.chart')) Plotly.relayout(place, {width: null, autosize: true});
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
        Charts by name, plotly figures in JSON; the body has a place for each (`page.chart`).
    """
    return frame(title, body, chart_data(drawn), _SCRIPT, _STYLE)


def broken(text: str, cells: int) -> str:
    """Return a label over lines of about so many cells (a Chinese character takes two), escaped, with nothing cut off."""
    return "<br>".join(html.escape(line) for line in wrapped(text, cells))
