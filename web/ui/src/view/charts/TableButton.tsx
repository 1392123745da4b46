/** The button beside a chart that shows it as a table, and back. */
import type { JSX } from "preact";
import { TableSign } from "../icons";

export function TableButton({ table, other, toggle }: { table: boolean; other: string; toggle: () => void }): JSX.Element {
  const does = table ? `Show as ${other}` : "Show as table";
  return <button class="tiny" aria-label={does} title={does} onClick={toggle}><TableSign /></button>;
}
