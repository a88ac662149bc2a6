'use strict';
// One page, no network: points in plots and in a table, brushed together; a click shows the plan.
const D = JSON.parse(document.getElementById('front-data').textContent), W = D.words, P = D.objectives.length;
const byId = new Map(D.points.map((p, i) => [p.id, i]));
let picked = null, kept = new Set(D.points.map(p => p.id));
const el = (id) => document.getElementById(id);
const COLOUR = {point: '#1F3864', faded: '#C9D2E3', picked: '#C00000', knee: '#E69F00', current: '#009E73'};
const axis = (k) => ({title: {text: D.objectives[k].heading, font: {size: 12}}, automargin: true, separatethousands: true, exponentformat: 'none'});
const config = {responsive: true, displaylogo: false, showLink: false, plotlyServerURL: '', modeBarButtonsToRemove: ['autoScale2d']};
const base = {template: 'none', font: {family: D.font, size: 12}, margin: {l: 70, r: 20, t: 16, b: 60}, showlegend: false, dragmode: 'select', hovermode: 'closest', plot_bgcolor: '#fff', paper_bgcolor: '#fff'};
const hover = (p) => `<b>${W.plan} ${p.id}</b><br>` + D.objectives.map((o, k) => `${esc(o.name)}: ${p.text[k]}`).join('<br>');
function esc(text) { const d = document.createElement('span'); d.textContent = text; return d.innerHTML; }
const pairs = P === 2 ? [[0, 1]] : P === 3 ? [[0, 1], [0, 2], [1, 2]] : [];

function colours() { return D.points.map(p => p.id === picked ? COLOUR.picked : !kept.has(p.id) ? COLOUR.faded : p.id === D.knee ? COLOUR.knee : COLOUR.point); }
function sizes(small) { return D.points.map(p => p.id === picked ? small + 7 : p.id === D.knee ? small + 5 : small); }
function symbols() { return D.points.map(p => p.id === D.knee ? 'star' : 'circle'); }

function drawPair(at) {
  const [a, b] = pairs[at], small = D.points.length > 300 ? 5 : 8;
  const trace = {type: 'scatter', mode: 'markers', x: D.points.map(p => p.v[a]), y: D.points.map(p => p.v[b]), customdata: D.points.map(p => p.id),
    text: D.points.map(hover), hoverinfo: 'text', marker: {color: colours(), size: sizes(small), symbol: symbols()}, selected: {marker: {opacity: 1}}, unselected: {marker: {opacity: 1}}};
  const shapes = [];
  if (P === 2) for (const z of D.zones.slice(0, 400)) shapes.push({type: 'rect', xref: 'x', yref: 'y', x0: z.from[0], x1: z.to[0], y0: z.from[1], y1: z.to[1], fillcolor: 'rgba(230,159,0,0.22)', line: {width: 0}, layer: 'below'});
  const extra = [];
  if (D.current && D.current.v) extra.push({type: 'scatter', mode: 'markers', x: [D.current.v[a]], y: [D.current.v[b]], hoverinfo: 'text', text: [W.current], marker: {symbol: 'x', size: 11, color: COLOUR.current}});
  const div = el('pair-' + at);
  Plotly.react(div, [trace, ...extra], {...base, xaxis: axis(a), yaxis: axis(b), shapes}, config);
  if (!div.dataset.ready) {
    div.dataset.ready = '1';
    div.on('plotly_click', e => { const id = e.points[0].customdata; if (id !== undefined) pick(id); });
    div.on('plotly_selected', e => brush(e && e.points.length ? e.points.map(q => q.customdata).filter(id => id !== undefined) : null));
    div.on('plotly_deselect', () => brush(null));
  }
}
function drawSpace() {
  const div = el('space'), small = D.points.length > 300 ? 3 : 5;
  const trace = {type: 'scatter3d', mode: 'markers', x: D.points.map(p => p.v[0]), y: D.points.map(p => p.v[1]), z: D.points.map(p => p.v[2]), customdata: D.points.map(p => p.id),
    text: D.points.map(hover), hoverinfo: 'text', marker: {color: colours(), size: sizes(small)}};
  const three = (k) => ({title: {text: D.objectives[k].name, font: {size: 11}}, tickfont: {size: 10}, nticks: 5, separatethousands: true, exponentformat: 'none'});
  Plotly.react(div, [trace], {...base, dragmode: 'orbit', margin: {l: 0, r: 0, t: 0, b: 0}, scene: {xaxis: three(0), yaxis: three(1), zaxis: three(2), aspectmode: 'cube', camera: {eye: {x: 1.7, y: 1.7, z: 1.1}}}}, config);
  if (!div.dataset.ready) { div.dataset.ready = '1'; div.on('plotly_click', e => pick(e.points[0].customdata)); }
}
let gl = (() => { const c = document.createElement('canvas'); return !!(c.getContext('webgl2') || c.getContext('webgl')); })();
// without WebGL: the same lines as plain graphics; a box over the lines brushes
function drawLines() {
  const div = el('parallel'), share = (p, k) => 1 - p.regret[k];
  const traces = D.points.map(p => ({type: 'scatter', mode: 'lines+markers', x: D.objectives.map((_, k) => k), y: D.objectives.map((_, k) => share(p, k)), customdata: D.objectives.map(() => p.id),
    text: D.objectives.map(() => hover(p)), hoverinfo: 'text', line: {width: p.id === picked ? 3 : 1, color: colours()[byId.get(p.id)]}, marker: {size: 4}, selected: {marker: {opacity: 1}}, unselected: {marker: {opacity: 1}}}));
  const x = {tickvals: D.objectives.map((_, k) => k), ticktext: D.objectives.map(o => o.short), range: [-0.2, P - 0.8]};
  Plotly.react(div, traces, {...base, xaxis: x, yaxis: {visible: false, range: [-0.08, 1.08]}}, config);
  if (!div.dataset.ready) {
    div.dataset.ready = '1';
    div.on('plotly_click', e => pick(e.points[0].customdata));
    div.on('plotly_selected', e => brush(e && e.points.length ? e.points.map(q => q.customdata) : null));
    div.on('plotly_deselect', () => brush(null));
  }
}
function drawParallel() {
  const div = el('parallel');
  const dims = D.objectives.map((o, k) => ({label: o.short, values: D.points.map(p => p.v[k]), range: [o.worst, o.best], tickformat: ',.6~g'}));
  Plotly.react(div, [{type: 'parcoords', line: {color: D.points.map(p => p.id === picked ? 2 : p.id === D.knee ? 1 : 0), cmin: 0, cmax: 2, colorscale: [[0, COLOUR.point], [0.5, COLOUR.knee], [1, COLOUR.picked]]}, dimensions: dims, labelfont: {size: 12}}],
    {...base, margin: {l: 90, r: 90, t: 60, b: 30}}, config);
  if (div.querySelector('.no-webgl')) { gl = false; Plotly.purge(div); div.innerHTML = ''; return drawLines(); }
  if (!div.dataset.ready) {
    div.dataset.ready = '1';
    div.on('plotly_restyle', () => {
      const limits = div.data[0].dimensions.map(d => d.constraintrange).map(c => !c ? null : Array.isArray(c[0]) ? c : [c]);
      if (limits.every(l => !l)) return brush(null);
      brush(D.points.filter(p => limits.every((l, k) => !l || l.some(r => p.v[k] >= r[0] && p.v[k] <= r[1]))).map(p => p.id), true);
    });
  }
}
function draw(stay) {
  pairs.forEach((_, at) => drawPair(at));
  if (P === 3 && gl) drawSpace();
  if (P > 3) { if (!gl) drawLines(); else if (!stay) drawParallel(); }
}
function brush(ids, stay) {
  kept = new Set(ids === null ? D.points.map(p => p.id) : ids);
  draw(stay); table();
}

// -- weights and regret: everything is a share of the objective's range
const weights = D.objectives.map(() => 1);
function regrets(p) { return p.regret; }
function score(p) { const total = weights.reduce((a, b) => a + b, 0) || 1; return regrets(p).reduce((a, r, k) => a + weights[k] * r, 0) / total; }
function sliders() {
  el('sliders').innerHTML = D.objectives.map((o, k) => `<label>${esc(o.name)} <input type="range" min="0" max="10" step="0.5" value="1" data-k="${k}" aria-label="${esc(o.name)}"> <output>1</output></label>`).join('');
  for (const input of el('sliders').querySelectorAll('input')) input.addEventListener('input', () => {
    weights[Number(input.dataset.k)] = Number(input.value); input.nextElementSibling.textContent = input.value; table();
  });
}
let order = {key: 'id', down: false};
function table() {
  const rows = D.points.filter(p => kept.has(p.id)).map(p => ({p, worst: Math.max(...p.regret), mean: score(p)}));
  const key = {id: r => r.p.id, worst: r => r.worst, mean: r => r.mean, moves: r => r.p.enter.length + r.p.leave.length};
  const value = order.key.startsWith('v') ? (r => r.p.v[Number(order.key.slice(1))]) : key[order.key];
  rows.sort((a, b) => (order.down ? -1 : 1) * (value(a) - value(b)) || a.p.id - b.p.id);
  const best = rows.length ? Math.min(...rows.map(r => r.mean)) : null;
  const head = [['id', W.plan], ...D.objectives.map((o, k) => ['v' + k, o.heading]), ['mean', W.mean], ['worst', W.worst], ...(D.current ? [['moves', W.moves]] : [])];
  const shown = rows.slice(0, 500);
  el('table').innerHTML = `<table><thead><tr>${head.map(([k, t]) => `<th class="n" data-key="${k}" tabindex="0">${esc(t)}${order.key === k ? (order.down ? ' ▼' : ' ▲') : ''}</th>`).join('')}</tr></thead><tbody>` +
    shown.map(({p, worst, mean}) => `<tr data-id="${p.id}" tabindex="0" class="${p.id === picked ? 'picked' : ''}${mean === best ? ' best' : ''}"><td class="n">${p.id}${p.id === D.knee ? ' ★' : ''}</td>` +
      p.text.map(t => `<td class="n">${t}</td>`).join('') + `<td class="n">${(100 * mean).toFixed(1)}%</td><td class="n">${(100 * worst).toFixed(1)}%</td>` +
      (D.current ? `<td class="n">+${p.enter.length} −${p.leave.length}</td>` : '') + '</tr>').join('') + '</tbody></table>' +
    (rows.length > shown.length ? `<p class="soft">… ${rows.length - shown.length} ${W.more}</p>` : '');
  el('count').textContent = `${rows.length} / ${D.points.length}`;
  for (const th of el('table').querySelectorAll('th')) th.addEventListener('click', () => { order = {key: th.dataset.key, down: order.key === th.dataset.key ? !order.down : false}; table(); });
  for (const tr of el('table').querySelectorAll('tr[data-id]')) {
    tr.addEventListener('click', () => pick(Number(tr.dataset.id)));
    tr.addEventListener('keydown', e => { if (e.key === 'Enter') pick(Number(tr.dataset.id)); });
  }
}
function list(ids) {
  if (!ids.length) return `<p class="soft">${W.none}</p>`;
  const rows = ids.map(id => D.projects[id]).map((p, i) => `<tr><td class="id">${esc(ids[i])}</td><td>${esc(p.name)}</td><td class="n">${p.investment}</td></tr>`);
  return `<table><thead><tr><th>${W.id}</th><th>${W.project}</th><th class="n">${W.investment}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
function pick(id) {
  picked = id;
  const p = D.points[byId.get(id)];
  const values = D.objectives.map((o, k) => `<tr><td>${esc(o.heading)}</td><td class="n">${p.text[k]}</td><td class="n">${(100 * p.regret[k]).toFixed(1)}%</td></tr>`).join('');
  const money = p.money.map(m => `<tr><td>${esc(m.name)}</td><td class="n">${m.text}</td></tr>`).join('');
  el('plan').innerHTML = `<h3>${W.plan} ${p.id}${p.id === D.knee ? ' ★ ' + W.knee : ''}</h3><p class="soft">${esc(p.plan)}</p>
    <div class="two"><div><table><thead><tr><th>${W.objective}</th><th class="n">${W.value}</th><th class="n">${W.regret}</th></tr></thead><tbody>${values}</tbody></table></div>
    <div><table><thead><tr><th>${W.channel}</th><th class="n">${W.wan}</th></tr></thead><tbody>${money}</tbody></table></div></div>` +
    (D.current ? `<div class="two"><div><h4 class="enter">${W.enter} (${p.enter.length})</h4>${list(p.enter)}</div><div><h4 class="leave">${W.leave} (${p.leave.length})</h4>${list(p.leave)}</div></div>` : '') +
    `<details${D.current ? '' : ' open'}><summary>${W.starts} (${p.chosen.length})</summary><div>${list(p.chosen)}</div></details>`;
  draw(true); table();
}
el('reset').addEventListener('click', () => { brush(null); if (P > 3 && gl) drawParallel(); });
if (P === 3 && !gl) el('space').remove();
sliders(); draw(); table();
