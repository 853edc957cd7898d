// Where we are, in the address: #/explore?rate=on_time. A link restores the view.
import { computed, signal } from "@preact/signals";

export const VIEWS = ["overview", "departments", "map", "explore"] as const;
export type View = (typeof VIEWS)[number];

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

export const route = computed(() => {
  const [path = "", query = ""] = hash.value.replace(/^#\/?/, "").split("?");
  const [view = "", id = ""] = path.split("/");
  const known = (VIEWS as readonly string[]).includes(view) ? (view as View) : "overview";
  return { view: known, id: decodeURIComponent(id), asked: Object.fromEntries(new URLSearchParams(query)) as Record<string, string> };
});

export function href(view: View, id = "", asked: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

/** Change what is asked in place, so that going back leaves the view. */
export function ask(changes: Record<string, string>): void {
  const { view, id, asked } = route.value;
  history.replaceState(null, "", href(view, id, { ...asked, ...changes }));
  hash.value = location.hash;
}
