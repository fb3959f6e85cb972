// A statement, its rows as they come, and its end. It is deleted when it is stopped or the page is left.
import { streamed } from "./calls.js";
import { live } from "./live.js";
import { count, Empty, Head, oneLine, Problem, Select, Table } from "./parts.js";

const { m } = globalThis;
const SHOWN = 200;
const OPERATIONS = ["+I", "-U", "+U", "-D"];
const kept = { text: "SHOW TABLES;" };

const places = () => live.environments.flatMap((environment) =>
  environment.pools.length ? environment.clusters.map((cluster) => ({
    value: `${environment.id}/${cluster.id}`, title: `${environment.name} / ${cluster.name}`,
  })) : []);

function examples(place) {
  const own = live.topics.filter((one) => place.endsWith(`/${one.cluster}`) && !one.name.startsWith("dlq-"));
  const tables = own.slice(0, 3).map((one) => `SELECT * FROM \`${one.name}\`;`);
  return ["SHOW TABLES;", "SHOW MODELS;", ...tables];
}

export function sql() {
  let place = "", run = null;
  const start = async () => {
    if (run?.isRunning || !kept.text.trim()) return;
    const stop = new AbortController();
    const mine = run = { isRunning: true, stop, columns: [], rows: [], count: 0, end: null, problem: "", began: Date.now(), hasChanges: false };
    const [environment, cluster] = (place || places()[0].value).split("/");
    const take = (name, data) => {
      if (name === "columns") mine.columns = data.columns;
      if (name === "end") mine.end = data;
      if (name === "rows") {
        mine.hasChanges ||= data.rows.some((one) => one.op !== 0);
        mine.rows = [...mine.rows, ...data.rows.map((one, at) => ({ ...one, id: mine.count + at }))].slice(-SHOWN);
        mine.count += data.rows.length;
      }
      m.redraw();
    };
    try {
      const body = JSON.stringify({ sql: kept.text, environment, cluster });
      await streamed("api/sql", { method: "POST", body, signal: stop.signal }, take);
    } catch (error) {
      if (stop.signal.aborted) mine.end = { phase: "STOPPED", cause: "" };
      else mine.problem = error.message;
    }
    mine.isRunning = false;
    m.redraw();
  };
  const onkeydown = (event) => {
    event.redraw = false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      start();
      m.redraw();
    }
  };
  const status = () => {
    const rows = `${count(run.count)} ${run.count === 1 ? "row" : "rows"}`;
    if (run.isRunning) return `running · ${rows}`;
    return run.end ? `${run.end.phase.toLowerCase()} · ${rows}` : rows;
  };
  return {
    onremove: () => run?.stop.abort(),
    view: () => {
      if (!places().length) return [m(Head, { title: "SQL" }), m(Empty, { title: "No compute pool" }, "Statements run in one: ", m("code", "./pulumiw up"))];
      return [
        m(Head, { title: "SQL", note: "Runs as the local cloud's owner; Ctrl+Enter runs, and leaving the page stops" }),
        m("div.editor.panel",
          m("label.hidden[for=statement]", "Statement"),
          m("textarea#statement[spellcheck=false][rows=6]", { value: kept.text, onkeydown, oninput: (event) => { kept.text = event.target.value; event.redraw = false; } }),
          m("div.tools",
            m(Select, { id: "place", label: "In", options: places(), value: place || places()[0].value, onchange: (chosen) => { place = chosen; } }),
            m("button.primary", { disabled: run?.isRunning, onclick: start }, "Run"),
            m("button.danger", { disabled: !run?.isRunning, onclick: () => run.stop.abort() }, "Stop"),
            m("span.note[role=status]", run ? status() : "")),
          m("div.chips", examples(place || places()[0].value).map((text) => m("button.chip", { onclick: () => { kept.text = text; } }, text)))),
        run?.problem ? m(Problem, run.problem) : null,
        run?.end?.cause ? (run.end.phase === "FAILED" ? m(Problem, run.end.cause) : m("p.note", run.end.cause)) : null,
        run?.rows.length ? [
          run.count > SHOWN ? m("p.note", `The last ${SHOWN} rows.`) : null,
          m(Table, {
            label: "Rows",
            head: [...(run.hasChanges ? ["Change"] : []), ...run.columns],
            rows: run.rows.map((one) => m("tr", { key: one.id },
              run.hasChanges ? m("td.mono", OPERATIONS[one.op]) : null,
              one.row.map((value) => m("td.mono.value", value === null ? m("span.null", "NULL") : oneLine(value))))),
          }),
        ] : null,
      ];
    },
  };
}
