"""The page of a front in headless Chromium: points are there, a click shows the plan, brushing filters table and plots."""

from __future__ import annotations

import contextlib
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from made_fronts import City, made_view, starts
from page_browser import opened

from renewal_opt.i18n import set_language
from renewal_opt.report.front_html import write_front_html
from renewal_opt.report.front_view import FrontView
from renewal_opt.report.numbers import percent, wan

FADED = "#CBD3E1"
#: asks the page for its settled state: what plotly still does in the background is over
SETTLED = "const done = arguments[arguments.length - 1]; (function wait() { quiet ? setTimeout(wait, 20) : done(true); })()"


def shown(browser: Any) -> list[int]:
    """Return the numbers of the plans in the table."""
    return browser.execute_script("return [...document.querySelectorAll('#table tr[data-id]')].map(r => Number(r.dataset.id))")  # type: ignore[no-any-return]


def faded(browser: Any, plot: str) -> int:
    browser.execute_async_script(SETTLED)
    return int(browser.execute_script(f"const m = document.getElementById(arguments[0]).data[0].marker; return m.color.filter(c => c === '{FADED}').length", plot))


def kept(browser: Any, numbers: list[int]) -> None:
    """Wait until these plans stand in the table and plotly has settled: a brush is answered a moment after the mouse is let go."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    with contextlib.suppress(TimeoutException):
        WebDriverWait(browser, 5, poll_frequency=0.05).until(lambda b: shown(b) == numbers)
    assert shown(browser) == numbers
    browser.execute_async_script(SETTLED)


def place(browser: Any, plot: str, at: int) -> tuple[int, int]:
    """Return where a point of a plot stands in the window, which is scrolled there."""
    x, y = browser.execute_script(
        "const d = document.getElementById(arguments[0]); d.scrollIntoView({block: 'center'}); const r = d.getBoundingClientRect(), l = d._fullLayout, t = d.data[0];"
        "return [r.left + l.xaxis._offset + l.xaxis.d2p(t.x[arguments[1]]), r.top + l.yaxis._offset + l.yaxis.d2p(t.y[arguments[1]])]", plot, at,
    )  # fmt: skip
    return round(x), round(y)


def mouse(browser: Any, *path: tuple[int, int], press: bool = True) -> None:
    """Click at one place, or drag from the first to the last, or go there only."""
    from selenium.webdriver.common.action_chains import ActionChains

    chain = ActionChains(browser, duration=60)
    pointer = chain.w3c_actions.pointer_action
    pointer.move_to_location(*path[0])
    if press:
        pointer.pointer_down()
        for x, y in path[1:]:
            pointer.move_to_location(x, y)
        pointer.pointer_up()
    chain.perform()


def frame(browser: Any) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the parallel axes in the window, which is scrolled there."""
    return browser.execute_script(  # type: ignore[no-any-return]
        "const d = document.getElementById('parallel'); d.scrollIntoView({block: 'center'}); const r = d.getBoundingClientRect(), m = d._fullLayout._size;"
        "return [r.left + m.l, r.top + m.t, m.w, m.h]"
    )


@pytest.mark.parametrize(("name", "kinds"), [("two", ["scatter"]), ("open", ["scatter"]), ("three", ["scatter3d", "scatter", "scatter", "scatter"]), ("four", ["parcoords", "scatter"])])
def test_every_plan_is_on_the_page(browser: Any, pages: dict[str, Path], views: dict[str, FrontView], name: str, kinds: list[str]) -> None:
    view = views[name]
    opened(browser, pages[name])
    assert shown(browser) == [p.id for p in view.front.points]
    drawn = browser.execute_script("return [...document.querySelectorAll('.plot')].map(d => [d.data[0].type, d.data[0].x || d.data[0].dimensions[0].values])")
    if any(k in kinds for k in ("scatter3d", "parcoords")) and not browser.execute_script("return gl"):
        pytest.skip("this browser has no WebGL")
    assert [kind for kind, _x in drawn] == kinds
    for _kind, x in drawn[: 1 if name == "four" else 3]:  # the first objective is on the first axis of all but the last projection
        assert x == [pytest.approx(float(v[0])) for v in view.values]
    symbols = browser.execute_script("return document.getElementById('pair-0').data[0].marker.symbol")
    assert [i for i, s in enumerate(symbols) if s == "star"] == list(view.knees[:1])
    assert [i for i, s in enumerate(symbols) if s == "star-open"] == sorted(view.knees[1:])


def test_open_zones_are_shaded_and_listed(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    view = views["open"]
    opened(browser, pages["open"])
    boxes = browser.execute_script("return document.getElementById('pair-0').layout.shapes.map(s => [s.x0, s.y0, s.x1, s.y1])")
    (zone,) = view.front.open_zones
    corner = [float(Fraction(str(v))) for v in zone.better_than]
    best = [float(Fraction(str(o.ideal))) for o in view.front.objectives]
    assert boxes == [pytest.approx([*corner, *best])]
    body = browser.find_element("css selector", "body")
    assert "Not complete. Plans found: 5; search zones still open: 1." in body.text
    assert "at most 12.50%" in body.text
    assert "time limit" in body.text


def test_a_click_on_a_point_shows_its_plan(browser: Any, pages: dict[str, Path], views: dict[str, FrontView], city: City) -> None:
    view = views["two"]
    opened(browser, pages["two"])
    at = len(view.plans) - 1
    mouse(browser, place(browser, "pair-0", at))
    text, plan = browser.find_element("id", "plan").text, view.plans[at]
    assert f"plan {view.front.points[at].id}" in text
    mine, theirs = set(starts(plan)), set(starts(city.plans[0]))
    assert mine - theirs
    assert theirs - mine
    assert f"enter ({len(mine - theirs)})" in text
    assert f"leave ({len(theirs - mine)})" in text
    districts = {p.id: p.district for p in city.inputs.library.projects}
    for chosen in plan.chosen:
        if chosen.part == "new_start":
            assert chosen.id in text
            assert chosen.name in text
            assert city.inputs.policy.districts[str(districts[chosen.id])].label.en in text
            government = sum(m.yuan for m in chosen.money if city.inputs.policy.funding.channels[city.inputs.policy.funding.parent(m.channel)].side == "government")
            assert wan(government) in text
    for channel, yuan in view.money(at).items():
        assert city.inputs.policy.funding.channels[channel].label.en in text
        assert wan(yuan) in text
    assert browser.find_element("css selector", "tr.picked").get_attribute("data-id") == str(view.front.points[at].id)


def test_a_click_in_space_and_in_the_table(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    opened(browser, pages["three"])
    if browser.execute_script("return gl"):  # the event that plotly raises when a point in space is clicked
        browser.execute_script("document.getElementById('space').emit('plotly_click', {points: [{customdata: 2}]})")
        assert "plan 2" in browser.find_element("id", "plan").text
    last = browser.find_elements("css selector", "#table tr[data-id]")[-1]
    last.click()
    number = len(views["three"].plans)
    assert f"plan {number}" in browser.find_element("id", "plan").text
    browser.execute_async_script(SETTLED)
    assert browser.execute_script("return document.getElementById('pair-1').data[0].marker.color.indexOf('#C00000')") == number - 1


def test_a_box_in_one_plot_filters_the_table_and_the_others(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    view = views["three"]
    opened(browser, pages["three"])
    everyone = shown(browser)
    x, y = place(browser, "pair-1", everyone[-1] - 1)  # the plan of least money stands alone at the left
    mouse(browser, (x - 9, y - 20), (x + 5, y + 5), (x + 15, y + 15))
    kept(browser, everyone[-1:])
    mouse(browser, (x, y))  # a point inside the box can be clicked
    assert f"plan {everyone[-1]}" in browser.find_element("id", "plan").text
    time.sleep(0.4)  # two clicks at once are a double-click, which shows all again
    mouse(browser, place(browser, "pair-1", 0))  # and one outside: the box stays
    kept(browser, everyone[-1:])
    for plot in ("pair-0", "pair-1", "pair-2", *(["space"] if browser.execute_script("return gl") else [])):
        assert faded(browser, plot) == len(everyone) - 2  # one is kept, another picked
    x, y = place(browser, "pair-2", view.knees[0])  # a second box, elsewhere, counts alone
    mouse(browser, (x - 12, y - 12), (x + 5, y + 5), (x + 12, y + 12))
    kept(browser, [view.knees[0] + 1])
    assert not browser.execute_script("return (document.getElementById('pair-1').layout.selections || []).length")
    assert browser.find_element("id", "count").text == f"1 / {len(everyone)}"
    browser.execute_script("document.getElementById('reset').click()")
    assert shown(browser) == everyone
    assert faded(browser, "pair-0") == 0


def test_parallel_axes_brush_and_click(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    view = views["four"]
    opened(browser, pages["four"])
    if not browser.execute_script("return gl"):
        pytest.skip("this browser has no WebGL: lines are tried in the next test")
    limit = sorted(v[0] for v in view.values)[2]
    browser.execute_async_script("Plotly.restyle('parallel', {'dimensions[0].constraintrange': [[arguments[0], 1e12]]}).then(() => arguments[1](1))", float(limit))
    inside = [i + 1 for i, v in enumerate(view.values) if v[0] >= limit]
    assert 0 < len(inside) < len(view.values)
    kept(browser, inside)
    assert faded(browser, "pair-0") == len(view.values) - len(inside)
    browser.execute_script("document.getElementById('reset').click()")
    browser.execute_async_script(SETTLED)
    assert shown(browser) == [p.id for p in view.front.points]
    low = min(range(len(view.values)), key=lambda i: view.values[i][0])
    left, top, width, height = frame(browser)
    share = 1 - (3 * view.regret(low, 0) + view.regret(low, 1)) / 4  # a quarter of the way from the first axis to the second
    line = (int(left + width / 12), int(top + height * float(1 - share)) + 3)
    mouse(browser, line, press=False)
    assert f"plan {low + 1}" in browser.find_element("id", "hovered").text
    mouse(browser, line)
    assert f"plan {low + 1}" in browser.find_element("id", "plan").text
    left, top, width, height = frame(browser)  # the plan may have been scrolled into view
    axis = (int(left + width / 3), int(top + height * 0.7))
    mouse(browser, axis, (axis[0], axis[1] - 40), (axis[0], int(top - 4)))  # along the second axis, from the middle to its best end
    middle = view.ranges[1][1] + (view.ranges[1][0] - view.ranges[1][1]) * Fraction(3, 10)
    kept(browser, [i + 1 for i, v in enumerate(view.values) if v[1] >= middle])


def test_the_axes_of_the_small_plot_can_be_chosen(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    view = views["four"]
    opened(browser, pages["four"])
    browser.execute_script("const s = document.getElementById('axis-0'); s.value = '3'; s.dispatchEvent(new Event('change'))")
    assert browser.execute_script("return document.getElementById('pair-0').data[0].x") == [pytest.approx(float(v[3])) for v in view.values]
    assert "(10k yuan; " in browser.execute_script("return document.getElementById('pair-0').layout.xaxis.title.text")
    mouse(browser, place(browser, "pair-0", view.knees[0]))
    assert f"plan {view.knees[0] + 1}" in browser.find_element("id", "plan").text


def test_without_webgl_lines_are_drawn(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    script = "const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.includes('webgl') ? null : get.call(this, kind, ...rest); }"
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        view = views["four"]
        opened(browser, pages["four"])
        assert browser.execute_script("return document.getElementById('parallel').data.map(t => t.type)") == ["scatter"] * len(view.values)
        low = min(range(len(view.values)), key=lambda i: view.values[i][0])
        x, y = browser.execute_script(
            "const d = document.getElementById('parallel'); d.scrollIntoView({block: 'center'}); const r = d.getBoundingClientRect(), l = d._fullLayout;"
            "return [r.left + l.xaxis._offset + l.xaxis.d2p(0), r.top + l.yaxis._offset + l.yaxis.d2p(d.data[arguments[0]].y[0])]", low,
        )  # fmt: skip
        mouse(browser, (int(x) - 12, int(y) - 8), (int(x), int(y)), (int(x) + 12, int(y) + 8))
        kept(browser, [low + 1])
        mouse(browser, (int(x), int(y)))
        assert f"plan {low + 1}" in browser.find_element("id", "plan").text
        opened(browser, pages["three"])
        assert browser.execute_script("return [...document.querySelectorAll('.plot')].map(d => d.id)") == ["pair-0", "pair-1", "pair-2"]
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.mark.parametrize("weights", [(1, 1, 1), (0, 0, 10), (10, 0, 0), (3, 0.5, 8), (0, 0, 0)])
def test_weights_mark_the_plans_of_least_regret(browser: Any, pages: dict[str, Path], views: dict[str, FrontView], weights: tuple[float, ...]) -> None:
    view = views["three"]
    if "three.html" not in browser.current_url:
        opened(browser, pages["three"])
    browser.execute_script("document.querySelectorAll('#sliders input').forEach((s, k) => { s.value = arguments[0][k]; s.dispatchEvent(new Event('input')); })", weights)
    exact = [view.weighted(i, [Fraction(w) for w in weights]) for i in range(len(view.values))]
    words = browser.find_element("id", "least").text
    for k, title in enumerate(("Least weighted mean regret", "least largest weighted regret")):
        least = min(e[k] for e in exact)
        marked = int(browser.find_element("css selector", "tr.best" if k == 0 else "tr.least").get_attribute("data-id"))
        assert exact[marked - 1][k] == least
        assert f"{title}: plan {marked} ({percent(least)})" in words


def test_values_as_regret_and_order(browser: Any, pages: dict[str, Path], views: dict[str, FrontView]) -> None:
    view = views["three"]
    opened(browser, pages["three"])
    cells = "return [...document.querySelectorAll('#table tr[data-id] td:nth-child(4)')].map(c => c.textContent)"
    assert browser.execute_script(cells) == [view.value_text(2, v[2]) for v in view.values]
    browser.find_element("id", "as-regret").click()
    assert browser.execute_script(cells) == [percent(view.regret(i, 2)) for i in range(len(view.values))]
    browser.execute_script("document.querySelector('#table th[data-key=v2]').click()")
    assert shown(browser) == [i + 1 for i in sorted(range(len(view.values)), key=lambda i: view.regret(i, 2))]


def test_the_page_in_chinese_asks_no_network(browser: Any, city: City, tmp_path: Path) -> None:
    set_language("zh")
    view = made_view(city, ("social_benefit", "fiscal_outlay"))
    write_front_html(view, tmp_path / "zh.html")
    opened(browser, tmp_path / "zh.html")
    assert browser.find_element("css selector", "html").get_attribute("lang") == "zh-CN"
    mouse(browser, place(browser, "pair-0", 0))
    text = browser.find_element("css selector", "body").text
    for words in ("财政类渠道出资", "分·万元", "越小越好", "调入", "调出", "财政资金", "所在区", "金水区", "政府侧", "支付表", "理想点", "完整"):
        assert words in text
    assert "万元" in browser.execute_script("return document.getElementById('pair-0').layout.yaxis.title.text")
    assert browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))") == []
    assert "http-equiv=\"Content-Security-Policy\"" in (tmp_path / "zh.html").read_text(encoding="utf-8")


def test_hostile_names_stay_text(browser: Any, city: City, tmp_path: Path) -> None:
    view = made_view(city, ("social_benefit", "fiscal_outlay"))
    evil = "</script><img src=x onerror=\"document.title='run'\">"
    plans = [p.model_copy(update={"chosen": tuple(c.model_copy(update={"name": evil}) for c in p.chosen)}) for p in view.plans]
    objectives = tuple(o.model_copy(update={"label": o.label.model_copy(update={"en": evil})}) for o in view.front.objectives)
    front = view.front.model_copy(update={"objectives": objectives})
    write_front_html(FrontView.of(front, plans, view.current, view.policy, view.library), tmp_path / "evil.html")
    opened(browser, tmp_path / "evil.html")
    mouse(browser, place(browser, "pair-0", len(plans) - 1))
    assert evil in browser.find_element("id", "plan").text
    assert browser.title != "run"
    assert not browser.find_elements("css selector", "img[src=x]")
