// The public board: for everybody, read only, nothing said of fewer than ten cases.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import { get, type Board, type PublicBoards, type PublicFigure } from "./api";
import { number, percent, time } from "./format";
import { Missing } from "./parts/missing";
import { Behind } from "./parts/behind";
import { Brand, LanguageButton, SizeButton } from "./parts/head";
import { language } from "./state";
import "./style.css";
import { pick, say } from "./words";

const EVERY_MS = 60_000;

function PublicPage() {
  const [found, setFound] = useState<PublicBoards | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const read = () => void get<PublicBoards>("/v1/public").then((told) => { setFound(told); setError(null); }, setError);
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.title = say("public_title");
  }, [language.value]);
  return (
    <>
      <header class="top">
        <Brand title={say("public_title")} />
        <SizeButton />
        <LanguageButton />
      </header>
      <main>
        {!found ? <Missing error={error} /> : (
          <>
            <Behind told={found} />
            <p class="meaning"><strong>{pick(found.period.zh, found.period.en)}</strong> · {say("as_of")} {time(found.at)} · {say("public_note")}</p>
            <section class="boards">{found.boards.map((board) => <OneBoard key={board.rate} board={board} period={pick((board.period ?? found.period).zh, (board.period ?? found.period).en)} />)}</section>
          </>
        )}
      </main>
    </>
  );
}

function OneBoard({ board, period }: { board: Board; period: string }) {
  const name = pick(board.name, board.name_en);
  return (
    <article class="board" aria-labelledby={`board-${board.rate}`}>
      <h2 id={`board-${board.rate}`}>{name} <small>{period}</small></h2>
      {board.total.value === null ? <p class="hidden none">{say("hidden")}</p> : <p class="value">{percent(board.total.value)!.slice(0, -1)}<small>%</small></p>}
      <p class="parts">{say("total")}{board.total.n === null ? "" : ` · ${number(board.total.n)} ${say("cases")}`}</p>
      <table>
        <tbody>{board.departments.map((row) => <Row key={row.labels.zh ?? row.labels.en} row={row} />)}</tbody>
      </table>
      {board.hidden > 0 && <p class="parts">{number(board.hidden)} {say("hidden_departments")}</p>}
      <details><summary>{say("how")}</summary><p>{pick(board.meaning, board.meaning_en)}</p></details>
    </article>
  );
}

function Row({ row }: { row: PublicFigure }) {
  return (
    <tr>
      <th scope="row">{pick(row.labels.zh, row.labels.en)}</th>
      <td><div class="bar" aria-hidden="true" style={{ "--value": row.value ?? 0 }}>{row.value !== null && <i />}</div></td>
      <td>{percent(row.value) ?? "—"} <small>{row.n === null ? "" : number(row.n)}</small></td>
    </tr>
  );
}

render(<PublicPage />, document.getElementById("app")!);
