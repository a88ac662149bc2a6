"""Frame of an HTML page that stands alone: plotly embedded, nothing that asks the network, texts escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from ..i18n import _, get_language

#: fonts that Chinese systems have
FONT = "'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', 'WenQuanYi Micro Hei', sans-serif"
#: what the browser may do: run and style what stands in the page, draw its own pictures, ask no one
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
STYLE = """
:root { --ink: #222; --line: #d5d9e0; --head: #d9e2f3; --soft: #f6f8fb; --blue: #1f3864; }
* { box-sizing: border-box; }
body { font: 14px/1.55 FONT; color: var(--ink); margin: 0 auto; max-width: 1280px; padding: 24px; }
h1 { font-size: 22px; margin: 8px 0 4px; } h2 { font-size: 17px; color: var(--blue); margin: 34px 0 8px; border-bottom: 2px solid var(--head); padding-bottom: 4px; }
h3 { font-size: 14px; margin: 14px 0 6px; }
p { margin: 6px 0; } .soft { color: #606770; }
.notice { background: #ffe699; color: #9c0006; font-weight: bold; padding: 8px 12px; border-radius: 4px; }
.warn { background: #fff2cc; padding: 6px 12px; border-left: 4px solid #e69f00; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 6px 0 12px; background: #fff; }
th { background: var(--head); text-align: left; font-weight: 600; } th, td { border: 1px solid var(--line); padding: 4px 8px; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td.id { white-space: nowrap; } tr.sum td { font-weight: 600; background: #f2f2f2; }
details { border: 1px solid var(--line); border-radius: 4px; margin: 8px 0; background: var(--soft); } summary { cursor: pointer; padding: 8px 12px; font-weight: 600; }
details > div { padding: 2px 14px 10px; }
.key span { display: inline-block; margin-right: 16px; } .key i { display: inline-block; width: 14px; height: 14px; border: 1px solid #bbb; vertical-align: -2px; margin-right: 5px; }
@media print { details { break-inside: avoid; } body { max-width: none; padding: 0; } }
"""

#: draws every figure that stands in the page
DRAWING = """
for (const element of document.querySelectorAll('script[type="application/json"]')) {
  const figure = JSON.parse(element.textContent);
  Plotly.newPlot(element.dataset.chart, figure.data, figure.layout, {responsive: true, displaylogo: false, showLink: false, plotlyServerURL: ''});
}
"""


def frame(title: str, body: str, data: str, script: str, style: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
    body : str
        HTML.
    data : str
        Script elements that hold JSON.
    script : str
        Runs after plotly.
    style : str
        Added to the common style.
    """
    from plotly.offline import get_plotlyjs

    language = "zh-CN" if get_language() == "zh" else "en"
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escaped(title)}</title>
<link rel="icon" href="data:,">
<style>{(STYLE + style).replace("FONT", FONT)}</style>
</head>
<body>
{body}
{data}
<script>{get_plotlyjs()}</script>
<script>{script}</script>
</body>
</html>
"""


def chart(name: str, drawn: Mapping[str, object]) -> list[str]:
    """Return the place of a chart, nothing where there is no such chart."""
    return [f'<div class="chart" id="chart-{name}"></div>'] if name in drawn else []


def chart_data(drawn: Mapping[str, str]) -> str:
    """Return the script elements that hold charts, plotly figures in JSON (`compare_charts.figure_json`) by name; `DRAWING` draws them."""
    return "\n".join(f'<script type="application/json" data-chart="chart-{name}">{text}</script>' for name, text in drawn.items())


def escaped(text: object) -> str:
    return html.escape(str(text))


def tag(name: str, text: str, kind: str = "") -> str:
    """Return an element with escaped text."""
    return f'<{name} class="{kind}">{escaped(text)}</{name}>' if kind else f"<{name}>{escaped(text)}</{name}>"


def fold(summary: str, inner: Iterable[str], open_: bool = False) -> list[str]:
    """Return what may be folded away under a summary."""
    return [f"<details{' open' if open_ else ''}>{tag('summary', summary)}<div>", *inner, "</div></details>"]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = (), total: bool = False) -> str:
    """Return a table; texts are escaped, line ends kept; columns in `numbers` stand on the right, ids on one line."""
    right = set(numbers)
    found = list(rows)
    classes = [' class="n"' if at in right else ' class="id"' if name == _("id") else "" for at, name in enumerate(header)]

    def line(cells: Sequence[str], tag: str, style: str = "") -> str:
        inner = "".join(f"<{tag}{kind}>" + escaped(c).replace("\n", "<br>") + f"</{tag}>" for c, kind in zip(cells, classes, strict=True))
        return f"<tr{style}>{inner}</tr>"

    lines = [line(r, "td", ' class="sum"' if total and at == len(found) - 1 else "") for at, r in enumerate(found)]
    return f'<div class="wide"><table><thead>{line(header, "th")}</thead><tbody>{"".join(lines)}</tbody></table></div>'
