/** Button that switches a chart to its table and back; its label names the form that a press shows. The caller keeps the choice. */
import type { JSX } from "preact";
import { TableSign } from "../icons";
import { panelWords } from "../../words";

export function TableButton({ table, other, toggle }: { table: boolean; other: string; toggle: () => void }): JSX.Element {
  const does = table ? panelWords.chartShowAs(other) : panelWords.chartShowTable;
  return <button class="tiny" aria-label={does} title={does} onClick={toggle}><TableSign /></button>;
}
