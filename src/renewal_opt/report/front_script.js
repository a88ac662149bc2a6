'use strict';
// One page, no network: points in plots and in a table, brushed together; a click shows the plan.
const D = JSON.parse(document.getElementById('front-data').textContent), W = D.words, O = D.objectives, P = O.length, N = D.points.length;
const byId = new Map(D.points.map((p, i) => [p.id, i])), knees = new Set(D.knees), current = D.current && new Set(D.current);
const el = (id) => document.getElementById(id);
const COLOUR = {point: '#1F3864', faded: '#CBD3E1', picked: '#C00000', knee: '#E69F00', same: '#009E73'};
let picked = null, kept = new Set(D.points.map(p => p.id)), hovered = null;
// pairs of objectives that have a plot: every pair of three, one to be chosen of four and more
const pairs = P === 2 ? [[0, 1]] : P === 3 ? [[0, 1], [0, 2], [1, 2]] : [[0, 1]];
const config = {responsive: true, displaylogo: false, showLink: false, plotlyServerURL: '', modeBarButtonsToRemove: ['autoScale2d']};
const base = {template: 'none', font: {family: D.font, size: 12, color: '#222'}, margin: {l: 76, r: 24, t: 30, b: 60}, showlegend: false, dragmode: 'select', hovermode: 'closest',
  hoverlabel: {align: 'left'}, plot_bgcolor: '#fff', paper_bgcolor: '#fff', uirevision: 'keep'};
const axis = (k) => ({title: {text: wrapped(O[k].axis, 60), font: {size: 12}, standoff: 10}, automargin: true, separatethousands: true, exponentformat: 'none', nticks: 7, gridcolor: '#E6E8EC', linecolor: '#888', showline: true, zeroline: false});
const hover = (p) => `<b>${W.plan} ${p.id}</b>${mark(p)}<br>` + O.map((o, k) => `${esc(o.heading)}: ${p.text[k]}`).join('<br>');
function esc(text) { const d = document.createElement('span'); d.textContent = text; return d.innerHTML.replace(/"/g, '&quot;'); }
function wrapped(text, room) { return text.length <= room ? esc(text) : esc(text).replace(/ \(/, '<br>('); }
function mark(p) { return (p.id === D.knees[0] ? ' ★' : knees.has(p.id) ? ' ☆' : '') + (p.id === D.same ? ' ◆' : ''); }
function wan(yuan) { const cents = Math.floor((yuan + 50) / 100), t = String(cents % 100).padStart(2, '0'); return Math.floor(cents / 100).toString().replace(/\B(?=(\d{3})+$)/g, ',') + '.' + t; }
function colour(p) { return p.id === picked ? COLOUR.picked : !kept.has(p.id) ? COLOUR.faded : knees.has(p.id) ? COLOUR.knee : p.id === D.same ? COLOUR.same : COLOUR.point; }
function size(p, small) { return p.id === D.knees[0] ? small + 7 : p.id === picked || knees.has(p.id) || p.id === D.same ? small + 4 : small; }
function symbol(p) { return p.id === D.knees[0] ? 'star' : knees.has(p.id) ? 'star-open' : p.id === D.same ? 'diamond' : 'circle'; }
const dot = N > 300 ? 5 : 8, dot3 = N > 300 ? 3 : 5;
// 3-D has no star
const symbol3 = (p) => p.id === D.knees[0] ? 'diamond' : knees.has(p.id) ? 'diamond-open' : p.id === D.same ? 'square' : 'circle';

// -- plots: drawn once, then restyled, so that zoom, camera and brush stay
function drawPair(at) {
  const [a, b] = pairs[at], div = el('pair-' + at);
  const trace = {type: 'scatter', mode: 'markers', x: D.points.map(p => p.v[a]), y: D.points.map(p => p.v[b]), customdata: D.points.map(p => p.id), text: D.points.map(hover), hoverinfo: 'text',
    marker: {color: D.points.map(colour), size: D.points.map(p => size(p, dot)), symbol: D.points.map(symbol), opacity: 1, line: {width: D.points.map(p => knees.has(p.id) && p.id !== D.knees[0] ? 2 : 0)}},
    selected: {marker: {opacity: 1}}, unselected: {marker: {opacity: 1}}};
  const shapes = P > 2 ? [] : D.zones.slice(0, 500).map(z => ({type: 'rect', x0: z.from[0], x1: z.to[0], y0: z.from[1], y1: z.to[1], fillcolor: 'rgba(230,159,0,0.22)', line: {width: 1, color: 'rgba(230,159,0,0.5)'}, layer: 'below'}));
  Plotly.react(div, [trace], {...base, xaxis: axis(a), yaxis: axis(b), shapes, uirevision: `${a}-${b}`}, config);
  listen(div, () => {
    div.on('plotly_click', e => pick(e.points[0].customdata, div));
    div.on('plotly_selected', e => { if (!quiet && e) brush(e.points.map(q => q.customdata), div); });  // a mere click raises it too, without points
    div.on('plotly_deselect', () => { if (!quiet && twice()) brush(null, div); });
  });
}
function drawSpace() {
  const div = el('space');
  const trace = {type: 'scatter3d', mode: 'markers', x: D.points.map(p => p.v[0]), y: D.points.map(p => p.v[1]), z: D.points.map(p => p.v[2]), customdata: D.points.map(p => p.id),
    text: D.points.map(hover), hoverinfo: 'text', marker: {color: D.points.map(colour), size: D.points.map(p => size(p, dot3)), symbol: D.points.map(symbol3), line: {width: 0}}};
  const three = (k) => ({title: {text: O[k].lines.map(esc).join('<br>'), font: {size: 11}}, tickfont: {size: 10}, nticks: 5, zeroline: false, showspikes: false, separatethousands: true, exponentformat: 'none'});
  Plotly.react(div, [trace], {...base, dragmode: 'orbit', margin: {l: 0, r: 0, t: 0, b: 0}, scene: {xaxis: three(0), yaxis: three(1), zaxis: three(2), aspectmode: 'cube', camera: {eye: {x: 1.5, y: 1.5, z: 0.9}, center: {x: 0, y: 0, z: -0.12}}}}, config);
  listen(div, () => div.on('plotly_click', e => pick(e.points[0].customdata, div)));
}
let gl = (() => { const c = document.createElement('canvas'); return !!(c.getContext('webgl2') || c.getContext('webgl')); })();
const tone = () => D.points.map(p => p.id === picked ? 3 : !kept.has(p.id) ? 0 : knees.has(p.id) ? 2 : 1);
function digits(o) { const span = Math.abs(o.best - o.worst); return span >= 100 ? ',.0f' : span >= 1 ? ',.2~f' : ',.4~f'; }
const FRAME = {l: 100, r: 100, t: 44, b: 104};
// lines have no click of their own: the line under the pointer, at most 6 pixels away; near an axis the pointer brushes
function under(div, e) {
  const box = div.getBoundingClientRect(), wide = box.width - FRAME.l - FRAME.r, high = box.height - FRAME.t - FRAME.b, dims = div.data[0].dimensions;
  const x = (e.clientX - box.left - FRAME.l) / wide * (P - 1), y = 1 - (e.clientY - box.top - FRAME.t) / high, left = Math.floor(x), part = x - left;
  if (left < 0 || left >= P - 1 || Math.min(part, 1 - part) * wide / (P - 1) < 12) return null;
  const a = dims[left].k, b = dims[left + 1].k, far = (p) => Math.abs((1 - p.regret[a]) * (1 - part) + (1 - p.regret[b]) * part - y) * high;
  let best = null;
  for (const p of D.points) if (kept.has(p.id) && far(p) <= 6 && (!best || far(p) < far(best))) best = p;
  return best;
}
function drawParallel() {
  const div = el('parallel');
  const dimensions = O.map((o, k) => ({k, label: ['\u00a0', ...o.lines.map(esc)].join('<br>'), values: D.points.map(p => p.v[k]), range: o.best === o.worst ? undefined : [o.worst, o.best], tickformat: digits(o)}));
  const scale = [[0, COLOUR.faded], [1 / 3, COLOUR.point], [2 / 3, COLOUR.knee], [1, COLOUR.picked]];
  Plotly.react(div, [{type: 'parcoords', line: {color: tone(), cmin: 0, cmax: 3, colorscale: scale}, dimensions, labelside: 'bottom', labelfont: {size: 12}, tickfont: {size: 11}, rangefont: {size: 11}, unselected: {line: {color: COLOUR.faded, opacity: 0.35}}}],
    {...base, margin: FRAME}, config);
  if (div.querySelector('.no-webgl')) { gl = false; Plotly.purge(div); div.innerHTML = ''; return drawLines(); }
  listen(div, () => {
    div.on('plotly_restyle', () => {
      if (quiet) return;
      const limits = div.data[0].dimensions.map(d => d.constraintrange).map(c => !c ? null : Array.isArray(c[0]) ? c : [c]);
      if (limits.every(l => !l)) return brush(null, div);
      brush(D.points.filter(p => limits.every((l, k) => !l || l.some(r => p.v[k] >= Math.min(...r) && p.v[k] <= Math.max(...r)))).map(p => p.id), div);
    });
    div.addEventListener('mousemove', e => point(under(div, e)));
    div.addEventListener('mouseleave', () => point(null));
    div.addEventListener('click', () => { if (hovered) pick(hovered.id, div); });
  });
}
// without WebGL: the same lines as plain graphics; a box over the lines brushes
function drawLines() {
  const div = el('parallel');
  const traces = D.points.map(p => ({type: 'scatter', mode: 'lines+markers', x: O.map((_, k) => k), y: O.map((_, k) => 1 - p.regret[k]), customdata: O.map(() => p.id), text: O.map(() => hover(p)), hoverinfo: 'text',
    line: {width: p.id === picked ? 4 : knees.has(p.id) ? 2.5 : 1.2, color: colour(p)}, marker: {size: 5, color: colour(p)}, selected: {marker: {opacity: 1}}, unselected: {marker: {opacity: 1}}}));
  const label = (x, y, text) => ({x, y, text, showarrow: false, font: {size: 11, color: '#606770'}});
  const show = (v) => v.toLocaleString('en-US', {maximumFractionDigits: Math.abs(v) >= 1000 ? 0 : 4});
  const x = {tickvals: O.map((_, k) => k), ticktext: O.map(o => o.lines.map(esc).join('<br>')), range: [-0.3, P - 0.7], zeroline: false, gridcolor: '#999', side: 'top'};
  Plotly.react(div, traces, {...base, margin: {l: 30, r: 30, t: 76, b: 20}, xaxis: x, yaxis: {visible: false, range: [-0.12, 1.12]}, annotations: O.flatMap((o, k) => [label(k, 1.07, show(o.best)), label(k, -0.07, show(o.worst))])}, config);
  listen(div, () => {
    div.on('plotly_click', e => pick(e.points[0].customdata, div));
    div.on('plotly_selected', e => { if (!quiet && e) brush(e.points.map(q => q.customdata), div); });  // a mere click raises it too, without points
    div.on('plotly_deselect', () => { if (!quiet && twice()) brush(null, div); });
  });
}
// a single click empties plotly's own selection too: only a double-click shows all plans again
let presses = [[-1e9, 0, 0], [-1e9, 0, 0]];
document.addEventListener('mousedown', e => { presses = [presses[1], [performance.now(), e.clientX, e.clientY]]; }, true);
const twice = () => { const [a, b] = presses; return b[0] - a[0] < 400 && Math.abs(b[1] - a[1]) + Math.abs(b[2] - a[2]) < 6; };
function listen(div, add) { if (!div.dataset.ready) { div.dataset.ready = '1'; add(); } }
function point(p) { if (p === hovered) return; hovered = p; el('parallel').style.cursor = p ? 'pointer' : ''; el('hovered').textContent = p ? `${W.plan} ${p.id}${mark(p)} · ` + O.map((o, k) => `${o.name}: ${p.text[k]}`).join(' · ') : ''; }
// what the page does to its own plots is no brush of the reader's
let quiet = 0;
function silently(change) { quiet++; Promise.resolve(change()).finally(() => quiet--); }
function paint() {
  silently(() => Promise.all([
    ...pairs.map((_, at) => Plotly.restyle('pair-' + at, {'marker.color': [D.points.map(colour)], 'marker.size': [D.points.map(p => size(p, dot))]}, [0])),
    P === 3 && gl ? Plotly.restyle('space', {'marker.color': [D.points.map(colour)], 'marker.size': [D.points.map(p => size(p, dot3))]}, [0]) : null,
    P > 3 && gl ? Plotly.restyle('parallel', {'line.color': [tone()]}, [0]) : null,
  ]));
  if (P > 3 && !gl) drawLines();
}
function forget(but) {  // the last brush counts, the others go
  silently(() => Promise.all([...document.querySelectorAll('.plot')].filter(d => d !== but && d.layout).flatMap(d => [
    d.layout.selections && d.layout.selections.length ? Plotly.relayout(d, {selections: []}) : null,
    d.data[0].dimensions && d.data[0].dimensions.some(x => x.constraintrange) ? Plotly.restyle(d, Object.fromEntries(O.map((_, k) => [`dimensions[${k}].constraintrange`, [null]]))) : null,
    d.data.some(t => t.selectedpoints) ? Plotly.restyle(d, {selectedpoints: [null]}) : null,
  ])));
}
function brush(ids, from) {
  kept = new Set(ids === null ? D.points.map(p => p.id) : ids);
  forget(from); paint(); table();
}
function axes() {
  const choose = (side, word) => `<label>${word}: <select id="axis-${side}" aria-label="${word}">` + O.map((o, k) => `<option value="${k}"${k === pairs[0][side] ? ' selected' : ''}>${esc(o.name)}</option>`).join('') + '</select></label>';
  el('axes').innerHTML = choose(0, W.across) + choose(1, W.up);
  for (const side of [0, 1]) el('axis-' + side).addEventListener('change', e => { pairs[0][side] = Number(e.target.value); Plotly.purge('pair-0'); delete el('pair-0').dataset.ready; drawPair(0); });
}

// -- weights and regret: everything is a share of the objective's range
const weights = O.map(() => 1), percent = (x) => (100 * x).toFixed(1) + '%';
function mean(p) { const all = weights.reduce((a, b) => a + b, 0); return p.regret.reduce((a, r, k) => a + (all ? weights[k] : 1) * r, 0) / (all || P); }
function worst(p) { const most = Math.max(...weights); return Math.max(...p.regret.map((r, k) => r * (most ? weights[k] / most : 1))); }
function sliders() {
  el('sliders').innerHTML = O.map((o, k) => `<label>${esc(o.name)} <input type="range" min="0" max="10" step="0.5" value="1" data-k="${k}" aria-label="${esc(o.name)}"> <output>1</output></label>`).join('');
  for (const input of el('sliders').querySelectorAll('input')) input.addEventListener('input', () => {
    weights[Number(input.dataset.k)] = Number(input.value); input.nextElementSibling.textContent = input.value; table();
  });
}
let order = {key: 'id', down: false};
function table() {
  const rows = D.points.filter(p => kept.has(p.id)).map(p => ({p, worst: worst(p), mean: mean(p), ...moves(p)}));
  const least = (f) => rows.reduce((a, b) => b[f] < a[f] ? b : a, rows[0]), a = rows.length ? least('mean') : null, b = rows.length ? least('worst') : null;
  el('least').innerHTML = a ? `<span class="mark" style="background:#e69f00"></span>${W.leastMean}: ${W.plan} ${a.p.id} (${percent(a.mean)})　<span class="mark" style="background:#009e73"></span>${W.leastWorst}: ${W.plan} ${b.p.id} (${percent(b.worst)})` : '';
  const regret = el('as-regret').checked, key = {id: r => r.p.id, worst: r => r.worst, mean: r => r.mean, moves: r => r.enter.length + r.leave.length, starts: r => r.p.chosen.length};
  const value = order.key.startsWith('v') ? (r => (regret ? r.p.regret : r.p.v)[Number(order.key.slice(1))]) : key[order.key];
  rows.sort((x, y) => (order.down ? -1 : 1) * (value(x) - value(y)) || x.p.id - y.p.id);
  const head = [['id', W.plan], ...O.map((o, k) => ['v' + k, regret ? `${W.regret}: ${o.name}` : o.heading]), ['mean', W.mean], ['worst', W.worst], ['starts', W.starts], ...(current ? [['moves', W.moves]] : [])];
  const shown = rows.slice(0, 500), kind = (r) => [r.p.id === picked && 'picked', r === a && 'best', r === b && 'least'].filter(Boolean).join(' ');
  el('table').innerHTML = `<table><thead><tr>${head.map(([k, t]) => `<th class="n" data-key="${k}" tabindex="0">${esc(t)}${order.key === k ? (order.down ? ' ▼' : ' ▲') : ''}</th>`).join('')}</tr></thead><tbody>` +
    shown.map(r => `<tr data-id="${r.p.id}" tabindex="0" class="${kind(r)}"><td class="n">${r.p.id}${mark(r.p)}</td>` + r.p.text.map((t, k) => `<td class="n">${regret ? percent(r.p.regret[k]) : t}</td>`).join('') +
      `<td class="n">${percent(r.mean)}</td><td class="n">${percent(r.worst)}</td><td class="n">${r.p.chosen.length}</td>` + (current ? `<td class="n">+${r.enter.length} −${r.leave.length}</td>` : '') + '</tr>').join('') + '</tbody></table>' +
    (rows.length > shown.length ? `<p class="soft">… ${rows.length - shown.length} ${W.more}</p>` : '');
  el('count').textContent = `${rows.length} / ${N}`;
}
function act(target) {
  const th = target.closest('th[data-key]'), tr = target.closest('tr[data-id]');
  if (th) { order = {key: th.dataset.key, down: order.key === th.dataset.key ? !order.down : false}; table(); el('table').querySelector(`th[data-key="${order.key}"]`).focus({preventScroll: true}); }
  if (tr) { pick(Number(tr.dataset.id)); const again = el('table').querySelector(`tr[data-id="${tr.dataset.id}"]`); if (again) again.focus({preventScroll: true}); }
}
el('table').addEventListener('click', e => act(e.target));
el('table').addEventListener('keydown', e => { if (e.key === 'Enter') act(e.target); });

// -- one plan
function moves(p) {
  if (!current) return {enter: [], leave: []};
  const mine = new Set(p.chosen);
  return {enter: p.chosen.filter(i => !current.has(i)), leave: D.current.filter(i => !mine.has(i))};
}
function list(ids, sides) {
  if (!ids.length) return `<p class="soft">${W.none}</p>`;
  const rows = ids.map((i, n) => { const [id, name, district, investment] = D.projects[i];
    return `<tr><td class="id">${esc(id)}</td><td>${esc(name)}</td>${D.districts ? `<td>${esc(district)}</td>` : ''}<td class="n">${investment}</td>${sides ? sides[n].map(y => `<td class="n">${wan(y)}</td>`).join('') : ''}</tr>`; });
  const head = [W.id, W.project, ...(D.districts ? [W.district] : [])].map(t => `<th>${t}</th>`).join('') + [W.investment, ...(sides ? [W.government, W.market] : [])].map(t => `<th class="n">${t}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
function pick(id, from) {
  picked = id;
  const p = D.points[byId.get(id)], {enter, leave} = moves(p);
  const values = O.map((o, k) => `<tr><td>${esc(o.heading)}</td><td class="n">${p.text[k]}</td><td class="n">${percent(p.regret[k])}</td></tr>`).join('');
  let side = null;
  const money = D.channels.map(([name, group], c) => { if (p.money[c] === '0.00') return ''; const first = group !== side; side = group; return `${first && group ? `<tr class="sum"><td colspan="2">${esc(group)}</td></tr>` : ''}<tr><td>${esc(name)}</td><td class="n">${p.money[c]}</td></tr>`; }).join('');
  const words = [id === D.knees[0] ? '★ ' + W.knee : knees.has(id) ? '☆ ' + W.further : '', id === D.same ? '◆ ' + W.same : ''].filter(Boolean).join(' · ');
  el('plan').innerHTML = `<h3>${W.plan} ${p.id} ${words}</h3><p class="soft">${esc(p.plan)} · ${W.starts}: ${p.chosen.length} · ${W.investment}: ${p.invested} · ${W.carried}: ${p.carried}</p>
    <div class="two"><div><table><thead><tr><th>${W.objective}</th><th class="n">${W.value}</th><th class="n">${W.regret}</th></tr></thead><tbody>${values}</tbody></table>` +
    (current ? `<h4 class="enter">${W.enter} (${enter.length})</h4>${list(enter)}<h4 class="leave">${W.leave} (${leave.length})</h4>${list(leave)}` : '') +
    `</div><div><table><thead><tr><th>${W.channel}</th><th class="n">${W.wan}</th></tr></thead><tbody>${money}</tbody></table></div></div>
    <h4>${W.starts} (${p.chosen.length})</h4>${list(p.chosen, p.sides)}`;
  el('plan').scrollTop = 0;
  paint(); table();
  if (from) el('plan').scrollIntoView({block: 'nearest'});
}
el('as-regret').addEventListener('change', table);
el('reset').addEventListener('click', () => brush(null));
if (P === 3 && !gl) el('space').remove();
pairs.forEach((_, at) => drawPair(at));
if (P === 3 && gl) drawSpace();
if (P > 3) { axes(); if (gl) drawParallel(); else drawLines(); }
sliders(); table();
