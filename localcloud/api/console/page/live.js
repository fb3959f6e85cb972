// What the cloud looks like now: one stream of server-sent events, open only while somebody can see the page.
import { followed } from "./calls.js";

const { m } = globalThis;
const SAMPLES = 60;

export const live = { connected: false, expired: false, problem: "", rates: new Map() };
let stop = null;

export function connect() {
  if (stop || live.expired) return;
  stop = followed("api/events", { onEvent: take, onOpen: () => set({ connected: true }), onBreak: broken });
}

function disconnect() {
  stop?.();
  stop = null;
}

function broken(error) {
  set({ connected: false });
  if (error.status !== 401) return; // the local cloud is stopped, or starts again
  disconnect();
  set({ expired: true });
}

document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));

function set(values) {
  Object.assign(live, values);
  m.redraw();
}

function take(name, data) {
  if (name !== "problem") live.problem = "";
  if (name === "pipeline") for (const node of data.nodes) sample(node);
  set({ [name]: data });
}

function sample(node) {
  const kept = live.rates.get(node.id) ?? [];
  kept.push(node.rate ?? 0);
  live.rates.set(node.id, kept.slice(-SAMPLES));
}

export const nameOf = (id) =>
  live.access?.principals.find((one) => one.id === id)?.name ??
  live.environments?.find((one) => one.id === id)?.name ??
  live.environments?.flatMap((one) => [...one.clusters, ...one.pools]).find((one) => one.id === id)?.name ??
  id;
