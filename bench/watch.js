// In the page before its own scripts: when the first figure is there, and how frames come while pictures do.
window.watched = { first: null, frames: [], tasks: [], pictures: 0, began: 0 };

window.watchFor = (selector) => {
  const look = () => {
    const found = document.querySelector(selector);
    if (!found || !(found.tagName === "CANVAS" || /\d/.test(found.textContent))) return false;
    watched.first = performance.now();
    return true;
  };
  watched.shown = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!look()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  });
};

window.shownWithin = (ms) => Promise.race([watched.shown, new Promise((_, reject) => setTimeout(() => reject(new Error("no figure came")), ms))]);

window.EventSource = class extends EventSource {
  constructor(...asked) {
    super(...asked);
    this.addEventListener("rates", () => (watched.pictures += 1));
  }
};

window.watchFrames = () => {
  Object.assign(watched, { frames: [], tasks: [], pictures: 0, began: performance.now() });
  new PerformanceObserver((list) => watched.tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
  const frame = (at) => {
    watched.frames.push(at);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

window.toldFrames = () => {
  const seconds = (performance.now() - watched.began) / 1000;
  const between = watched.frames.slice(1).map((at, index) => at - watched.frames[index]);
  return {
    first_ms: watched.first,
    frames: between.length / seconds,
    longest_ms: Math.max(0, ...between),
    tasks: watched.tasks.length / seconds,
    longest_task_ms: Math.max(0, ...watched.tasks),
    pictures: watched.pictures / seconds,
  };
};
