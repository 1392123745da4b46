/** What a reader has chosen, kept in this browser. A value that cannot be read is the default; nothing leaves the browser. */
import type { Order } from "../hold/ranking";

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

export const DEFAULTS: Settings = {
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

const NAME = "murmuration";
const RECENT_MAX = 20;
const LIST_MAX = 200;

function sane(stored: unknown): Settings {
  const settings = { ...DEFAULTS } as Record<string, unknown>;
  if (typeof stored !== "object" || stored === null) return { ...DEFAULTS };
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value = (stored as Record<string, unknown>)[name];
    if (Array.isArray(fallback) ? Array.isArray(value) && value.length <= LIST_MAX : typeof value === typeof fallback)
      settings[name] = value;
  }
  const texts = (name: string): string[] => (settings[name] as unknown[]).filter((one) => typeof one === "string");
  return { ...(settings as unknown as Settings), muted: texts("muted"), languages: texts("languages"), recent: texts("recent") };
}

export function loadSettings(storage: Pick<Storage, "getItem"> = localStorage): Settings {
  try {
    return sane(JSON.parse(storage.getItem(NAME) ?? "null"));
  } catch {
    return { ...DEFAULTS };
  }
}

export function saveSettings(settings: Settings, storage: Pick<Storage, "setItem"> = localStorage): void {
  try {
    storage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // A full or forbidden storage costs the memory of the choice, nothing else.
  }
}

/** Return the recent searches with one put first, each once. */
export function withRecent(recent: readonly string[], query: string): string[] {
  return [query, ...recent.filter((one) => one !== query)].slice(0, RECENT_MAX);
}
