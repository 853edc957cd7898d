// One tab of all that this browser has open does what must be done once. Web Locks choose it; a hidden tab lets go.
// https://w3c.github.io/web-locks/
import { onShown } from "./shown";

const LOCK = "mingshao-stream";

export interface Leadership {
  /** Whether it is this tab. */
  leads: () => boolean;
  /** Take over from a leader that says nothing any more. */
  steal: () => void;
  stop: () => void;
}

/** `begin` once this tab leads; what it gives back is called when it does no more. Without Web Locks (plain HTTP from
 * another machine) every tab that is seen leads itself. */
export function lead(begin: () => () => void): Leadership {
  let end: (() => void) | null = null;
  let waiting: AbortController | null = null;
  let stopped = false;

  const letGo = () => {
    waiting?.abort();
    waiting = null;
    end?.();
  };

  const hold = (steal: boolean) => {
    if (stopped || end || document.hidden) return;
    waiting?.abort();
    if (!navigator.locks) {
      end = ending(begin(), () => {});
      return;
    }
    const asked = new AbortController();
    waiting = asked;
    let mine: (() => void) | null = null;
    const led = () =>
      new Promise<void>((done) => {
        if (asked.signal.aborted) return done();
        waiting = null;
        mine = end = ending(begin(), done);
      });
    // a stolen lock rejects here while its leader still streams: it must end by itself, and wait again
    navigator.locks.request(LOCK, steal ? { steal } : { signal: asked.signal }, led).catch(() => {
      if (!mine) return;
      mine();
      hold(false);
    });
  };

  const ending = (ended: () => void, done: () => void) => {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      end = null;
      ended();
      done();
    };
  };

  const silence = onShown((shown) => (shown ? hold(false) : letGo()));
  hold(false);
  return {
    leads: () => end !== null,
    steal: () => hold(true),
    stop: () => {
      stopped = true;
      silence();
      letGo();
    },
  };
}
