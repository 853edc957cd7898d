// Grids and communities coloured by a share or by how many there are; the ground is the directory's, no tiles of others.
import { geoMercator, geoPath } from "d3-geo";
import { useMemo, useState } from "preact/hooks";

import type { Answer, RateCatalogue, Figure, Places } from "../api";
import { useAsked } from "../asked";
import { number, percent } from "../format";
import { Missing } from "../parts/missing";
import { Periods } from "../parts/periods";
import { asked as asks, periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { ask, route } from "../route";
import { named, pick, say } from "../words";

const WIDTH = 1000;
const HEIGHT = 640;

export function MapView() {
  const { asked } = route.value;
  const rate = asked.rate ?? "received_count";
  const dimension = asked.by === "community" ? "community" : "grid";
  const places = useAsked<Places>("/v1/places", {}, false);
  const definitions = useAsked<RateCatalogue>("/v1/definitions", {}, false);
  const answer = useAsked<Answer>("/v1/rates", { rate, group_by: dimension, ...asks() });
  const [pointed, setPointed] = useState<string | null>(null);
  const shapes = useMemo(() => draw(places.data), [places.data]);
  if (!places.data || !definitions.data) return <Missing error={places.error ?? definitions.error} />;
  const rows = new Map((answer.data?.rows ?? []).map((row) => [row.group[dimension] ?? "", row]));
  const row = definitions.data.definitions.find((one) => one.id === rate);
  const share = row?.denominator !== null;
  const [low, high] = range(rows, share);
  const shade = (one: Figure | undefined) => (one?.value == null ? null : high > low ? (one.value - low) / (high - low) : 0.5);
  const names = new Map([...places.data.grids, ...places.data.communities].map((one) => [one.id, pick(one.name, one.name_en)]));
  const shown = definitions.data.definitions.filter((one) => one.quantiles === undefined);
  const listed = [...rows.values()].filter((one) => one.group[dimension] !== "none").sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  const said = (one: Figure | undefined) => (one?.value == null ? say("no_cases") : share ? `${percent(one.value)} (${number(one.numerator ?? 0)}/${number(one.denominator ?? 0)})` : `${number(one.value)}${one.per_10000 ? ` · ${number(one.per_10000, 1)} ${say("per_10000")}` : ""}`);
  return (
    <>
      <div class="bar-top">
        <label class="choice"><span>{say("colour_by")}</span>
          <select value={rate} onChange={(event) => ask({ rate: event.currentTarget.value })}>
            {shown.map((one) => <option key={one.id} value={one.id}>{pick(one.name, one.name_en)}</option>)}
          </select>
        </label>
        <fieldset class="pills"><legend class="unseen">{say("group_by")}</legend>
          {(["grid", "community"] as const).map((name) => (
            <label key={name}><input type="radio" name="ground" checked={dimension === name} onChange={() => ask({ by: name })} /><span>{say(name === "grid" ? "grids" : "communities")}</span></label>
          ))}
        </fieldset>
        <Periods />
      </div>
      <div class="map">
        <figure>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${pick(row?.name, row?.name_en)} · ${named(dimension)}`}>
            {shapes.map((shape) => {
              const id = dimension === "grid" ? shape.id : shape.community;
              const found = rows.get(id);
              const at = shade(found);
              return (
                <path key={shape.id} d={shape.path} class={`ground${at === null ? " blank" : ""}${pointed === id ? " pointed" : ""}`}
                  style={at === null ? {} : { fill: `color-mix(in oklab, var(--map-high) ${(at * 100).toFixed(0)}%, var(--map-low))` }}
                  onPointerEnter={() => setPointed(id)} onPointerLeave={() => setPointed(null)}
                  onClick={() => answer.data && openReceipt(answer.data, { [dimension]: id })}>
                  <title>{`${names.get(id) ?? id} · ${said(found)}`}</title>
                </path>
              );
            })}
          </svg>
          <figcaption class="legend">
            {answer.data && <small>{periodOf(answer.data)}</small>}
            <span>{share ? say("low") : say("few")} {share ? percent(low) : number(low)}</span><i aria-hidden="true" /><span>{share ? percent(high) : number(high)} {share ? say("high") : say("many")}</span>
          </figcaption>
        </figure>
        <div class="scroll tall" tabIndex={0} role="region" aria-label={named(dimension)}>
          <table>
            <thead><tr><th scope="col">{named(dimension)}</th><th scope="col">{pick(row?.name, row?.name_en)}</th></tr></thead>
            <tbody>
              {listed.map((one) => {
                const id = one.group[dimension] ?? "";
                return (
                  <tr key={id} class={pointed === id ? "pointed" : ""} onPointerEnter={() => setPointed(id)} onPointerLeave={() => setPointed(null)}>
                    <th scope="row">{pick(one.labels[dimension]?.zh, one.labels[dimension]?.en) || id}</th>
                    <td><button type="button" class="plain" onClick={() => answer.data && openReceipt(answer.data, one.group)}>{said(one)}</button></td>
                  </tr>
                );
              })}
              {listed.length === 0 && <tr><th scope="row" colSpan={2}>{say("nothing_yet")}</th></tr>}
            </tbody>
          </table>
        </div>
      </div>
    </>
  );
}

function draw(places: Places | null): { id: string; community: string; path: string }[] {
  if (!places?.grids.length) return [];
  const features = places.grids.map((grid) => ({
    type: "Feature" as const, properties: { id: grid.id, community: grid.community },
    // d3 wants rings clockwise on the sphere, GeoJSON has them counter-clockwise: else a grid is the whole world but itself
    geometry: { type: "Polygon" as const, coordinates: grid.polygon.map((ring) => (clockwise(ring) ? ring : [...ring].reverse())) },
  }));
  const projection = geoMercator().fitExtent([[12, 12], [WIDTH - 12, HEIGHT - 12]], { type: "FeatureCollection", features });
  const path = geoPath(projection).digits(1);
  return features.map((one) => ({ ...one.properties, path: path(one) ?? "" }));
}

function clockwise(ring: [number, number][]): boolean {
  let twice = 0;
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    twice += (nextX - x) * (nextY + y);
  });
  return twice > 0;
}

function range(rows: Map<string, Figure>, share: boolean): [number, number] {
  const values = [...rows].filter(([id]) => id !== "none").map(([, row]) => row.value).filter((value): value is number => value !== null);
  if (!values.length) return [0, share ? 1 : 0];
  return [share ? Math.min(...values) : 0, Math.max(...values)];
}
