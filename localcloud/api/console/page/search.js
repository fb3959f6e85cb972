// Products by meaning, with scores, and a map of what is near the question.
import { get } from "./calls.js";
import { nameOf } from "./live.js";
import { Empty, Head, Loading, Problem, Select } from "./parts.js";

const { m } = globalThis;
const [WIDTH, HEIGHT, MARGIN] = [480, 360, 18];

const at = ({ x, y }) => [
  MARGIN + ((x + 1) / 2) * (WIDTH - 2 * MARGIN),
  MARGIN + ((1 - y) / 2) * (HEIGHT - 2 * MARGIN),
];

const Map = {
  view: ({ attrs: { points, question } }) => {
    let hits = 0;
    return m("figure.panel.map",
      m("svg[role=img]", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-label": `Map of ${points.length - 1} products around ${question}` },
        [...points].reverse().map((point) => {
          const [x, y] = at(point);
          return m("circle", { class: point.kind, cx: x, cy: y, r: point.kind === "neighbour" ? 3.5 : 6 }, m("title", point.text));
        }),
        points.map((point) => {
          const [x, y] = at(point);
          if (point.kind === "question") return m("text.question", { x, y: y - 10, "text-anchor": x > WIDTH * 0.8 ? "end" : x < WIDTH * 0.2 ? "start" : "middle" }, point.text);
          return point.kind === "hit" ? m("text", { x: x + 8, y: y + 4 }, ++hits) : null;
        })),
      m("figcaption.note", "The vectors' first two principal components: what is near in meaning is near here, as far as two dimensions can show it."));
  },
};

const Hit = {
  view: ({ attrs: { hit } }) => m("li",
    m("span.text", hit.text),
    m("span.meter", m("meter[min=0][max=1]", { value: Math.max(0, hit.score), "aria-label": "score" }), m("span.mono", hit.score.toFixed(3)))),
};

export function search() {
  let tables = null, table = "", question = "", found = null, isBusy = false, problem = "";
  get("api/search/tables").then((reply) => {
    tables = reply.tables;
    table = tables[0]?.id ?? "";
  }, (error) => { problem = error.message; }).finally(m.redraw);
  const titled = (one) => {
    const isAlone = tables.every((other) => other === one || other.name !== one.name);
    return { value: one.id, title: isAlone ? one.name : `${nameOf(one.environment)} / ${one.name}` };
  };
  const ask = async (event) => {
    event.preventDefault();
    isBusy = true;
    problem = "";
    try {
      found = { question, ...await get(`api/search?${new URLSearchParams({ q: question, table })}`) };
    } catch (error) {
      problem = error.message;
    }
    isBusy = false;
    m.redraw();
  };
  return {
    view: () => [
      m(Head, { title: "Search", note: "Products by meaning, among a table's newest vectors" }),
      tables && !tables.length ? m(Empty, { title: "No table has vectors yet" }, "Bring a stack up: ", m("code", "./pulumiw up")) : null,
      tables?.length ? m("form.tools[role=search]", { onsubmit: ask },
        m("label.field.grow[for=question]", m("span", "What are you looking for?"),
          m("input#question[type=search][required][placeholder=kicks]", { value: question, oninput: (event) => { question = event.target.value; } })),
        m(Select, { id: "table", label: "Table", options: tables.map(titled), value: table, onchange: (chosen) => { table = chosen; } }),
        m("button.primary[type=submit]", { disabled: isBusy }, isBusy ? "Searching…" : "Search")) : null,
      problem ? m(Problem, problem) : null,
      found ? [
        m("p.note[role=status]", `${found.hits.length} of ${found.records} products of ${found.table}, embedded with ${found.model}`),
        found.hits.length ? m("div.results",
          m("ol.hits.panel", found.hits.map((hit) => m(Hit, { hit, key: hit.text }))),
          m(Map, { points: found.map, question: found.question })) : m(Empty, { title: "No vector yet" }, "Try again in a moment."),
      ] : tables ? null : m(Loading),
    ],
  };
}
