// Logs of the cloud's processes, the last lines and each that comes.
import { followed, path } from "./calls.js";
import { live } from "./live.js";
import { Head, Select } from "./parts.js";

const { m } = globalThis;
const KEPT = 1000;
const LEVEL = /\b(ERROR|WARN|WARNING)\b/;

export function logs() {
  const lines = [];
  let name = "", part = "", stop = () => {}, follows = true;
  const choose = (chosen) => {
    stop();
    name = chosen;
    lines.length = 0;
    stop = followed(`api/logs/${path(chosen)}`, {
      onOpen: () => { lines.length = 0; },
      onEvent: (_, news) => {
        lines.push(...news);
        lines.splice(0, lines.length - KEPT);
        m.redraw();
      },
    });
  };
  const scroll = ({ dom }) => { if (follows) dom.scrollTop = dom.scrollHeight; };
  return {
    oninit: () => choose(live.logs.includes("cloud") ? "cloud" : live.logs[0]),
    onremove: () => stop(),
    view: () => [
      m(Head, { title: "Logs" }),
      m("div.tools",
        m(Select, { id: "log", label: "Log", options: live.logs, value: name, onchange: choose }),
        m("label.field[for=part]", m("span", "Only lines with"),
          m("input#part[type=search]", { value: part, oninput: (event) => { part = event.target.value; } })),
        m("button", { "aria-pressed": String(follows), onclick: () => { follows = !follows; } }, "Follow")),
      m("pre.log[tabindex=0][role=log][aria-live=off]", { "aria-label": `Log of ${name}`, oncreate: scroll, onupdate: scroll },
        lines.filter((line) => line.includes(part)).map((line) => {
          const level = LEVEL.exec(line)?.[1];
          return m("span", { class: level ? (level === "ERROR" ? "bad" : "warn") : "" }, `${line}\n`);
        })),
    ],
  };
}
