"""The page of a front in headless Chromium: points are there, a click shows the plan, brushing filters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from front_run import run

from renewal_opt.io.frontfile import read_front
from renewal_opt.io.planfile import read_plan


def opened(browser: Any, page: Path) -> Any:
    browser.get(page.resolve().as_uri())
    errors = [e for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert not errors, errors
    return browser


def rows(browser: Any) -> list[Any]:
    return browser.find_elements("css selector", "#table tr[data-id]")  # type: ignore[no-any-return]


def _parallel(browser: Any) -> Any:
    """Parallel coordinates where the browser has WebGL, else lines."""
    return browser.execute_script("const d = document.getElementById('parallel'); return d && (d.data[0].dimensions ? 'parcoords' : 'scatter')")


@pytest.mark.parametrize("name", ["two", "three", "four", "open"])
def test_every_plan_is_on_the_page(browser: Any, fronts: dict[str, Path], name: str) -> None:
    front = read_front(fronts[name] / "front.json")
    opened(browser, fronts[name] / "front.html")
    assert len(rows(browser)) == len(front.points) > 1
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('.plot')].map(d => [d.id, d.data[0].type, d.id === 'parallel' && !d.data[0].dimensions ? d.data.length :"
        "d.data[0].x ? d.data[0].x.length : d.data[0].dimensions[0].values.length])"
    )
    kinds = {"two": ["scatter"], "open": ["scatter"], "three": ["scatter3d", "scatter", "scatter", "scatter"], "four": [_parallel(browser)]}[name]
    assert [k for _id, k, _n in drawn] == kinds
    assert {n for _id, _k, n in drawn} == {len(front.points)}
    if name == "open":
        assert "Not complete" in browser.find_element("css selector", "body").text
        assert browser.execute_script("return document.getElementById('pair-0').layout.shapes.length") == len(front.open_zones) > 0


def test_a_click_in_the_plot_shows_the_plan(browser: Any, fronts: dict[str, Path], city: Path) -> None:
    folder = fronts["two"]
    front = read_front(folder / "front.json")
    opened(browser, folder / "front.html")
    point = front.points[-1]
    browser.execute_script("document.getElementById('pair-0').emit('plotly_click', {points: [{customdata: arguments[0]}]})", point.id)
    text = browser.find_element("id", "plan").text
    plan = read_plan(folder / point.plan)
    current = {c.id for c in read_plan(city / "plan.json").chosen if c.part == "new_start"}
    assert f"plan {point.id}" in text
    mine = {c.id for c in plan.chosen if c.part == "new_start"}
    assert f"enter ({len(mine - current)})" in text
    assert f"leave ({len(current - mine)})" in text
    for project in (mine ^ current):
        assert project in text
    assert browser.find_element("css selector", "tr.picked").get_attribute("data-id") == str(point.id)


def test_a_real_click_on_a_point(browser: Any, fronts: dict[str, Path]) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    opened(browser, fronts["two"] / "front.html")
    place = browser.execute_script(
        "const d = document.getElementById('pair-0'); d.scrollIntoView({block: 'center'}); const r = d.getBoundingClientRect(), l = d._fullLayout;"
        "return [r.left + l.xaxis._offset + l.xaxis.d2p(d.data[0].x[0]), r.top + l.yaxis._offset + l.yaxis.d2p(d.data[0].y[0]), d.data[0].customdata[0]]"
    )
    chain = ActionChains(browser)
    chain.w3c_actions.pointer_action.move_to_location(int(place[0]), int(place[1]))
    chain.w3c_actions.pointer_action.click()
    chain.perform()
    assert f"plan {place[2]}" in browser.find_element("id", "plan").text


def test_a_click_in_the_table_and_weights(browser: Any, fronts: dict[str, Path]) -> None:
    opened(browser, fronts["three"] / "front.html")
    last = rows(browser)[-1]
    number = last.get_attribute("data-id")
    browser.execute_script("arguments[0].click()", last)
    assert f"plan {number}" in browser.find_element("id", "plan").text

    def marked() -> str:
        return str(browser.find_element("css selector", "tr.best").get_attribute("data-id"))

    front = read_front(fronts["three"] / "front.json")
    for k in (0, 1):  # all weight on one objective: its best plan is marked
        browser.execute_script(
            "document.querySelectorAll('#sliders input').forEach(i => { i.value = i.dataset.k == arguments[0] ? 10 : 0; i.dispatchEvent(new Event('input')); })", k
        )
        best = front.payoff[k]
        assert best is not None
        assert front.points[int(marked()) - 1].values[k] == front.points[best - 1].values[k]


def test_brushing_filters_table_and_plots(browser: Any, fronts: dict[str, Path]) -> None:
    front = read_front(fronts["three"] / "front.json")
    opened(browser, fronts["three"] / "front.html")
    some = [p.id for p in front.points[:3]]
    browser.execute_script("document.getElementById('pair-0').emit('plotly_selected', {points: arguments[0].map(id => ({customdata: id}))})", some)
    assert [int(r.get_attribute("data-id")) for r in rows(browser)] == some
    faded = browser.execute_script("return document.getElementById('pair-2').data[0].marker.color.filter(c => c === '#C9D2E3').length")
    assert faded == len(front.points) - len(some)
    browser.execute_script("document.getElementById('reset').click()")
    assert len(rows(browser)) == len(front.points)


def test_brushing_along_an_axis(browser: Any, fronts: dict[str, Path]) -> None:
    front = read_front(fronts["four"] / "front.json")
    opened(browser, fronts["four"] / "front.html")
    if _parallel(browser) == "scatter":  # no WebGL: lines, brushed by a box
        some = [p.id for p in front.points[1:3]]
        browser.execute_script("document.getElementById('parallel').emit('plotly_selected', {points: arguments[0].map(id => ({customdata: id}))})", some)
        assert [int(r.get_attribute("data-id")) for r in rows(browser)] == some
        return
    values = sorted(float(p.values[0]) for p in front.points)
    middle = values[len(values) // 2]
    script = "const done = arguments[1]; Plotly.restyle('parallel', {'dimensions[0].constraintrange': [[[arguments[0], 1e9]]]}).then(() => setTimeout(done, 200))"
    browser.execute_async_script(script, middle)
    assert len(rows(browser)) == sum(v >= middle for v in values)


def test_the_page_in_chinese_asks_no_network(browser: Any, fronts: dict[str, Path], city: Path) -> None:
    folder = city / "zh"
    assert run("pareto", str(city / "scenario.yaml"), "--objective", "projects", "--objective", "fiscal_outlay:min:step=5000", "-o", str(folder), "--quiet", lang="zh") == 0
    opened(browser, folder / "front.html")
    text = browser.find_element("css selector", "body").text
    assert "新开工项目数" in text
    assert "财政类渠道出资" in text
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))")
    assert asked == []
    assert 'http-equiv="Content-Security-Policy"' in (folder / "front.html").read_text(encoding="utf-8")
    data = json.loads((folder / "front.json").read_text(encoding="utf-8"))
    assert data["claim"] == "complete"
