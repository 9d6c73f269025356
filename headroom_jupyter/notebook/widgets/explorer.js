// What a value becomes: the page asks (budget, question, level), the kernel answers with a view.

const STEPS = 100;
const LEVELS = ["lossless", "faithful", "abridged"];

// The slider is logarithmic: from 50 tokens to all of them; its right end is "no budget".
function budgetAt(position, before) {
  if (position >= STEPS) return null;
  const least = Math.min(50, before);
  return Math.max(1, Math.round(least * (Math.max(before, 60) / least) ** (position / STEPS)));
}

function positionOf(budget, before) {
  if (budget === null || budget === undefined) return STEPS;
  const least = Math.min(50, before);
  const position = (STEPS * Math.log(budget / least)) / Math.log(Math.max(before, 60) / least);
  return Math.min(STEPS - 1, Math.max(0, Math.round(position)));
}

function heatOf(rows) {
  const costs = rows.flatMap((row) => row.lines.map(([, tokens]) => tokens)).sort((a, b) => a - b);
  const hot = Math.max(8, costs[Math.floor(costs.length * 0.97)] ?? 8);
  return (tokens) => (0.5 * Math.min(1, tokens / hot)).toFixed(2);
}

function lines(row, heat) {
  return row.lines.map(([text, tokens]) => {
    const line = node(
      "div",
      { className: "headroom-line" },
      node("span", { className: "headroom-text", textContent: text.replace(/\n$/, "") || " " }),
      node("span", { className: "headroom-cost", textContent: tokens, title: count(tokens, "token") }),
    );
    line.style.setProperty("--headroom-heat", heat(tokens));
    return line;
  });
}

function left(row, index, more) {
  const [first, last] = row.source_lines;
  if (row.change === "added") return node("div", {});
  if (row.change === "same") {
    return node("div", { className: "headroom-text", textContent: row.lines.map(([text]) => text).join("") });
  }
  const where = first === last ? `line ${first}` : `lines ${first.toLocaleString("en")}–${last.toLocaleString("en")}`;
  const verb = row.change === "omitted" ? "left out" : "rewritten";
  const original = node("div", { className: "headroom-text", textContent: row.source });
  const rest = node("button", {
    hidden: row.source_shown >= row.source_chars,
    textContent: "Show more",
    "aria-label": `Show more of ${where}`,
    onclick: () => more(index, row),
  });
  row.original = original;
  row.rest = rest;
  return node(
    "details",
    {},
    node("summary", { textContent: `${where} ${verb} · ${count(row.source_tokens, "token")}` }),
    original,
    rest,
  );
}

function render({ model, el }) {
  const ask = { ...model.get("ask") };
  let view = model.get("view");
  let inFlight = false;
  let isStale = false;
  let timer = 0;

  const slider = node("input", { type: "range", min: 0, max: STEPS, step: 1, value: positionOf(ask.budget, view.before ?? 1000) });
  const budget = node("span", { className: "headroom-muted" });
  const query = node("input", { type: "search", value: ask.query, placeholder: "what the reader wants to know" });
  const level = node("select", {}, ...LEVELS.map((name) => node("option", { value: name, textContent: name })));
  level.value = ask.level;
  const heat = node("input", { type: "checkbox", checked: true });
  const status = node("div", { className: "headroom-bar", role: "status", "aria-live": "polite" });
  const body = node("div", { className: "headroom-scroll", tabIndex: 0, role: "region", "aria-label": "original and compressed text" });
  const root = node(
    "div",
    { className: "headroom-widget headroom-explorer headroom-hot", role: "group", "aria-label": "Explore compression" },
    node("div", { className: "headroom-bar" }, labelled("Budget", slider), budget, labelled("Level", level)),
    node("div", { className: "headroom-bar" }, labelled("Question", query), labelled("Token heat", heat)),
    status,
    body,
  );

  function tellBudget() {
    const tokens = budgetAt(Number(slider.value), view.before ?? 1000);
    budget.textContent = tokens === null ? "usual size" : count(tokens, "token");
    slider.setAttribute("aria-valuetext", budget.textContent);
    return tokens;
  }

  // One question at a time is under way; the newest one waits.
  function send() {
    if (inFlight) {
      isStale = true;
      return;
    }
    inFlight = true;
    ask.number += 1;
    model.set("ask", { budget: tellBudget(), query: query.value, level: level.value, number: ask.number });
    model.save_changes();
    root.setAttribute("aria-busy", "true");
  }

  function soon() {
    tellBudget();
    clearTimeout(timer);
    timer = setTimeout(send, 120);
  }

  function more(index, row) {
    model.send({ type: "more", row: index, shown: row.source_shown, number: view.number });
  }

  function received(message) {
    if (message.type !== "more" || message.number !== view.number) return;
    const row = view.rows[message.row];
    if (!row || row.source_shown !== message.shown) return;
    row.original.append(message.text);
    row.source_shown = Math.min(row.source_chars, row.source_shown + 60000);
    row.rest.hidden = row.source_shown >= row.source_chars;
  }

  function drawStatus() {
    if (view.error) {
      status.replaceChildren(node("span", { className: "headroom-badge headroom-warn", textContent: view.error }));
      return;
    }
    const about = view.is_estimate ? "about " : "";
    const parts = [
      node("span", { className: "headroom-badge", textContent: view.kind }),
      node("b", { textContent: `${about}${view.before.toLocaleString("en")} → ${view.after.toLocaleString("en")} tokens` }),
      node("span", { className: "headroom-badge headroom-good", textContent: `${view.saved} saved` }),
    ];
    if (view.budget_met !== null) {
      const name = `headroom-badge ${view.budget_met ? "headroom-good" : "headroom-warn"}`;
      parts.push(node("span", { className: name, textContent: view.budget_met ? "budget met" : "budget not met" }));
    }
    for (const text of [view.fidelity, view.reason, `${view.elapsed_ms} ms`]) {
      if (text) parts.push(node("span", { className: "headroom-muted", textContent: text }));
    }
    status.replaceChildren(...parts);
  }

  function drawBody() {
    if (view.error) {
      body.replaceChildren();
      return;
    }
    const heatOfLine = heatOf(view.rows);
    const head = node(
      "div",
      { className: "headroom-row headroom-head" },
      node("div", { textContent: "Original" }),
      node("div", { textContent: "What the model reads, tokens of each line" }),
    );
    const rows = view.rows.map((row, index) =>
      node(
        "div",
        { className: `headroom-row headroom-${row.change}` },
        left(row, index, more),
        node("div", {}, ...lines(row, heatOfLine), row.is_cut ? node("div", { className: "headroom-muted", textContent: "… cut here" }) : null),
      ),
    );
    const rest = view.cut ? [node("div", { className: "headroom-muted", textContent: `… ${count(view.cut, "more piece")}` })] : [];
    body.replaceChildren(head, ...rows, ...rest);
  }

  function answered() {
    view = model.get("view");
    inFlight = false;
    root.setAttribute("aria-busy", "false");
    root.dataset.number = view.number;
    drawStatus();
    drawBody();
    if (isStale) {
      isStale = false;
      send();
    }
  }

  slider.addEventListener("input", soon);
  query.addEventListener("input", soon);
  level.addEventListener("change", send);
  heat.addEventListener("change", () => root.classList.toggle("headroom-hot", heat.checked));
  model.on("change:view", answered);
  model.on("msg:custom", received);
  tellBudget();
  answered();
  el.append(root);
  return () => {
    clearTimeout(timer);
    model.off("change:view", answered);
    model.off("msg:custom", received);
  };
}

export default { render };
