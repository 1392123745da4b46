/** A sorted list with the greatest key first. Inserting and removing find their place by halving. */

export interface Keyed {
  id: string;
  place: number;
}

/** Compare for newest first; equal times by id, so that the order is total. */
export function newestFirst(a: Keyed, b: Keyed): number {
  return b.place - a.place || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

export class Ordered<T extends Keyed> {
  readonly items: T[] = [];

  /** Return the index of an item, or of where it would stand. */
  index(item: Keyed): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (newestFirst(this.items[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(item: Keyed): boolean {
    return this.items[this.index(item)]?.id === item.id;
  }

  /** Insert an item, or replace the one with its key. */
  put(item: T): void {
    const at = this.index(item);
    const same = this.items[at]?.id === item.id;
    this.items.splice(at, same ? 1 : 0, item);
  }

  remove(item: Keyed): boolean {
    const at = this.index(item);
    if (this.items[at]?.id !== item.id) return false;
    this.items.splice(at, 1);
    return true;
  }

  clear(): void {
    this.items.length = 0;
  }
}
