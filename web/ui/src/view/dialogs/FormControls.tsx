/**
 * Form controls of the dialogs: radio buttons with a legend (`Choice`), and a check box with a label (`Check`). Each shows the value that
 * it is given and reports a change to its caller.
 */
import type { JSX } from "preact";

export function Choice<T extends string>(props: { legend: string; value: T; of: readonly [T, string][]; change: (value: T) => void }): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{props.legend}</legend>
      <div>
        {props.of.map(([value, name]) => (
          <label key={value}>
            <input type="radio" name={props.legend} checked={value === props.value} onChange={() => props.change(value)} /> {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Check(props: { label: string; on: boolean; change: (on: boolean) => void }): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={props.on} onChange={(event) => props.change(event.currentTarget.checked)} /> {props.label}
    </label>
  );
}
