// A link with a key in it, /#key=…: the key leaves the address and the history at once, before anything is drawn.
let found: string | null = null;

/** Take the key out of the address, wherever it stands there; somebody who is signed in already has no use for it. */
export function clearLink(): void {
  const [before, hash] = [new URL(location.href), new URLSearchParams(location.hash.slice(1))];
  const key = hash.get("key") ?? before.searchParams.get("key");
  if (!hash.has("key") && !before.searchParams.has("key")) return;
  found = key;
  before.searchParams.delete("key");
  history.replaceState(null, "", `${before.pathname}${before.search}`);
}

/** The link's key, once. */
export function keyOfLink(): string | null {
  const key = found;
  found = null;
  return key;
}
