// Builds elements. All content goes in as text, never as markup.

function node(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function count(number, unit) {
  return `${number.toLocaleString("en")} ${unit}${number === 1 ? "" : "s"}`;
}

let ids = 0;
// A label and the control that it names.
function labelled(text, control) {
  control.id = `headroom-control-${(ids += 1)}-${Math.floor(Math.random() * 1e9)}`;
  return node("span", { className: "headroom-labelled" }, node("label", { htmlFor: control.id, textContent: text }), control);
}
