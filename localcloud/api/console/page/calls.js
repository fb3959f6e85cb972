// Requests to the console's own routes. Each has the session's key, which the link brought after its #.

const RETRY_MILLISECONDS = 2000;
const KEY = "key";
const brought = new URLSearchParams(location.hash.slice(1)).get(KEY);
if (brought) {
  localStorage.setItem(KEY, brought);
  history.replaceState(null, "", location.pathname);
}

async function call(path, options = {}) {
  const headers = { "X-Console": localStorage.getItem(KEY) ?? "", "Content-Type": "application/json" };
  const reply = await fetch(path, { ...options, headers });
  if (reply.ok) return reply;
  const error = new Error(await sentence(reply));
  error.status = reply.status;
  throw error;
}

async function sentence(reply) {
  try {
    return (await reply.json()).errors[0].detail;
  } catch {
    return `The local cloud answered ${reply.status}.`;
  }
}

export const get = async (path) => (await call(path)).json();

export async function post(path, body = {}) {
  const reply = await call(path, { method: "POST", body: JSON.stringify(body) });
  return reply.status === 204 ? null : reply.json();
}

// Reads server-sent events with the key, which an EventSource cannot send; ends with the stream or the signal.
export async function streamed(path, options, onEvent, onOpen = () => {}) {
  const reply = await call(path, options);
  onOpen();
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (name && data) onEvent(name[1], JSON.parse(data[1]));
    }
  }
}

// Follows a stream and connects again when it breaks off, until the function that is returned is called.
export function followed(path, { onEvent, onOpen, onBreak = () => {} }) {
  const stop = new AbortController();
  const follow = async () => {
    while (!stop.signal.aborted) {
      try {
        await streamed(path, { signal: stop.signal }, onEvent, onOpen);
      } catch (error) {
        if (!stop.signal.aborted) onBreak(error);
      }
      await new Promise((resume) => setTimeout(resume, RETRY_MILLISECONDS));
    }
  };
  follow();
  return () => stop.abort();
}

export const path = (...parts) => parts.map(encodeURIComponent).join("/");
