// What the cloud looks like now: one stream of server-sent events, open only while somebody can see the page.
const { m } = globalThis;

const SECTIONS = [
  "cloud", "pipeline", "topics", "statements", "connectors", "models", "logs",
  "environments", "connections", "access", "history", "problem",
];
const SAMPLES = 60;
const CHECK_SECONDS = 2;

export const live = { connected: false, expired: false, problem: "", rates: new Map() };
let source = null;

export function connect() {
  if (source || live.expired) return;
  source = new EventSource("api/events");
  source.onopen = () => set({ connected: true });
  source.onerror = () => {
    set({ connected: false });
    whenSessionHasEnded();
  };
  for (const name of SECTIONS) source.addEventListener(name, (event) => take(name, JSON.parse(event.data)));
}

function disconnect() {
  source?.close();
  source = null;
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

async function whenSessionHasEnded() {
  try {
    const reply = await fetch("api/session");
    if (reply.status !== 401) return;
    disconnect();
    set({ expired: true });
  } catch {
    // The local cloud is stopped or starts again: the event source tries by itself, unless the reply was no stream.
    if (source?.readyState === EventSource.CLOSED) {
      disconnect();
      setTimeout(connect, CHECK_SECONDS * 1000);
    }
  }
}

export const nameOf = (id) =>
  live.access?.principals.find((one) => one.id === id)?.name ??
  live.environments?.find((one) => one.id === id)?.name ??
  live.environments?.flatMap((one) => [...one.clusters, ...one.pools]).find((one) => one.id === id)?.name ??
  id;
