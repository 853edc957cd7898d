// The live overview. One tab reads the stream of server-sent events and tells all others: browsers keep six connections to
// a server, and a stream for each tab would leave none for the seventh.
import { address, type Overview, type Question } from "./api";
import { glance } from "./glance";
import { lead } from "./leader";
import { onShown } from "./shown";
import { listen } from "./source";
import { heard, link, moved, overview, signedIn, zone, type Link } from "./state";

const STREAM = "/v1/rates/stream";
const LOOK_MS = 5_000;
const SILENT_MS = 20_000 + 5_000 * Math.random(); // a leader says every LOOK_MS that it is there; not all tabs lose patience at once
const CALM_MS = 4_000;

type Said =
  | { kind: "picture"; question: string; id: string; picture: Overview }
  | { kind: "link"; state: Link; heard: number | null }
  | { kind: "hello" };

export interface Following { ask: (question: Question) => void; stop: () => void }

/** Keep the overview of what is asked fresh. Of two tabs that ask for other periods one has the stream's pictures, and the
 * other looks for its own when they move. */
export function follow(question: Question): Following {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("mingshao-stream") : null;
  const say = (said: Said) => channel?.postMessage(said);
  let wanted = address(STREAM, question);
  let last: Extract<Said, { kind: "picture" }> | null = null;
  let listened = Date.now();
  let calm = 0;
  let looking: AbortController | null = null;
  let source: { close: () => void } | null = null;

  const take = (picture: Overview) => {
    zone.value = picture.zone;
    overview.value = picture;
    moved.value += 1;
  };
  const told = (said: Extract<Said, { kind: "picture" }>) => {
    // after a lock was stolen two leaders may tell the same
    if (last && last.question === said.question && last.id === said.id && facing(last.picture) === facing(said.picture)) return;
    last = said;
    if (said.question === wanted) take(said.picture);
    else calm ||= window.setTimeout(look, overview.value ? CALM_MS : 0);
  };
  const look = () => {
    calm = 0;
    looking?.abort();
    looking = new AbortController();
    const asked = wanted;
    glance(asked, looking.signal).then((picture) => asked === wanted && take(picture), () => undefined);
  };
  const stands = (state: Link, at: number | null) => {
    link.value = state;
    if (at !== null) heard.value = at;
  };
  const open = () => {
    source?.close();
    const question = wanted;
    source = listen(question, {
      picture: (id, picture) => {
        const said: Said = { kind: "picture", question, id, picture };
        told(said);
        say(said);
      },
      link: (state, at) => {
        stands(state, at);
        say({ kind: "link", state, heard: at });
      },
      refused: () => (signedIn.value = false),
    });
  };
  const leadership = lead(() => {
    open();
    return () => {
      source?.close();
      source = null;
    };
  });
  if (channel)
    channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.kind !== "hello") {
        listened = Date.now();
        if (leadership.leads()) return;
        if (data.kind === "picture") told(data);
        else stands(data.state, data.heard);
      } else if (leadership.leads()) {
        if (last) say(last);
        say({ kind: "link", state: link.value, heard: heard.value });
      }
    };
  const watch = window.setInterval(() => {
    if (leadership.leads()) say({ kind: "link", state: link.value, heard: heard.value });
    else if (!document.hidden && Date.now() - listened > SILENT_MS) {
      listened = Date.now();
      leadership.steal();
    }
  }, LOOK_MS);
  const silence = onShown((shown) => {
    if (!shown) return;
    listened = Date.now();
    say({ kind: "hello" });
  });
  link.value = "opening";
  say({ kind: "hello" });
  return {
    ask: (question) => {
      const before = wanted;
      wanted = address(STREAM, question);
      if (wanted === before) return;
      if (leadership.leads()) open();
      else if (last?.question === wanted) take(last.picture);
      else if (!document.hidden) look();
    },
    stop: () => {
      leadership.stop();
      silence();
      clearInterval(watch);
      clearTimeout(calm);
      looking?.abort();
      channel?.close();
    },
  };
}

/** What moves a picture without any new fact: the hour up to which is counted, the day, how far counting is behind. */
function facing(picture: Overview): string {
  return [picture.today, picture.complete, picture.complete || picture.counted_up_to, ...picture.answers.map((one) => one.to)].join();
}
