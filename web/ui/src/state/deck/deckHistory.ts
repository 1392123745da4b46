/**
 * Deck history: keeps the address of the page and the browser's history equal to the columns. A step of the history holds the ids of its
 * columns and the selected one, so that back, forward and a reload find the same columns again; a deck that is too long for an address is
 * held in the step whole, and the address has the columns that fit.
 */
import type { Settings } from "../page/settings";
import { type ColumnSpec, isColumnId, specFromValue, specOf } from "../columnSpec";
import { deckIdOf } from "./deckName";
import { ADDRESS_MAX_LENGTH, COLUMNS_MAX, readColumns, writeColumns } from "./deckAddress";

/** State of one step of the browser's history. */
interface Step {
  readonly ids?: unknown;
  readonly selected?: unknown;
  /** The specs of a stored deck, or of one that is too long for an address. */
  readonly columns?: unknown;
}

export interface PlaceOfDeck {
  readonly specs: ColumnSpec[];
  readonly selectedId: string | null;
}

/** Return the columns that the current step of the history shows, and the id of the selected one if it is known. */
export function readPlace(settings: Settings): PlaceOfDeck {
  const state: unknown = history.state;
  const step: Step = typeof state === "object" && state !== null ? state : {};
  const ids = Array.isArray(step.ids) ? step.ids as unknown[] : [];
  const specs = readColumns(location.search, settings, ids);
  const whole = Array.isArray(step.columns) ? wholeDeck(step.columns, specs[0] as ColumnSpec, settings) : null;
  return { specs: whole ?? specs, selectedId: isColumnId(step.selected) ? step.selected : null };
}

/** Return the specs that a step holds whole; null if none is valid. */
function wholeDeck(values: readonly unknown[], first: ColumnSpec, settings: Settings): ColumnSpec[] | null {
  const found = new Map<string, ColumnSpec>();
  for (const value of values.slice(0, COLUMNS_MAX)) {
    const spec = specFromValue(value, { ...specOf("", first, settings), id: "" });
    if (spec.id) found.set(spec.id, spec);
  }
  return found.size ? [...found.values()] : null;
}

export class DeckHistory {
  constructor(private readonly settings: () => Settings) {}

  /** Return the address of columns: that of the stored deck, else with only the first ones if all would make it too long; and whether all are in it. */
  addressOf(specs: readonly ColumnSpec[]): { address: string; isWhole: boolean } {
    if (deckIdOf(location.pathname) !== null) return { address: location.pathname, isWhole: true };
    for (let count = specs.length; ; count--) {
      const address = writeColumns(specs.slice(0, count), this.settings(), location.pathname);
      if (address.length <= ADDRESS_MAX_LENGTH || count <= 1) return { address, isWhole: count >= specs.length };
    }
  }

  /** Add a step to the history, unless the address stays the same: then the step is replaced. Return whether the address holds all columns. */
  push(specs: readonly ColumnSpec[], selectedId: string): boolean {
    return this.write(specs, selectedId, (step, address) => {
      const isSame = JSON.stringify((history.state as Step | null)?.columns) === JSON.stringify(step.columns);
      if (address === location.pathname + location.search && isSame) history.replaceState(step, "", address);
      else history.pushState(step, "", address);
    });
  }

  /** Replace the current step. Return whether the address holds all columns. */
  replace(specs: readonly ColumnSpec[], selectedId: string): boolean {
    return this.write(specs, selectedId, (step, address) => history.replaceState(step, "", address));
  }

  private write(specs: readonly ColumnSpec[], selectedId: string, write: (step: Step, address: string) => void): boolean {
    const { address, isWhole } = this.addressOf(specs);
    write({ ids: specs.map(({ id }) => id), selected: selectedId, ...(isWhole && deckIdOf(address) === null ? {} : { columns: specs }) }, address);
    return isWhole;
  }
}
