// What several views are made of. Everything from outside is a text node: nothing here takes markup.
import { live } from "./live.js";

const { m } = globalThis;
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export const count = (number) => (number === null || number === undefined ? "–" : whole.format(number));
export const compact = (number) => (number === null || number === undefined ? "–" : short.format(number));
export const rate = (number) => (number === null || number === undefined ? "–" : `${compact(number)}/s`);
export const time = (moment) => clock.format(new Date(moment));

const TONES = {
  RUNNING: "ok", COMPLETED: "ok", PROVISIONED: "ok", OK: "ok",
  PENDING: "wait", PROVISIONING: "wait", STOPPING: "wait", DELETING: "wait",
  DEGRADED: "warn", FAILING: "bad", FAILED: "bad", MISSING: "bad",
};

export const tone = (phase) => TONES[phase] ?? "idle";

export const Phase = {
  view: ({ attrs: { phase } }) =>
    m("span.phase", { class: tone(phase) }, m("span.dot", { "aria-hidden": "true" }), phase.toLowerCase()),
};

export const Empty = { view: ({ attrs, children }) => m("div.empty", m("p.strong", attrs.title), m("p", children)) };

export const Problem = { view: ({ children }) => m("p.problem[role=alert]", children) };

// A table that scrolls by itself where the page is narrow, also by keyboard.
export const Table = {
  view: ({ attrs: { label, head, rows } }) =>
    m("div.scroll[tabindex=0][role=region]", { "aria-label": label },
      m("table",
        m("thead", m("tr", head.map((one) =>
          m("th[scope=col]", { class: one.number ? "number" : "" }, one.title ?? one)))),
        m("tbody", rows))),
};

export const Spark = {
  view: ({ attrs: { id } }) => {
    const samples = live.rates.get(id) ?? [];
    const top = Math.max(...samples, 1e-9);
    const points = samples.map((value, at) => `${(60 - samples.length + at).toFixed(1)},${(15 - (14 * value) / top).toFixed(1)}`);
    return m("svg.spark[viewBox=0 0 60 16][aria-hidden=true][preserveAspectRatio=none]",
      m("polyline", { points: points.join(" ") }));
  },
};

const isVector = (value) => value && Array.isArray(value.vector) && typeof value.dimensions === "number";

// A value as JSON, with its parts coloured; a vector by its first numbers.
export function json(value, indent = "") {
  if (isVector(value)) return m("span.vector", `[${value.vector.join(", ")}, … ${value.dimensions} dimensions]`);
  if (value === null || typeof value !== "object") {
    return m("span", { class: value === null ? "null" : typeof value }, JSON.stringify(value));
  }
  const isList = Array.isArray(value);
  const inner = indent === null ? null : `${indent}  `;
  const entries = Object.entries(value);
  const parts = entries.map(([key, one], at) => [
    inner === null ? (at ? " " : "") : `\n${inner}`,
    isList ? null : [m("span.key", JSON.stringify(key)), ": "],
    json(one, inner),
    at < entries.length - 1 ? "," : "",
  ]);
  const [open, close] = isList ? "[]" : "{}";
  return [open, parts, inner === null || !entries.length ? "" : `\n${indent}`, close];
}

export const oneLine = (value) => (typeof value === "string" ? m("span.string", value) : json(value, null));

export const Head = {
  view: ({ attrs: { title, note }, children }) =>
    m("header.head", m("div", m("h1", title), note ? m("p.note", note) : null), m("div.actions", children)),
};

export const Select = {
  view: ({ attrs: { id, label, options, value, onchange } }) =>
    m("label.field", { for: id }, m("span", label),
      m("select", { id, value, onchange: (event) => onchange(event.target.value) },
        options.map((one) => m("option", { value: one.value ?? one }, one.title ?? one)))),
};

export const link = (href, text, attrs = {}) => m(m.route.Link, { href, ...attrs }, text);

export const Loading = { view: () => m("p.note[role=status]", "Loading…") };
