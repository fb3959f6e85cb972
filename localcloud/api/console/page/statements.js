// Statements: phase, cause and text; what runs can be stopped, what was stopped resumed.
import { path, post } from "./calls.js";
import { live, nameOf } from "./live.js";
import { count, Empty, Head, Phase, Problem, rate, time } from "./parts.js";

const { m } = globalThis;
const ENDED = new Set(["COMPLETED", "FAILED", "STOPPED"]);

function Act({ attrs: { statement } }) {
  let isBusy = false, problem = "";
  const act = async (verb) => {
    isBusy = true;
    problem = "";
    try {
      await post(`api/environments/${path(statement.environment)}/statements/${path(statement.name)}/${verb}`);
    } catch (error) {
      problem = error.message;
    }
    isBusy = false;
    m.redraw();
  };
  return {
    view: ({ attrs: { statement: { name, phase } } }) => [
      ENDED.has(phase) ? null : m("button.danger", { disabled: isBusy || phase === "STOPPING", "aria-label": `Stop ${name}`, onclick: () => act("stop") }, "Stop"),
      phase === "STOPPED" ? m("button", { disabled: isBusy, "aria-label": `Resume ${name}`, onclick: () => act("resume") }, "Resume") : null,
      problem ? m(Problem, problem) : null,
    ],
  };
}

const Fact = { view: ({ attrs: { name }, children }) => m("div", m("dt", name), m("dd", children)) };

const Statement = {
  view: ({ attrs: { statement } }) => m("li.panel.statement", { "data-statement": statement.name },
    m("header",
      m(Phase, { phase: statement.phase }),
      m("h2", statement.name),
      m(Act, { statement })),
    statement.cause ? m("p.cause", statement.cause) : null,
    m("dl.facts",
      statement.kind ? m(Fact, { name: "kind" }, statement.kind.replaceAll("_", " ").toLowerCase()) : null,
      ENDED.has(statement.phase) ? null : [
        m(Fact, { name: "records/s" }, rate(statement.rate)),
        m(Fact, { name: "written" }, count(statement.written)),
        m(Fact, { name: "lag" }, count(statement.lag)),
      ],
      statement.scaling && statement.scaling !== "OK" ? m(Fact, { name: "pool" }, statement.scaling) : null,
      statement.faults ? m(Fact, { name: "restarts" }, statement.faults) : null,
      m(Fact, { name: "as" }, nameOf(statement.principal)),
      m(Fact, { name: "since" }, time(statement.created))),
    m("details", m("summary", "Text"), m("pre[tabindex=0]", statement.text))),
};

export function statements() {
  let runsOnly = false;
  return {
    view: () => {
      const shown = live.statements.filter((one) => !runsOnly || !ENDED.has(one.phase)).reverse();
      return [
        m(Head, { title: "Statements" },
          m("button", { "aria-pressed": String(runsOnly), onclick: () => { runsOnly = !runsOnly; } }, "Running only")),
        shown.length
          ? m("ul.list", shown.map((statement) => m(Statement, { statement, key: statement.id })))
          : m(Empty, { title: "No statement" }, "Run one under SQL, or bring a stack up."),
      ];
    },
  };
}
