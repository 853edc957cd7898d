// The live overview by server-sent events; the browser resumes it by itself with Last-Event-ID.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { address, get, Problem, type Overview, type Question } from "./api";
import { heard, link, moved, overview, signedIn, zone } from "./state";

const SILENCE_MS = 40_000; // the server beats every 15 s, which EventSource does not show: pictures come when facts do
const AGAIN_MS = 2_000;

/** Follow the overview of `question` until the returned function is called. */
export function follow(question: Question): () => void {
  let source: EventSource | null = null;
  let again = 0;
  let ended = false;
  const open = () => {
    source = new EventSource(address("/v1/rates/stream", question));
    source.addEventListener("open", () => alive());
    source.addEventListener("rates", (event) => take(JSON.parse((event as MessageEvent<string>).data) as Overview));
    source.addEventListener("reset", () => (overview.value = null));
    source.addEventListener("away", () => (link.value = "away"));
    source.addEventListener("error", () => {
      link.value = "down";
      if (source?.readyState === EventSource.CLOSED && !ended) again = window.setTimeout(look, AGAIN_MS);
    });
  };
  // EventSource does not say why it was refused: ask for what it stands for
  const look = () => {
    get("/v1/session").then(open, (error: unknown) => {
      if (error instanceof Problem && error.status === 401) signedIn.value = false;
      else if (!ended) again = window.setTimeout(look, AGAIN_MS);
    });
  };
  const watch = window.setInterval(() => {
    if (link.value === "live" && heard.value !== null && Date.now() - heard.value > SILENCE_MS) {
      // nothing moved for long: whether the server is still there is asked, not guessed
      get("/v1/session").then(() => alive(), () => (link.value = "down"));
    }
  }, 5_000);
  link.value = "opening";
  open();
  return () => {
    ended = true;
    source?.close();
    clearTimeout(again);
    clearInterval(watch);
  };
}

function take(picture: Overview): void {
  zone.value = picture.zone;
  overview.value = picture;
  moved.value += 1;
  alive();
}

function alive(): void {
  heard.value = Date.now();
  link.value = "live";
}
