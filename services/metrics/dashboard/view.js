// From an overview to the page. Nothing here knows where the figures come from.

const SHARES = ["handled", "replied", "on_time", "satisfied"];
const $ = (id) => document.getElementById(id);

/** Show all of `overview` in the words of one language. */
export function show(overview, words, language) {
  const answers = new Map(overview.answers.map((answer) => [`${answer.rate}/${answer.group_by.join()}`, answer]));
  const shares = SHARES.map((rate) => answers.get(`${rate}/`)).filter(Boolean);
  keep($("figures"), shares.map((answer) => [answer.rate, () => card(answer, words, language)]));
  const counts = overview.answers.filter((answer) => answer.definition.denominator === null);
  keep($("today"), counts.map((answer) => [answer.rate, () => count(answer, language)]));
  $("today-date").textContent = new Date(`${overview.today}T00:00:00Z`).toLocaleDateString(locale(language), {
    dateStyle: "long", timeZone: "UTC",
  });
  for (const dimension of ["channel", "department"]) {
    const table = SHARES.map((rate) => answers.get(`${rate}/${dimension}`)).filter(Boolean);
    fill($(`by-${dimension}`), table, dimension, words, language);
  }
  $("meanings").replaceChildren(...shares.flatMap((answer) => meaning(answer, language)));
  $("position").textContent = Object.entries(overview.position).map((pair) => pair.join(":")).join("  ");
}

/** The figures in one sentence, for those who listen. */
export function spoken(overview, words, language) {
  return overview.answers
    .filter((answer) => SHARES.includes(answer.rate) && !answer.group_by.length)
    .map((answer) => `${name(answer, language)} ${percent(answer.rows[0].value, language) ?? words.nothing}`)
    .join(language === "zh" ? "，" : ", ");
}

function card(answer, words, language) {
  const [row] = answer.rows;
  const shown = percent(row.value, language);
  const parts = element("article", { class: "figure" }, [
    element("h3", {}, [name(answer, language), element("small", {}, [words.basis[answer.basis]])]),
    shown === null
      ? element("p", { class: "value none" }, ["—"])
      : element("p", { class: "value" }, [shown.slice(0, -1), element("small", {}, ["%"])]),
    bar(row),
    element("p", { class: "parts" }, [
      `${number(row.numerator, language)} / ${number(row.denominator, language)} `,
      element("span", {}, [shown === null ? words.nothing : words.of[answer.rate]]),
    ]),
    element("p", { class: "aside" }, [
      row.interval ? words.interval(...row.interval.map((end) => percent(end, language))) : "",
    ]),
  ]);
  const { coverage } = row;
  if (coverage && coverage.value !== null) {
    const text = words.coverage(
      percent(coverage.value, language), number(coverage.numerator, language), number(coverage.denominator, language),
    );
    parts.append(element("p", { class: "aside" }, [text]));
  }
  return parts;
}

function bar(row) {
  const track = element("div", { class: "bar", "aria-hidden": "true" }, row.value === null ? [] : [
    element("i"), ...(row.interval ? [element("b")] : []),
  ]);
  track.style.setProperty("--value", row.value ?? 0);
  track.style.setProperty("--low", row.interval?.[0] ?? 0);
  track.style.setProperty("--high", row.interval?.[1] ?? 0);
  return track;
}

function count(answer, language) {
  return element("div", {}, [
    element("dt", {}, [name(answer, language)]),
    element("dd", {}, [number(answer.rows[0].value, language)]),
  ]);
}

function fill(table, answers, dimension, words, language) {
  const groups = new Map();
  for (const answer of answers) {
    for (const row of answer.rows) {
      const id = row.group[dimension];
      const group = groups.get(id) ?? { id, label: row.labels[dimension], rows: {} };
      group.rows[answer.rate] = row;
      groups.set(id, group);
    }
  }
  const weight = (group) => group.rows[SHARES[0]]?.denominator ?? 0;
  const sorted = [...groups.values()].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  const head = element("tr", {}, [
    element("th", { scope: "col" }, [words.group[dimension]]),
    ...answers.map((answer) => element("th", { scope: "col" }, [name(answer, language)])),
  ]);
  const body = sorted.map((group) => element("tr", {}, [
    element("th", { scope: "row" }, [group.label?.[language] ?? group.id]),
    ...answers.map((answer) => cell(group.rows[answer.rate], language)),
  ]));
  if (!body.length) {
    body.push(element("tr", {}, [element("th", { scope: "row", colspan: String(answers.length + 1) }, [words.nothing_yet])]));
  }
  table.replaceChildren(element("thead", {}, [head]), element("tbody", {}, body));
}

function cell(row, language) {
  const shown = row ? percent(row.value, language) : null;
  if (shown === null) return element("td", { class: "none" }, [element("strong", {}, ["—"])]);
  const parts = `${number(row.numerator, language)} / ${number(row.denominator, language)}`;
  return element("td", {}, [element("strong", {}, [shown]), element("small", {}, [parts])]);
}

function meaning(answer, language) {
  const { definition } = answer;
  const text = language === "zh" ? definition.meaning : definition.meaning_en;
  return [
    element("dt", {}, [`${name(answer, language)} v${definition.version}`]),
    element("dd", {}, [text]),
  ];
}

/** Replace only children that changed, and let those glow once. */
function keep(parent, entries) {
  const first = !parent.children.length;
  const old = new Map([...parent.children].map((child) => [child.dataset.id, child]));
  parent.replaceChildren(...entries.map(([id, make]) => {
    const fresh = make();
    fresh.dataset.id = id;
    const before = old.get(id);
    if (before && before.textContent === fresh.textContent) return before;
    if (!first) fresh.querySelector(".parts, dd")?.classList.add("moved");
    return fresh;
  }));
}

/** One decimal; never 100% where one is missing, nor 0% where there is one. */
function percent(value, language) {
  if (value === null || value === undefined) return null;
  let tenths = Math.round(value * 1000);
  if (tenths === 1000 && value < 1) tenths = 999;
  if (tenths === 0 && value > 0) tenths = 1;
  return `${(tenths / 10).toLocaleString(locale(language), { minimumFractionDigits: tenths === 1000 ? 0 : 1 })}%`;
}

function number(value, language) {
  return value.toLocaleString(locale(language));
}

function name(answer, language) {
  return language === "zh" ? answer.name : answer.name_en;
}

function locale(language) {
  return language === "zh" ? "zh-CN" : "en-GB";
}

function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
