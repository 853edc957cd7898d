// Long tables come piece by piece: a thousand rows drawn at once hold up the page for half a second.
import { useEffect, useState } from "preact/hooks";

const PIECE = 100;

/** How many of so many rows to draw by now: a piece at first, one more with each frame. */
export function usePiecewise(total: number): number {
  const [drawn, setDrawn] = useState(PIECE);
  useEffect(() => {
    if (drawn >= total) return;
    const frame = requestAnimationFrame(() => setDrawn(drawn + PIECE));
    return () => cancelAnimationFrame(frame);
  }, [drawn, total]);
  return drawn;
}
