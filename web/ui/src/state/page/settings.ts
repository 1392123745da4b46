/**
 * What a reader has chosen, kept in this browser and shared by its tabs. A value that cannot be read is the default; nothing
 * leaves the browser.
 */
import { ORDERS, PAGE_SIZES, type Order } from "../../posts/ranking";

export interface Settings {
  theme: "system" | "light" | "dark" | "contrast";
  density: "compact" | "comfortable";
  keys: boolean;
  announce: boolean;
  panel: boolean;
  media: "show" | "ask" | "hide";
  pictures: boolean;
  depth: number;
  pageSize: number;
  trendWindowMs: number;
  hideReposts: boolean;
  hideReplies: boolean;
  mediaOnly: boolean;
  muted: string[];
  languages: string[];
  recent: string[];
  saved: { query: string; order: Order }[];
}

export const THEMES: readonly Settings["theme"][] = ["system", "light", "dark", "contrast"];

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  density: "compact",
  keys: true,
  announce: true,
  panel: true,
  media: "show",
  pictures: true,
  depth: 5_000,
  pageSize: 25,
  trendWindowMs: 10 * 60_000,
  hideReposts: false,
  hideReplies: false,
  mediaOnly: false,
  muted: [],
  languages: [],
  recent: [],
  saved: [],
};

/** How many posts a column may load; the server refuses a search that asks for more. */
export const DEPTHS: readonly number[] = [500, 5_000, 20_000];
/** How many mutes, languages or saved searches are kept: the newest. */
export const LIST_MAX = 200;
const NAME = "murmuration";
const RECENT_MAX = 20;
const WINDOW_MAX_MS = 30 * 60_000;

/** What a choice may be, where not every value of its type will do. */
const IS_ALLOWED: Partial<Record<keyof Settings, (value: never) => boolean>> = {
  theme: (value) => (THEMES as readonly string[]).includes(value),
  density: (value) => ["compact", "comfortable"].includes(value),
  media: (value) => ["show", "ask", "hide"].includes(value),
  depth: (value) => DEPTHS.includes(value),
  pageSize: (value) => (PAGE_SIZES as readonly number[]).includes(value),
  trendWindowMs: (value: number) => value >= 60_000 && value <= WINDOW_MAX_MS,
};

function isSearch(one: unknown): one is Settings["saved"][number] {
  if (typeof one !== "object" || one === null) return false;
  const { query, order } = one as Record<string, unknown>;
  return typeof query === "string" && (ORDERS as readonly unknown[]).includes(order);
}

function sanitize(stored: object): Settings {
  const settings = { ...DEFAULT_SETTINGS } as Record<string, unknown>;
  for (const [name, fallback] of Object.entries(DEFAULT_SETTINGS)) {
    const value: unknown = (stored as Record<string, unknown>)[name];
    if (Array.isArray(fallback)) {
      const fits = (one: unknown): boolean => (name === "saved" ? isSearch(one) : typeof one === "string");
      if (Array.isArray(value)) settings[name] = value.filter(fits);
    } else if (typeof value === typeof fallback && (IS_ALLOWED[name as keyof Settings]?.(value as never) ?? true)) settings[name] = value;
  }
  return limitLists(settings as unknown as Settings);
}

function limitLists(settings: Settings): Settings {
  const { muted, languages, saved, recent } = settings;
  return {
    ...settings,
    muted: muted.slice(-LIST_MAX), languages: languages.slice(-LIST_MAX), saved: saved.slice(-LIST_MAX), recent: recent.slice(0, RECENT_MAX),
  };
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** Return the browser's storage, null where the reader forbids it: then even its name throws. */
function storageOf(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Return what is kept, null where nothing is or it cannot be read. */
function readStored(storage: Store | null): Settings | null {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(NAME) ?? "null");
    return typeof stored === "object" && stored !== null ? sanitize(stored) : null;
  } catch {
    return null;
  }
}

export function loadSettings(storage: Store | null = storageOf()): Settings {
  return readStored(storage) ?? { ...DEFAULT_SETTINGS };
}

/**
 * Return the settings with what other tabs have kept meanwhile, but for how much is loaded and whether the panel is open: a list
 * that is read does not begin anew because of another tab.
 */
export function sharedSettings(mine: Settings, storage: Store | null = storageOf()): Settings {
  return { ...(readStored(storage) ?? mine), depth: mine.depth, panel: mine.panel };
}

const searchKey = ({ query, order }: Settings["saved"][number]): string => JSON.stringify([query, order]);
const sameText = (text: string): string => text;

/** Return a stored list with what this tab added to its own list put in, and what it removed taken out. */
function merged<T>(stored: readonly T[], before: readonly T[], after: readonly T[], key: (one: T) => string): T[] {
  const [had, has] = [new Set(before.map(key)), new Set(after.map(key))];
  const kept = stored.filter((one) => has.has(key(one)) || !had.has(key(one)));
  const there = new Set(kept.map(key));
  return [...kept, ...after.filter((one) => !had.has(key(one)) && !there.has(key(one)))];
}

/** Return recent searches, the newest first: this tab's, then those of other tabs. A list that was emptied is empty. */
function mergedRecent(stored: readonly string[], before: readonly string[], after: readonly string[]): string[] {
  if (!after.length) return [];
  const known = new Set([...before, ...after]);
  return [...after, ...stored.filter((one) => !known.has(one))];
}

/** Return a change of this tab, applied to what is stored: lists item by item, all else as it is. */
function applied(stored: Settings, mine: Settings, change: Partial<Settings>): Settings {
  const next = { ...stored, ...change };
  if (change.muted) next.muted = merged(stored.muted, mine.muted, change.muted, sameText);
  if (change.languages) next.languages = merged(stored.languages, mine.languages, change.languages, sameText);
  if (change.saved) next.saved = merged(stored.saved, mine.saved, change.saved, searchKey);
  if (change.recent) next.recent = mergedRecent(stored.recent, mine.recent, change.recent);
  return next;
}

/** Make a change, over what other tabs have kept meanwhile, and keep it; return the settings after it. */
export function changeSettings(mine: Settings, change: Partial<Settings>, storage: Store | null = storageOf()): Settings {
  const kept = limitLists(applied(readStored(storage) ?? mine, mine, change));
  try {
    storage?.setItem(NAME, JSON.stringify(kept));
  } catch {
    // A full storage costs the memory of the choice, nothing else.
  }
  return { ...kept, depth: change.depth ?? mine.depth, panel: change.panel ?? mine.panel };
}

/** Call when another tab has kept something. */
export function onOtherTabChange(changed: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === NAME) changed();
  });
}

/** Give the document its theme and density; before the first draw, or it would flash in another. */
export function applyTheme({ theme, density }: Settings): void {
  const { dataset } = document.documentElement;
  dataset.theme = theme;
  dataset.density = density;
}

/** Return the recent searches with one put first, each once. */
export function withRecent(recent: readonly string[], query: string): string[] {
  return [query, ...recent.filter((one) => one !== query)].slice(0, RECENT_MAX);
}
