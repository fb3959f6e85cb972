// The last `up` as a timeline, by when the cloud made each resource and when it was ready.
import { live, nameOf } from "./live.js";
import { Empty, Head } from "./parts.js";

const { m } = globalThis;
const CROWDS = new Set(["role-binding", "service-account", "api-key"]);
const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

// What comes in crowds, such as role bindings, is one row.
function grouped(made) {
  const rows = [];
  for (const one of made) {
    const last = rows.at(-1);
    if (last?.kind === one.kind && CROWDS.has(one.kind)) last.all.push(one);
    else rows.push({ kind: one.kind, id: one.id, from: one.from, all: [one] });
  }
  return rows;
}

const titleOf = (one) => (one.of ? `${nameOf(one.of)}: ${one.name}` : one.name);

export const timeline = {
  view: () => {
    const made = live.history;
    if (!made.length) return [m(Head, { title: "Last up" }), m(Empty, { title: "No up yet" }, "Run ", m("code", "./pulumiw up"))];
    const began = made[0].from;
    const length = Math.max(...made.map((one) => seconds(began, one.to ?? one.from)), 0.001);
    const percent = (value) => `${((100 * value) / length).toFixed(2)}%`;
    return [
      m(Head, {
        title: "Last up",
        note: `${made.length} resources in ${length.toFixed(1)} s, from ${new Date(began).toLocaleString()}`,
      }),
      m("ol.timeline", grouped(made).map((one) => {
        const [first, last] = [one.all[0], one.all.at(-1)];
        const start = seconds(began, one.from), took = seconds(one.from, last.to ?? last.from);
        const isCrowd = one.all.length > 1;
        const said = `made after ${start.toFixed(1)} s${took ? `, ready ${took.toFixed(1)} s later` : ""}`;
        return m("li", { key: `${one.kind} ${one.id}` },
          m("span.kind", one.kind.replaceAll("-", " ")),
          m("span.name", { title: one.all.map(titleOf).join("\n") },
            isCrowd ? `${one.all.length} ${one.kind.replaceAll("-", " ")}s` : titleOf(first)),
          m("span.track[aria-hidden=true]", m("span.mark", { class: one.kind, style: { left: percent(start), width: percent(took) } })),
          m("span.took", took >= 0.05 ? `${took.toFixed(1)} s` : `at ${start.toFixed(1)} s`, m("span.hidden", said)));
      })),
    ];
  },
};
