// The frame around the views: navigation, state of the connection, theme.
import { access } from "./access.js";
import { connections, connectors } from "./connectors.js";
import { timeline } from "./timeline.js";
import { connect, live } from "./live.js";
import { logs } from "./logs.js";
import { Empty, Loading, Problem } from "./parts.js";
import { pipeline } from "./pipeline.js";
import { search } from "./search.js";
import { sql } from "./sql.js";
import { statements } from "./statements.js";
import { topic, topics } from "./topics.js";

const { m } = globalThis;
const THEMES = ["auto", "light", "dark"];

const VIEWS = [
  { path: "/pipeline", title: "Pipeline", view: pipeline },
  { path: "/topics", title: "Topics", view: topics, counted: () => live.topics },
  { path: "/statements", title: "Statements", view: statements, counted: () => live.statements },
  { path: "/connectors", title: "Connectors", view: connectors, counted: () => live.connectors },
  { path: "/models", title: "Connections & models", view: connections },
  { path: "/search", title: "Search", view: search },
  { path: "/sql", title: "SQL", view: sql },
  { path: "/access", title: "Access", view: access },
  { path: "/timeline", title: "Last up", view: timeline },
  { path: "/logs", title: "Logs", view: logs },
];
const DETAILS = [{ path: "/topics/:cluster/:topic", title: "Topics", view: topic }];

let theme = localStorage.getItem("theme") ?? "auto";

function setTheme(chosen) {
  theme = chosen;
  localStorage.setItem("theme", chosen);
  document.documentElement.dataset.theme = chosen;
}

const Connection = {
  view: () => {
    const [tone, text] = live.connected ? ["ok", "live"] : ["warn", "reconnecting"];
    return m("span.phase[role=status]", { class: tone }, m("span.dot", { "aria-hidden": "true" }), text);
  },
};

const Navigation = {
  view: () =>
    m("nav.views[aria-label=Views]", m("ul", VIEWS.map((one) => {
      const isCurrent = m.route.get()?.startsWith(one.path);
      return m("li", m(m.route.Link, { href: one.path, "aria-current": isCurrent ? "page" : null },
        m("span", one.title), one.counted?.() ? m("span.count", one.counted().length) : null));
    }))),
};

const Frame = {
  view: ({ attrs, children }) => [
    m("a.skip[href=#content]", { onclick: skip }, "Skip to the view"),
    m("header.bar",
      m("img[src=assets/icon.svg][alt=][width=24][height=24]"),
      m("span.brand", "Local cloud"),
      m("span.endpoint", live.cloud?.endpoint.replace(/^https?:\/\//, "")),
      m("span.space"),
      live.expired ? null : m(Connection),
      m("button.plain", {
        onclick: () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]),
      }, `Theme: ${theme}`)),
    m(Navigation),
    m("main#content[tabindex=-1]", { "aria-label": attrs.title },
      live.expired ? m(Ended) : [
        live.problem ? m(Problem, live.problem) : null,
        live.cloud && !live.cloud.ready ? m(Problem, live.cloud.detail) : null,
        live.environments ? children : m(Loading),
      ]),
  ],
};

const Ended = {
  view: () => m(Empty, { title: "The session has ended" },
    "The local cloud was restarted, or nobody was here for twelve hours. Run ", m("code", "./pulumiw console"), " again."),
};

function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

const routes = {};
for (const { path, title, view } of [...VIEWS, ...DETAILS]) {
  routes[path] = {
    onmatch: () => {
      document.title = `${title} · Local cloud`;
    },
    render: (vnode) => m(Frame, { title }, m(view, { ...vnode.attrs, key: m.route.get() })),
  };
}

setTheme(theme);
connect();
m.route.prefix = "#";
m.route(document.getElementById("app"), "/pipeline", routes);
