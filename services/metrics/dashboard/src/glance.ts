// One picture of the stream, and no more: for a tab that asks for another period than the one that has the stream.
import type { Overview } from "./api";

const PICTURE = /^event: rates\n(?:id: .*\n)?data: (.*)\n\n/m;

/** The first picture at `url`; Error where there is none. */
export async function glance(url: string, signal: AbortSignal): Promise<Overview> {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  const answer = await fetch(url, { headers: { Accept: "text/event-stream" }, signal: stop.signal });
  if (!answer.ok || !answer.body) throw new Error(answer.statusText);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended before its first picture");
      text += value;
      const found = PICTURE.exec(text);
      if (found) return JSON.parse(found[1]!) as Overview;
    }
  } finally {
    stop.abort();
  }
}
