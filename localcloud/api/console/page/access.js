// Who may do what: each principal's roles and where they hold, access control lists, API keys.
import { live, nameOf } from "./live.js";
import { Empty, Head, Table } from "./parts.js";

const { m } = globalThis;

// The last segment of a CRN says what a role is on; those before it, where that is.
function Place() {
  return {
    view: ({ attrs: { on } }) => {
      const parts = on.filter(Boolean).map((part) => part.split("="));
      if (!parts.length) return m("span.chip", "organization");
      const [kind, value] = parts.at(-1);
      return m("span.chip", { title: parts.map((part) => part.join("=")).join(" / ") }, m("span.note", `${kind} `), nameOf(value));
    },
  };
}

const Principal = {
  view: ({ attrs: { principal } }) => {
    const own = live.access.bindings.filter((one) => one.principal === principal.id);
    const roles = [...new Set(own.map((one) => one.role))].sort();
    const acls = live.access.acls.filter((one) => one.principal === principal.id);
    return m("li.panel",
      m("header", m("h2", principal.name), m("span.note.mono", principal.id)),
      principal.description ? m("p.note", principal.description) : null,
      principal.kind === "user" ? m("p", "The organization's administrator, who may do everything.") : null,
      m("dl.roles", roles.map((role) => m("div", m("dt", role),
        m("dd", own.filter((one) => one.role === role).map((one) => m(Place, { on: one.on })))))),
      acls.map((one) => m("p.mono", `${one.permission} ${one.operation} on ${one.on}`)),
      principal.kind !== "user" && !own.length && !acls.length ? m("p.note", "No role: it may do nothing.") : null);
  },
};

export const access = {
  view: () => [
    m(Head, { title: "Access", note: "Who may do what, by role bindings and access control lists" }),
    m("ul.list", live.access.principals.map((principal) => m(Principal, { principal, key: principal.id }))),
    m("h2", "API keys"),
    live.access.keys.length ? m(Table, {
      label: "API keys",
      head: ["Key", "Owner", "Good for", "Resource"],
      rows: live.access.keys.map((one) => m("tr",
        m("th.mono[scope=row]", one.id), m("td", nameOf(one.owner)), m("td", one.scope), m("td.mono", nameOf(one.resource) || "–"))),
    }) : m(Empty, { title: "No API key" }, "A stack makes its own."),
  ],
};
