import { choose, period, periodName, PERIODS } from "../periods";
import { say } from "../words";

/** Which period the view is of. */
export function Periods() {
  return (
    <fieldset class="pills">
      <legend class="unseen">{say("period")}</legend>
      {PERIODS.map((name) => (
        <label key={name}>
          <input type="radio" name="period" checked={period.value === name} onChange={() => choose(name)} />
          <span>{periodName(name)}</span>
        </label>
      ))}
    </fieldset>
  );
}
