// Whether anybody can see this tab: what nobody sees asks for nothing.

/** Told at each change, until the returned function is called. */
export function onShown(told: (shown: boolean) => void): () => void {
  const changed = () => told(!document.hidden);
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}
