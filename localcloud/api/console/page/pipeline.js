// The pipeline as a picture: a column of cards for each step, and lines between what writes and what reads.
import { live, nameOf } from "./live.js";
import { compact, count, Empty, Head, Phase, rate, Spark, tone } from "./parts.js";

const { m } = globalThis;

const KINDS = {
  connector: (node) => `${node.role} connector`,
  topic: () => "topic",
  statement: () => "statement",
  model: () => "model",
  table: () => "external table",
  store: () => "store",
};

const PLACES = {
  connector: () => "/connectors",
  topic: (node) => (node.cluster ? `/topics/${node.cluster}/${encodeURIComponent(node.name)}` : "/topics"),
  statement: () => "/statements",
  model: () => "/models",
  table: () => "/statements",
  store: () => "/connectors",
};

const Figure = {
  view: ({ attrs: { name, value, title, bad } }) =>
    m("span.figure", { class: bad ? "bad" : "", title }, m("span.value", value), ` ${name}`),
};

function figures(node) {
  const shown = [];
  if (node.rate !== undefined) shown.push(m(Figure, { name: "", value: rate(node.rate), title: "records a second" }));
  if (node.lag !== null && node.lag !== undefined) {
    const title = node.kind === "connector" ? "offsets that it has yet to commit" : "records that it has yet to read";
    shown.push(m(Figure, { name: "lag", value: compact(node.lag), title }));
  }
  if (node.written !== null && node.written !== undefined) {
    const [name, title] = node.kind === "topic" ? ["end", "sum of the partitions' end offsets"] : ["total", "records since its start"];
    shown.push(m(Figure, { name, value: compact(node.written), title }));
  }
  if (node.dead_letters) {
    shown.push(m(Figure, { name: "dead", value: compact(node.dead_letters), title: "dead letters", bad: true }));
  }
  return shown;
}

// A topic that is there has no phase to speak of.
const hasPhase = (node) => node.phase && (node.phase !== "RUNNING" || !["topic", "table", "model"].includes(node.kind));

const Card = {
  view: ({ attrs: { node } }) =>
    m(m.route.Link, { href: PLACES[node.kind](node), class: `card ${node.kind} ${node.phase ? tone(node.phase) : ""}`, "data-node": node.id },
      m("span.kind", KINDS[node.kind](node), hasPhase(node) ? m(Phase, { phase: node.phase }) : null),
      m("span.name", { title: node.name }, node.name),
      node.detail && node.detail !== node.kind ? m("span.detail", { title: node.detail }, node.detail) : null,
      node.rate === undefined ? null : m(Spark, { id: node.id }),
      m("span.figures", figures(node)),
      node.cause ? m("span.cause", node.cause) : null),
};

// Lines are drawn again when the graph or the size of the picture has changed, not with every figure.
function draw(picture, edges) {
  const svg = picture.querySelector("svg.lines");
  const frame = picture.getBoundingClientRect();
  const isNarrow = getComputedStyle(picture).flexDirection === "column";
  svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  const boxOf = (id) => picture.querySelector(`[data-node="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  const paths = edges.map(({ from, to }) => {
    const [a, b] = [boxOf(from), boxOf(to)];
    if (!a || !b) return null;
    const start = isNarrow ? [a.left + a.width / 2, a.bottom] : [a.right, a.top + a.height / 2];
    const end = isNarrow ? [b.left + b.width / 2, b.top] : [b.left, b.top + b.height / 2];
    const [x1, y1, x2, y2] = [start[0] - frame.left, start[1] - frame.top, end[0] - frame.left, end[1] - frame.top];
    if (isNarrow) {
      // Past whatever is between them: along the edge of the picture.
      const bend = y2 - y1 > 60 ? 4 : (x1 + x2) / 2;
      return y2 - y1 > 60
        ? `M${a.left - frame.left},${y1 - a.height / 2} C${bend - 6},${y1} ${bend - 6},${y2} ${b.left - frame.left},${y2 + b.height / 2}`
        : `M${x1},${y1} C${x1},${(y1 + y2) / 2} ${x2},${(y1 + y2) / 2} ${x2},${y2}`;
    }
    const middle = (x1 + x2) / 2;
    return `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`;
  });
  const known = [...svg.children];
  paths.filter(Boolean).forEach((line, at) => {
    const path = known[at] ?? svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    path.setAttribute("d", line);
  });
  known.slice(paths.filter(Boolean).length).forEach((path) => path.remove());
}

function Picture() {
  let drawn = "";
  let observer = null;
  const again = ({ dom, attrs: { nodes, edges } }) => {
    const shape = JSON.stringify([nodes.map((one) => [one.id, one.column, one.cause]), edges]);
    if (shape === drawn) return;
    drawn = shape;
    draw(dom, edges);
  };
  return {
    oncreate: (vnode) => {
      observer = new ResizeObserver(() => draw(vnode.dom, live.pipeline.edges));
      observer.observe(vnode.dom);
      again(vnode);
    },
    onupdate: again,
    onremove: () => observer.disconnect(),
    view: ({ attrs: { nodes } }) => {
      const columns = [...new Set(nodes.map((one) => one.column))].sort((a, b) => a - b);
      return m("div.picture",
        m("svg.lines[aria-hidden=true]"),
        columns.map((column) => m("ul.column", { key: column },
          nodes.filter((one) => one.column === column).map((node) => m("li", { key: node.id }, m(Card, { node }))))));
    },
  };
}

const Pipeline = {
  view: ({ attrs: { environment, isAlone } }) => {
    const nodes = live.pipeline.nodes.filter((one) => one.environment === environment);
    const ids = new Set(nodes.map((one) => one.id));
    const edges = live.pipeline.edges.filter((one) => ids.has(one.from));
    return m("section",
      isAlone ? null : m("h2.gap", nameOf(environment)),
      m("div.scroll[tabindex=0][role=region]", { "aria-label": `Picture of ${nameOf(environment)}` }, m(Picture, { nodes, edges })));
  },
};

export const pipeline = {
  view: () => {
    const environments = [...new Set(live.pipeline.nodes.map((one) => one.environment))];
    return [
      m(Head, { title: "Pipeline", note: "From source to store, as it runs now" }),
      environments.length
        ? environments.map((one) => m(Pipeline, { key: one, environment: one, isAlone: environments.length === 1 }))
        : m(Empty, { title: "Nothing runs yet" }, "Bring a stack up: ", m("code", "./pulumiw up")),
    ];
  },
};
