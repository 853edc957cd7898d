// A question whose answer is kept fresh: asked again when it changes, and some time after the stream moved.
import { useEffect, useRef, useState } from "preact/hooks";

import { address, get, type Question } from "./api";
import { moved } from "./state";

const CALM_MS = 4_000;

export interface Asked<T> { data: T | null; error: unknown }

/** The newest answer; the one before stays until the next is there. `path` null: nothing is asked. `every`: asked again
 * after so many milliseconds too, for what moves without new facts. */
export function useAsked<T>(path: string | null, question: Question = {}, live = true, every = 0): Asked<T> {
  const key = path === null ? null : address(path, question);
  const [found, setFound] = useState<Asked<T> & { key: string | null }>({ data: null, error: null, key: null });
  const last = useRef(0);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(() => setTurn((count) => count + 1), every);
    return () => clearInterval(timer);
  }, [every]);
  const tick = live ? moved.value : 0;
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const fresh = found.key !== key;
    const wait = fresh ? 0 : Math.max(0, CALM_MS - (Date.now() - last.current));
    const timer = setTimeout(() => {
      last.current = Date.now();
      get<T>(key, {}, stop.signal).then(
        (data) => setFound({ data, error: null, key }),
        (error: unknown) => {
          if (!stop.signal.aborted) setFound((before) => ({ data: before.key === key ? before.data : null, error, key }));
        },
      );
    }, wait);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, tick, turn]);
  return key === found.key || found.data !== null ? found : { data: null, error: null };
}
