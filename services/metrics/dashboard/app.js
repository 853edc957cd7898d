// The page's one state: key, language, period, the last overview, and whether the stream lives.

import { Refused, follow } from "/static/stream.js";
import { show, spoken } from "/static/view.js";
import { WORDS } from "/static/words.js";

const SPOKEN_EVERY_MS = 20_000;
const $ = (id) => document.getElementById(id);
const state = {
  language: localStorage.getItem("language") ?? "zh",
  period: localStorage.getItem("period") ?? "all",
  zone: "Asia/Shanghai",
  overview: null,
  link: "no_key",
  heard: null,
  spokenAt: 0,
  asked: null,
  stop: null,
};
const words = () => WORDS[state.language];

function takeKeyFromAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!key) return;
  sessionStorage.setItem("key", key);
  history.replaceState(null, "", location.pathname + location.search);
}

function today() {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: state.zone, dateStyle: "short" }).format(new Date());
}

function firstDay() {
  if (state.period === "all") return null;
  if (state.period === "year") return `${today().slice(0, 4)}-01-01`;
  const day = new Date(`${today()}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - Number(state.period) + 1);
  return day.toISOString().slice(0, 10);
}

async function open() {
  state.stop?.abort();
  const key = sessionStorage.getItem("key");
  if (!key) return askForKey();
  const stop = (state.stop = new AbortController());
  $("door").hidden = true;
  setLink("opening");
  const from = (state.asked = firstDay());
  const url = `/v1/rates/stream${from ? `?from=${from}` : ""}`;
  try {
    await follow(url, key, stop.signal, {
      onEvent: (event) => take(event),
      onBeat: () => alive(),
      onDown: () => setLink("down"),
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    sessionStorage.removeItem("key");
    askForKey(error.status === 401 ? "bad_key" : "wrong_key");
  }
}

function take(event) {
  if (event.type === "away") return setLink("away");
  if (event.type === "reset") state.overview = null;
  if (event.type !== "rates") return;
  state.overview = JSON.parse(event.data);
  state.zone = state.overview.zone;
  if (firstDay() !== state.asked) return void open(); // the day turned, or it is another zone's
  alive();
  draw();
}

function alive() {
  state.heard = new Date();
  setLink("live");
}

function setLink(link) {
  state.link = link;
  drawLink();
}

function askForKey(why = "key_note") {
  setLink("no_key");
  $("main").hidden = true;
  $("door").hidden = false;
  $("door-note").textContent = words()[why];
  $("door-note").dataset.say = why;
  $("door-note").classList.toggle("wrong", why !== "key_note");
  $("key").value = "";
  $("key").focus();
}

function draw() {
  if (!state.overview) return;
  $("main").hidden = false;
  show(state.overview, words(), state.language);
  if (Date.now() - state.spokenAt > SPOKEN_EVERY_MS) {
    state.spokenAt = Date.now();
    $("spoken").textContent = spoken(state.overview, words(), state.language);
  }
}

function drawLink() {
  const say = words();
  const kind = { live: "live", opening: "wait", away: "wait", down: "down" }[state.link] ?? "off";
  let text = say[state.link];
  if (state.heard && state.link !== "no_key") {
    const time = state.heard.toLocaleTimeString(state.language === "zh" ? "zh-CN" : "en-GB", { timeZone: state.zone });
    text += " · " + (kind === "live" ? say.as_of(time) : say.since(time, age(Date.now() - state.heard)));
  }
  $("link").dataset.state = kind;
  // only a change of state is read out; the running time is not
  $("link").setAttribute("aria-live", drawLink.last === kind ? "off" : "polite");
  drawLink.last = kind;
  if ($("link-text").textContent !== text) $("link-text").textContent = text;
  $("main").classList.toggle("old", kind === "down" && Date.now() - state.heard > 10_000);
}

function age(ms) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return words().seconds(seconds);
  return seconds < 5400 ? words().minutes(Math.round(seconds / 60)) : words().hours(Math.round(seconds / 3600));
}

function speak() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.title = words().page;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = words()[node.dataset.say];
  $("language").textContent = words().other;
  $("language").lang = state.language === "zh" ? "en" : "zh-CN";
  drawLink();
  draw();
}

$("language").addEventListener("click", () => {
  state.language = state.language === "zh" ? "en" : "zh";
  localStorage.setItem("language", state.language);
  speak();
});
$("periods").addEventListener("change", (event) => {
  state.period = event.target.value;
  localStorage.setItem("period", state.period);
  open();
});
$("door").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", $("key").value.trim());
  open();
});
addEventListener("hashchange", () => {
  takeKeyFromAddress();
  open();
});
setInterval(drawLink, 1000);

takeKeyFromAddress();
const chosen = document.querySelector(`input[name=period][value="${state.period}"]`) ?? document.querySelector("input[name=period]");
chosen.checked = true;
state.period = chosen.value;
speak();
open();
