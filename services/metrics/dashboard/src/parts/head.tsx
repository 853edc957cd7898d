import { language, large, switchLanguage, switchSize } from "../state";
import { say } from "../words";

/** The two lines at the top left. */
export function Brand({ title = say("title") }: { title?: string }) {
  return (
    <div class="brand">
      <img src="/static/icon.svg" alt="" width="40" height="40" />
      <div><h1>{title}</h1><p>{say("tagline")}</p></div>
    </div>
  );
}

export function LanguageButton() {
  return <button type="button" class="button" lang={language.value === "zh" ? "en" : "zh-CN"} onClick={switchLanguage}>{say("other")}</button>;
}

/** 长者版. */
export function SizeButton() {
  return <button type="button" class="button" aria-pressed={large.value} onClick={switchSize}>{say("large")}</button>;
}
