/** Sign of a key: its character and, on a keyboard of another script, what is printed on the key there. */
import type { JSX } from "preact";
import { actionWords } from "../../words";
import { printedOn } from "./keyOfEvent";

export function KeySign({ of: key }: { of: string }): JSX.Element {
  const printed = printedOn(key);
  return <kbd>{key === " " ? actionWords.keySpace : key}{printed ? <bdi> {printed}</bdi> : null}</kbd>;
}
