// Connectors with their tasks; connections with the models that use them.
import { live, nameOf } from "./live.js";
import { count, Empty, Head, link, Phase, rate, Table } from "./parts.js";

const { m } = globalThis;

const Connector = {
  view: ({ attrs: { connector } }) => m("li.panel",
    m("header", m(Phase, { phase: connector.phase }), m("h2", connector.name), m("span.note", `${connector.role} · ${connector.class}`)),
    connector.cause ? m("p.cause", connector.cause) : null,
    m("dl.facts",
      m("div", m("dt", "records/s"), m("dd", rate(connector.rate))),
      m("div", m("dt", connector.role === "sink" ? "delivered" : "produced"), m("dd", count(connector.written))),
      connector.role === "sink" ? [
        m("div", m("dt", "lag"), m("dd", count(connector.lag))),
        m("div", m("dt", "dead letters"), m("dd", count(connector.dead_letters))),
      ] : null,
      m("div", m("dt", "topics"), m("dd", connector.topics.map((name) =>
        link(`/topics/${connector.cluster}/${encodeURIComponent(name)}`, name)))),
      connector.stores.length ? m("div", m("dt", "store"), m("dd", connector.stores.join(", "))) : null,
      m("div", m("dt", "tasks"), m("dd", connector.tasks.map((task) => [m(Phase, { phase: task.phase }), " "])))),
    m("details", m("summary", "Configuration"),
      m(Table, {
        label: `Configuration of ${connector.name}`,
        head: ["Setting", "Value"],
        rows: Object.entries(connector.config).map(([name, value]) => m("tr", m("th.mono[scope=row]", name), m("td.mono.wrap", value))),
      }))),
};

export const connectors = {
  view: () => [
    m(Head, { title: "Connectors" }),
    live.connectors.length
      ? m("ul.list", live.connectors.map((connector) => m(Connector, { connector, key: connector.id })))
      : m(Empty, { title: "No connector" }, "A stack has at least its source: ", m("code", "./pulumiw up")),
  ],
};

export const connections = {
  view: () => [
    m(Head, { title: "Connections & models", note: "A model predicts over a connection; a connection's secrets are shown nowhere" }),
    m("h2", "Models"),
    live.models.length ? m(Table, {
      label: "Models",
      head: ["Model", "Provider", "Version", "Connection", "Environment"],
      rows: live.models.map((one) => m("tr",
        m("th[scope=row]", one.name), m("td", one.provider), m("td", one.version || "default"), m("td", one.connection), m("td", nameOf(one.environment)))),
    }) : m(Empty, { title: "No model" }, "CREATE MODEL makes one."),
    m("h2", "Connections"),
    live.connections.length ? m(Table, {
      label: "Connections",
      head: ["Connection", "Type", "Endpoint", "Environment"],
      rows: live.connections.map((one) => m("tr",
        m("th[scope=row]", one.name), m("td", one.type), m("td.mono", one.endpoint), m("td", nameOf(one.environment)))),
    }) : m(Empty, { title: "No connection" }, "CREATE CONNECTION makes one."),
  ],
};
