// The page of those who are signed in: four views, one live stream, and the receipt of whatever is pressed.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, resume, signIn } from "./api";
import { age, clock } from "./format";
import { Behind } from "./parts/behind";
import { Brand, LanguageButton, SizeButton } from "./parts/head";
import { SignOut } from "./parts/sign_out";
import { overviewAsked } from "./periods";
import { clearLink, keyOfLink } from "./key";
import { href, route, VIEWS } from "./route";
import { follow, type Following } from "./stream";
import { heard, language, link, overview, signedIn } from "./state";
import "./style.css";
import { DepartmentsView } from "./views/departments";
import { ExploreView } from "./views/explore";
import { MapView } from "./views/map";
import { OverviewView } from "./views/overview";
import { ReceiptDrawer } from "./views/receipt";
import { say } from "./words";

const SHOWN = { overview: OverviewView, departments: DepartmentsView, map: MapView, explore: ExploreView };

function Desk() {
  useEffect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.title = signedIn.value ? `${say("title")} · ${say(route.value.view)}` : say("title");
  }, [language.value, signedIn.value, route.value.view]);
  if (signedIn.value === null) return null;
  return signedIn.value ? <Inside /> : <Door />;
}

function Inside() {
  const following = useRef<Following | null>(null);
  const wanted = overviewAsked();
  useEffect(() => {
    const begun = (following.current = follow(wanted));
    return () => begun.stop();
  }, []);
  useEffect(() => following.current?.ask(wanted), [JSON.stringify(wanted)]);
  const View = SHOWN[route.value.view];
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>{say("skip")}</a>
      <header class="top">
        <Brand />
        <nav aria-label={say("title")}>
          {VIEWS.map((view) => <a key={view} href={href(view)} aria-current={route.value.view === view ? "page" : undefined}>{say(view)}</a>)}
        </nav>
        <LinkState />
        <SizeButton />
        <LanguageButton />
        <SignOut />
      </header>
      <Behind told={overview.value} />
      <main id="main" tabIndex={-1} class={link.value === "down" ? "old" : ""}><View /></main>
      <ReceiptDrawer />
    </>
  );
}

function LinkState() {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const state = link.value;
  const since = heard.value === null ? "" : state === "live" ? `${say("as_of")} ${clock(heard.value)}` : `${say("stands")} ${clock(heard.value)} (${age(Date.now() - heard.value)}${language.value === "zh" ? "" : " "}${say("ago")})`;
  return (
    <p class="link" data-state={state}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{say(state)}</span>
      <small aria-hidden="true">{since}</small>
    </p>
  );
}

function Door() {
  const [note, setNote] = useState<"key_note" | "bad_key" | "wrong_key" | "failed">("key_note");
  const enter = (key: string) => signIn(key).catch((error: unknown) => setNote(error instanceof Problem && error.status === 401 ? "bad_key" : error instanceof Problem && error.status === 403 ? "wrong_key" : "failed"));
  useEffect(() => {
    const key = keyOfLink();
    if (key) void enter(key);
  }, []);
  return (
    <div class="door">
      <Brand />
      <form onSubmit={(event) => { event.preventDefault(); void enter(String(new FormData(event.currentTarget).get("key") ?? "").trim()); }}>
        <label for="key">{say("key")}</label>
        <input id="key" name="key" type="password" autocomplete="current-password" spellcheck={false} required aria-describedby="door-note" />
        <button type="submit" class="button strong">{say("enter")}</button>
        <p id="door-note" class={note === "key_note" ? "" : "bad"} role={note === "key_note" ? undefined : "alert"}>{say(note)}</p>
      </form>
      <div class="bar-top"><SizeButton /><LanguageButton /></div>
    </div>
  );
}

clearLink();
addEventListener("hashchange", clearLink);
void resume();
render(<Desk />, document.getElementById("app")!);
