// Requests to the console's own routes.

const HEADERS = { "X-Console": "1", "Content-Type": "application/json" };

async function sentence(reply) {
  try {
    return (await reply.json()).errors[0].detail;
  } catch {
    return `The local cloud answered ${reply.status}.`;
  }
}

async function checked(reply) {
  if (!reply.ok) throw new Error(await sentence(reply));
  return reply;
}

export async function get(path) {
  return (await checked(await fetch(path))).json();
}

export async function post(path, body = {}) {
  const reply = await checked(await fetch(path, { method: "POST", headers: HEADERS, body: JSON.stringify(body) }));
  return reply.status === 204 ? null : reply.json();
}

// Reads server-sent events of a POST request, which EventSource cannot send; ends with the stream or the signal.
export async function streamed(path, body, signal, onEvent) {
  const options = { method: "POST", headers: HEADERS, body: JSON.stringify(body), signal };
  const reply = await checked(await fetch(path, options));
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

export const path = (...parts) => parts.map(encodeURIComponent).join("/");
