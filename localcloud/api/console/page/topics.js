// Topics: a list, and one topic's newest records, decoded, with its schemas.
import { followed, get, path } from "./calls.js";
import { live, nameOf } from "./live.js";
import { count, Empty, Head, json, link, Loading, oneLine, Problem, rate, Table, time } from "./parts.js";

const { m } = globalThis;
const KEPT = 200;

export const topics = {
  view: () => [
    m(Head, { title: "Topics" }),
    live.topics.length
      ? m(Table, {
        label: "Topics",
        head: ["Topic", "Cluster", { title: "Partitions", number: true }, { title: "Records/s", number: true }, { title: "End offset", number: true }],
        rows: live.topics.map((one) => m("tr", { key: one.id },
          m("th[scope=row]", link(`/topics/${one.cluster}/${encodeURIComponent(one.name)}`, one.name)),
          m("td", nameOf(one.cluster)),
          m("td.number", one.partitions), m("td.number", rate(one.rate)), m("td.number", count(one.written)))),
      })
      : m(Empty, { title: "No topic yet" }, "A stack makes them: ", m("code", "./pulumiw up")),
  ],
};

const Row = () => {
  let isOpen = false;
  return {
    view: ({ attrs: { record } }) => [
      m("tr",
        m("td", m("button.plain.expand", {
          "aria-expanded": String(isOpen), "aria-label": `Record ${record.partition}:${record.offset}`,
          onclick: () => { isOpen = !isOpen; },
        }, isOpen ? "▾" : "▸")),
        m("td.mono", time(record.timestamp)),
        m("td.mono", `${record.partition}:${record.offset}`),
        m("td.mono.key", record.key === null ? "" : oneLine(record.key)),
        m("td.mono.value", record.value === null ? m("span.null", "tombstone") : oneLine(record.value))),
      isOpen ? m("tr.open", m("td[colspan=5]", m("pre", json(record.value)))) : null,
    ],
  };
};

function Records({ attrs: { cluster, topic } }) {
  const kept = [];
  let isPaused = false, hasCome = false, stop = null;
  const open = () => {
    stop = followed(`api/clusters/${path(cluster)}/topics/${path(topic)}/records`, {
      onEvent: (_, records) => {
        hasCome = true;
        if (!isPaused) {
          // A reconnection sends the newest ones again.
          const known = new Set(kept.map((one) => `${one.partition}:${one.offset}`));
          kept.unshift(...records.filter((one) => !known.has(`${one.partition}:${one.offset}`)).reverse());
          kept.length = Math.min(kept.length, KEPT);
        }
        m.redraw();
      },
    });
  };
  return {
    oncreate: open,
    onremove: () => stop(),
    view: () => [
      m("div.tools",
        m("button", { "aria-pressed": String(isPaused), onclick: () => { isPaused = !isPaused; } }, isPaused ? "Continue" : "Pause"),
        m("span.note", `${kept.length} newest, the last on top`)),
      kept.length
        ? m(Table, {
          label: "Newest records",
          head: [m("span.hidden", "Open"), "Time", "Partition:offset", "Key", "Value"],
          rows: kept.map((record) => m(Row, { record, key: `${record.partition}:${record.offset}` })),
        })
        : hasCome ? m(Empty, { title: "No record" }, "Records show here as they come.") : m(Loading),
    ],
  };
}

const pretty = (text) => {
  try {
    return json(JSON.parse(text));
  } catch {
    return text;
  }
};

function Schemas({ attrs: { cluster, topic } }) {
  let found = null, problem = "";
  get(`api/clusters/${path(cluster)}/topics/${path(topic)}/schemas`)
    .then((reply) => { found = reply; }, (error) => { problem = error.message; })
    .finally(m.redraw);
  return {
    view: () => problem ? m(Problem, problem) : !found ? m(Loading) : [
      found.schemas.length ? found.schemas.map((one) => m("section.panel",
        m("h2", one.subject, m("span.note", ` version ${one.version} · id ${one.id} · ${one.schema_type}`)),
        m("pre[tabindex=0]", pretty(one.schema)))) : m(Empty, { title: "No schema" }, "Its records are read as they are."),
      m("section.panel", m("h2", "Settings"), m("dl",
        m("dt", "partitions"), m("dd", found.partitions),
        Object.entries(found.configs).map(([name, value]) => [m("dt", name), m("dd", value)]))),
    ],
  };
}

export function topic() {
  let shown = "Records";
  return {
    view: ({ attrs: { cluster, topic: name } }) => {
      const facts = live.topics.find((one) => one.cluster === cluster && one.name === name);
      return [
        m(Head, { title: name, note: facts ? `${nameOf(cluster)} · ${facts.partitions} partitions · ${rate(facts.rate)}` : nameOf(cluster) },
          link("/topics", "All topics", { class: "button" })),
        m("div.tabs[role=group][aria-label=What to show]", ["Records", "Schema"].map((one) =>
          m("button", { "aria-pressed": String(shown === one), onclick: () => { shown = one; } }, one))),
        shown === "Records" ? m(Records, { cluster, topic: name }) : m(Schemas, { cluster, topic: name }),
      ];
    },
  };
}
