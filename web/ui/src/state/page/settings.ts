/**
 * Settings: define, load, validate, change and store what a reader has chosen, in the browser's storage; they never leave the browser. A
 * change is merged with what other tabs have stored meanwhile, and a listener reports their changes. An invalid value counts as the
 * default, and long lists keep their newest items. The module also applies theme, density and zone.
 */
import { LANGUAGES, type Language } from "../../words/languages";
import { showUtc } from "../../text/shownZone";
import { ORDERS, PAGE_SIZES, type Order } from "../../posts/ranking";

export interface Settings {
  /** Language of the page; "system": that of the browser. */
  language: Language | "system";
  theme: "system" | "light" | "dark" | "contrast";
  density: "compact" | "comfortable";
  /** Zone of all times of the page: that of the reader, or UTC. */
  times: "local" | "utc";
  keys: boolean;
  announce: boolean;
  /** Whether posts count as read once the reader has scrolled on past them. */
  readPast: boolean;
  panel: boolean;
  /** Whether the panel is open beside three or more columns. */
  panelBesideMany: boolean;
  /** Whether the place of the pinned posts is open. */
  pinsShown: boolean;
  /** Whether pinned posts that are handled are hidden there. */
  hideHandled: boolean;
  media: "show" | "ask" | "hide";
  pictures: boolean;
  depth: number;
  pageSize: number;
  trendWindowMs: number;
  hideReposts: boolean;
  hideReplies: boolean;
  hideQuotes: boolean;
  hideSensitive: boolean;
  mediaOnly: boolean;
  muted: string[];
  languages: string[];
  recent: string[];
  saved: { query: string; order: Order }[];
}

export const THEMES: readonly Settings["theme"][] = ["system", "light", "dark", "contrast"];

export const DEFAULT_SETTINGS: Settings = {
  language: "system",
  theme: "system",
  density: "compact",
  times: "local",
  keys: true,
  announce: true,
  readPast: false,
  panel: true,
  panelBesideMany: false,
  pinsShown: false,
  hideHandled: false,
  media: "show",
  pictures: true,
  depth: 5_000,
  pageSize: 25,
  trendWindowMs: 10 * 60_000,
  hideReposts: false,
  hideReplies: false,
  hideQuotes: false,
  hideSensitive: false,
  mediaOnly: false,
  muted: [],
  languages: [],
  recent: [],
  saved: [],
};

/** Depths that a reader may choose: the posts that a column loads. The server refuses greater depths. */
export const DEPTHS: readonly number[] = [500, 5_000, 20_000];
/** Mutes, languages and saved searches that are kept at most, each. The newest are kept. */
export const LIST_MAX = 200;
const STORAGE_KEY = "murmuration";
const RECENT_MAX = 20;
const TREND_WINDOW_MAX_MS = 30 * 60_000;

/** Tests of the settings that do not allow every value of their type. */
const IS_ALLOWED: Partial<Record<keyof Settings, (value: never) => boolean>> = {
  language: (value) => ["system", ...LANGUAGES].includes(value),
  theme: (value) => (THEMES as readonly string[]).includes(value),
  density: (value) => ["compact", "comfortable"].includes(value),
  times: (value) => ["local", "utc"].includes(value),
  media: (value) => ["show", "ask", "hide"].includes(value),
  depth: (value) => DEPTHS.includes(value),
  pageSize: (value) => (PAGE_SIZES as readonly number[]).includes(value),
  trendWindowMs: (value: number) => value >= 60_000 && value <= TREND_WINDOW_MAX_MS,
};

function isSavedSearch(value: unknown): value is Settings["saved"][number] {
  if (typeof value !== "object" || value === null) return false;
  const { query, order } = value as Record<string, unknown>;
  return typeof query === "string" && (ORDERS as readonly unknown[]).includes(order);
}

/** Return stored settings with every invalid value replaced by its default. */
function sanitize(stored: object): Settings {
  const settings = { ...DEFAULT_SETTINGS } as Record<string, unknown>;
  for (const [name, fallback] of Object.entries(DEFAULT_SETTINGS)) {
    const value: unknown = (stored as Record<string, unknown>)[name];
    if (Array.isArray(fallback)) {
      const isValid = (item: unknown): boolean => (name === "saved" ? isSavedSearch(item) : typeof item === "string");
      if (Array.isArray(value)) settings[name] = value.filter(isValid);
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

/** The part of `Storage` that the settings use. */
type SettingsStorage = Pick<Storage, "getItem" | "setItem">;

/** Return the browser's storage; null if the reader forbids storage, because then even the access to `localStorage` throws. */
function storageOf(): SettingsStorage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Return the stored settings; null if there are none or they are invalid. */
function readStored(storage: SettingsStorage | null): Settings | null {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? "null");
    return typeof stored === "object" && stored !== null ? sanitize(stored) : null;
  } catch {
    return null;
  }
}

/** Return the stored settings, else the defaults. */
export function loadSettings(storage: SettingsStorage | null = storageOf()): Settings {
  return readStored(storage) ?? { ...DEFAULT_SETTINGS };
}

/**
 * Return the settings that other tabs have stored meanwhile. Depth and panel stay those of this tab, so that another tab does not restart
 * the list that a reader is reading.
 */
export function sharedSettings(mine: Settings, storage: SettingsStorage | null = storageOf()): Settings {
  return { ...(readStored(storage) ?? mine), depth: mine.depth, panel: mine.panel, panelBesideMany: mine.panelBesideMany };
}

const searchKey = ({ query, order }: Settings["saved"][number]): string => JSON.stringify([query, order]);
const textKey = (text: string): string => text;

/** Return a stored list after the changes that this tab made from `before` to `after`: added items are added, removed items removed. */
function merged<T>(stored: readonly T[], before: readonly T[], after: readonly T[], key: (item: T) => string): T[] {
  const [keysBefore, keysAfter] = [new Set(before.map(key)), new Set(after.map(key))];
  const kept = stored.filter((item) => keysAfter.has(key(item)) || !keysBefore.has(key(item)));
  const keptKeys = new Set(kept.map(key));
  return [...kept, ...after.filter((item) => !keysBefore.has(key(item)) && !keptKeys.has(key(item)))];
}

/** Return recent searches: those of this tab, then those of other tabs. An emptied list stays empty. */
function mergedRecent(stored: readonly string[], before: readonly string[], after: readonly string[]): string[] {
  if (!after.length) return [];
  const known = new Set([...before, ...after]);
  return [...after, ...stored.filter((one) => !known.has(one))];
}

/** Return the stored settings with a change of this tab applied. Lists are merged item by item, other values are replaced. */
function applied(stored: Settings, mine: Settings, change: Partial<Settings>): Settings {
  const next = { ...stored, ...change };
  if (change.muted) next.muted = merged(stored.muted, mine.muted, change.muted, textKey);
  if (change.languages) next.languages = merged(stored.languages, mine.languages, change.languages, textKey);
  if (change.saved) next.saved = merged(stored.saved, mine.saved, change.saved, searchKey);
  if (change.recent) next.recent = mergedRecent(stored.recent, mine.recent, change.recent);
  return next;
}

/** Apply a change to the settings that other tabs have stored meanwhile, store the result, and return it. */
export function changeSettings(mine: Settings, change: Partial<Settings>, storage: SettingsStorage | null = storageOf()): Settings {
  const kept = limitLists(applied(readStored(storage) ?? mine, mine, change));
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(kept));
  } catch {
    // With a full storage the change holds for this page only.
  }
  return { ...kept, depth: change.depth ?? mine.depth, panel: change.panel ?? mine.panel, panelBesideMany: change.panelBesideMany ?? mine.panelBesideMany };
}

/** Call `changed` when another tab has stored settings. */
export function onOtherTabChange(changed: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === STORAGE_KEY) changed();
  });
}

/** Show times in the chosen zone from now on. Call it before anything is written or requested. */
export function applyZone({ times }: Settings): void {
  showUtc(times === "utc");
}

/** Set theme and density of the document. Call it before the first render, so that no other theme flashes. */
export function applyTheme({ theme, density }: Settings): void {
  const { dataset } = document.documentElement;
  dataset.theme = theme;
  dataset.density = density;
}

/** Return the recent searches with a query first, each query once. */
export function withRecent(recent: readonly string[], query: string): string[] {
  return [query, ...recent.filter((other) => other !== query)].slice(0, RECENT_MAX);
}
