// Server-sent events by fetch, since EventSource cannot send the Authorization header.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

const SILENCE_MS = 40_000; // the server beats every 15 s
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

/** Follow `url` until `signal` aborts, reconnecting with growing waits. Throws Refused where the key is not good. */
export async function follow(url, key, signal, { onEvent, onBeat, onDown }) {
  let lastId = null;
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      await read(url, key, signal, lastId, (event) => {
        wait = FIRST_WAIT_MS;
        if (event === null) return onBeat();
        if (event.id !== null) lastId = event.id;
        onEvent(event);
      });
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    if (signal.aborted) return;
    onDown();
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function read(url, key, signal, lastId, take) {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop);
  let silence = setTimeout(stop, SILENCE_MS);
  try {
    const headers = { Authorization: `Bearer ${key}`, Accept: "text/event-stream" };
    if (lastId !== null) headers["Last-Event-ID"] = lastId;
    const answer = await fetch(url, { headers, signal: own.signal, cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) throw new Refused(answer.status);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new Parser(take);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      parser.feed(value);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
  }
}

class Parser {
  constructor(take) {
    this.take = take;
    this.rest = "";
    this.event = { type: "message", data: [], id: null };
  }

  feed(text) {
    const lines = (this.rest + text).split(/\r\n|\n/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === "") {
      const { type, data, id } = this.event;
      this.event = { type: "message", data: [], id: null };
      if (data.length) this.take({ type, id, data: data.join("\n") });
    } else if (line.startsWith(":")) {
      this.take(null);
    } else {
      const [, field, value] = line.match(/^([^:]*):? ?(.*)$/);
      if (field === "data") this.event.data.push(value);
      else if (field === "event") this.event.type = value;
      else if (field === "id") this.event.id = value;
    }
  }
}
