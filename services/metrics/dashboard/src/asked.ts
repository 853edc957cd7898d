// A question whose answer is kept fresh: asked again when it changes, and some time after the stream moved.
import { useEffect, useState } from "preact/hooks";

import { address, get, type Question } from "./api";
import { onShown } from "./shown";
import { moved } from "./state";

const CALM_MS = 4_000;

export interface Asked<T> { data: T | null; error: unknown }

/** The newest answer; the one before stays until the next is there. `path` null: nothing is asked. `every`: asked again
 * after so many milliseconds too, for what moves without new facts. */
export function useAsked<T>(path: string | null, question: Question = {}, live = true, every = 0): Asked<T> {
  const key = path === null ? null : address(path, question);
  const [found, setFound] = useState<Asked<T> & { key: string | null }>({ data: null, error: null, key: null });
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const seen = moved.peek();
    let timer = 0;
    let busy = true;
    let stale = false;
    const later = () => {
      // what nobody sees can wait until somebody does
      if (document.hidden) stale = true;
      else timer ||= window.setTimeout(() => void read(), CALM_MS);
    };
    const silenceShown = onShown((shown) => shown && stale && !busy && void read());
    const read = async () => {
      [timer, busy, stale] = [0, true, false];
      try {
        const data = await get<T>(key, {}, stop.signal);
        setFound({ data, error: null, key });
      } catch (error) {
        if (stop.signal.aborted) return;
        setFound((before) => ({ data: before.key === key ? before.data : null, error, key }));
      }
      busy = false;
      if (stale) later();
    };
    // heard, not read while rendering: ten pictures a second must not draw the view ten times, nor end what is under way
    const silence = live
      ? moved.subscribe((count) => {
          if (count === seen) return;
          if (busy) stale = true;
          else later();
        })
      : () => {};
    const clock = every ? window.setInterval(() => (busy ? (stale = true) : later()), every) : 0;
    void read();
    return () => {
      silence();
      silenceShown();
      clearInterval(clock);
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, live, every]);
  return key === found.key || found.data !== null ? found : { data: null, error: null };
}
