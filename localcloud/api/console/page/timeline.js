// The last `up` as a timeline, by when the cloud made each resource and when it was ready.
import { live, nameOf } from "./live.js";
import { Empty, Head } from "./parts.js";

const { m } = globalThis;
const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

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
      m("ol.timeline", made.map((one) => {
        const start = seconds(began, one.from), took = one.to ? seconds(one.from, one.to) : 0;
        const said = took ? `made after ${start.toFixed(1)} s, ready ${took.toFixed(1)} s later` : `made after ${start.toFixed(1)} s`;
        return m("li", { key: `${one.kind} ${one.id}` },
          m("span.kind", one.kind.replaceAll("-", " ")),
          m("span.name", { title: one.id }, one.of ? `${nameOf(one.of)}: ${one.name}` : one.name),
          m("span.track[aria-hidden=true]", m("span.mark", { class: one.kind, style: { left: percent(start), width: percent(took) } })),
          m("span.took", took ? `${took.toFixed(1)} s` : `at ${start.toFixed(1)} s`, m("span.hidden", said)));
      })),
    ];
  },
};
