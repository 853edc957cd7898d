// One stream of server-sent events; the browser resumes it by itself with Last-Event-ID.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { get, Problem, type Overview } from "./api";
import type { Link } from "./state";

const SILENCE_MS = 40_000; // the server beats every 15 s, which EventSource does not show: pictures come when facts do
const AGAIN_MS = 2_000;

export interface Listener {
  picture: (id: string, picture: Overview) => void;
  /** How it stands; and when the server was heard of, where it just was. */
  link: (state: Link, heard: number | null) => void;
  refused: () => void;
}

/** Read the stream at `url` until it is closed. */
export function listen(url: string, told: Listener): { close: () => void } {
  let source: EventSource | null = null;
  let again = 0;
  let ended = false;
  let alive = 0;
  let state: Link = "opening";
  const stands = (now: Link) => {
    if (ended) return;
    if (now === "live") alive = Date.now();
    state = now;
    told.link(now, now === "live" ? alive : null);
  };
  const open = () => {
    if (ended) return;
    source = new EventSource(url);
    source.addEventListener("open", () => stands("live"));
    source.addEventListener("rates", (event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      if (ended) return;
      told.picture(lastEventId, JSON.parse(data) as Overview);
      stands("live");
    });
    source.addEventListener("away", () => stands("away"));
    source.addEventListener("error", () => {
      stands("down");
      if (source?.readyState === EventSource.CLOSED && !ended) again = window.setTimeout(look, AGAIN_MS);
    });
  };
  // EventSource does not say why it was refused: ask for what it stands for
  const look = () => {
    get("/v1/session").then(open, (error: unknown) => {
      if (error instanceof Problem && error.status === 401) told.refused();
      else if (!ended) again = window.setTimeout(look, AGAIN_MS);
    });
  };
  const watch = window.setInterval(() => {
    if (state === "live" && Date.now() - alive > SILENCE_MS) {
      // nothing moved for long: whether the server is still there is asked, not guessed
      get("/v1/session").then(() => stands("live"), () => stands("down"));
    }
  }, 5_000);
  open();
  return {
    close: () => {
      ended = true;
      source?.close();
      clearTimeout(again);
      clearInterval(watch);
    },
  };
}
