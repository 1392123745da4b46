/**
 * Sorted list: keeps items in the order of their time and id, inserts, replaces and removes them by binary search, and returns them newest
 * first. The newest items are at the end of the array, where most insertions happen and few items move (1 µs a post among 5,000; 25 µs at
 * the front).
 */

export interface SortItem {
  id: string;
  sortTime: number;
}

/** Compare items for oldest first. Equal times are ordered by id, so that the order is total. */
function oldestFirst(a: SortItem, b: SortItem): number {
  return a.sortTime - b.sortTime || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export class SortedList<T extends SortItem> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  get newest(): T | undefined {
    return this.items.at(-1);
  }

  get oldest(): T | undefined {
    return this.items[0];
  }

  /** Return a new array of all items, newest first. */
  newestFirst(): T[] {
    return this.items.toReversed();
  }

  private index(item: SortItem): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (oldestFirst(this.items[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Insert an item, or replace the item with the same time and id. */
  put(item: T): void {
    const at = this.index(item);
    if (at === this.items.length) this.items.push(item);
    else if (this.items[at]?.id === item.id) this.items[at] = item;
    else this.items.splice(at, 0, item);
  }

  remove(item: SortItem): boolean {
    const at = this.index(item);
    if (this.items[at]?.id !== item.id) return false;
    if (at === 0) this.items.shift();
    else this.items.splice(at, 1);
    return true;
  }

  clear(): void {
    this.items.length = 0;
  }
}
