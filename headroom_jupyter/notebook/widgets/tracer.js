// An agent's model calls: cumulated tokens with and without, step by step, and the context of the chosen step.

const SVG = "http://www.w3.org/2000/svg";
const HEADS = ["step", "time", "model", "messages", "before", "after", "saved", "without, in all", "with, in all"];

function sums(rows) {
  let without = 0;
  let with_ = 0;
  return rows.map((row) => [(without += row.before), (with_ += row.after)]);
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function chart(totals) {
  const points = [[0, 0], ...totals];
  const most = Math.max(1, ...totals.map(([without]) => without));
  const at = (index, value) => `${(100 * index) / Math.max(1, points.length - 1)},${(38 - (36 * value) / most).toFixed(2)}`;
  const [without, with_] = totals[totals.length - 1];
  const label = `Tokens in all: ${without.toLocaleString("en")} without, ${with_.toLocaleString("en")} with`;
  const svg = shape("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", class: "headroom-chart", role: "img", "aria-label": label });
  const line = (name, index) =>
    shape("polyline", { class: name, points: points.map((pair, step) => at(step, pair[index])).join(" ") });
  svg.append(line("headroom-without", 0), line("headroom-with", 1));
  return svg;
}

function block(entry) {
  const cut = (text, chars) => (text.length < chars ? `\n… ${chars.toLocaleString("en")} characters in all` : "");
  const original = entry.is_changed
    ? node(
        "details",
        {},
        node("summary", { textContent: "original" }),
        node("div", { className: "headroom-text", textContent: entry.original + cut(entry.original, entry.original_chars) }),
      )
    : null;
  const reason = entry.reason ? ` · ${entry.reason}` : "";
  return node(
    "div",
    { className: `headroom-block${entry.is_changed ? " headroom-changed" : ""}` },
    node("div", { className: "headroom-muted", textContent: entry.title + reason }),
    node("div", { className: "headroom-text", textContent: entry.text + cut(entry.text, entry.text_chars) }),
    original,
  );
}

function render({ model, el }) {
  let chosen = 0;
  const status = node("b", {});
  const state = node("span", { role: "status", "aria-live": "polite" }, status);
  const switch_ = node("button", { onclick: () => toggle() });
  const figure = node("div", {});
  const table = node("div", { className: "headroom-table headroom-scroll", tabIndex: 0, role: "region", "aria-label": "steps" });
  const context = node("div", { className: "headroom-scroll", tabIndex: 0, role: "region", "aria-label": "context", hidden: true });
  const title = node("div", { hidden: true, style: { fontWeight: "600", margin: "8px 0 4px" } });
  const without_ = node("span", { className: "headroom-key headroom-without" });
  const with_ = node("span", { className: "headroom-key headroom-with" });
  const key = node("div", { className: "headroom-bar" }, without_, with_);
  el.append(
    node(
      "div",
      { className: "headroom-widget headroom-tracer", role: "group", "aria-label": "Agent trace" },
      node("div", { className: "headroom-bar" }, state, switch_),
      key,
      figure,
      table,
      title,
      context,
    ),
  );

  function toggle() {
    model.set("is_recording", !model.get("is_recording"));
    model.save_changes();
  }

  function choose(step) {
    chosen = step;
    title.textContent = `Context of step ${step}`;
    title.hidden = false;
    model.send({ type: "context", step });
    mark();
  }

  function mark() {
    for (const row of table.querySelectorAll("tbody tr")) {
      const isChosen = Number(row.dataset.step) === chosen;
      row.classList.toggle("headroom-chosen", isChosen);
      row.querySelector("button").setAttribute("aria-pressed", String(isChosen));
    }
  }

  function drawRow(row, total) {
    const open = node("button", {
      textContent: row.number,
      "aria-label": `Show the context of step ${row.number}`,
      onclick: () => choose(row.number),
    });
    const time = new Date(row.at).toLocaleTimeString();
    const cells = [time, row.model, row.messages, row.before, row.after, row.saved, ...total];
    const texts = cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell));
    const line = node("tr", { title: row.error }, node("td", {}, open), ...texts.map((text) => node("td", { textContent: text })));
    line.dataset.step = row.number;
    return line;
  }

  function draw() {
    const rows = model.get("rows");
    const totals = sums(rows);
    const isRecording = model.get("is_recording");
    switch_.textContent = isRecording ? "Stop recording" : "Record";
    switch_.setAttribute("aria-pressed", String(isRecording));
    const about = rows.some((row) => row.is_estimate) ? "about " : "";
    if (rows.length === 0) {
      status.textContent = isRecording ? "Recording: no call of a model yet" : "No call of a model was recorded";
    } else {
      const [before, after] = totals[totals.length - 1];
      const saved = Math.floor((1000 * (before - after)) / Math.max(1, before)) / 10;
      status.textContent = `${about}${before.toLocaleString("en")} → ${after.toLocaleString("en")} tokens in ${count(rows.length, "call")} (${saved} % saved)`;
      without_.textContent = `without: ${count(before, "token")}`;
      with_.textContent = `with headroom: ${count(after, "token")}`;
    }
    key.hidden = rows.length === 0;
    table.hidden = rows.length === 0;
    figure.replaceChildren(...(rows.length ? [chart(totals)] : []));
    const head = node("tr", {}, ...HEADS.map((name) => node("th", { scope: "col", textContent: name })));
    const focused = table.contains(document.activeElement) ? document.activeElement.textContent : null;
    table.replaceChildren(
      node("table", {}, node("thead", {}, head), node("tbody", {}, ...rows.map((row, index) => drawRow(row, totals[index])))),
    );
    mark();
    if (focused) [...table.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
  }

  function received(message) {
    if (message.type !== "context" || message.step !== chosen) return;
    const rest = message.cut ? [node("div", { className: "headroom-muted", textContent: `… ${count(message.cut, "more block")}` })] : [];
    context.replaceChildren(...message.blocks.map(block), ...rest);
    context.hidden = false;
    context.setAttribute("aria-label", `Context of step ${message.step}`);
  }

  model.on("change:rows", draw);
  model.on("change:is_recording", draw);
  model.on("msg:custom", received);
  draw();
  return () => {
    model.off("change:rows", draw);
    model.off("change:is_recording", draw);
    model.off("msg:custom", received);
  };
}

export default { render };
