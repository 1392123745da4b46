/**
 * Wire frames: the types of the server's messages (docs/reference/protocol.md), the list of their names, and their parser. The parser
 * checks the type and the lists of a frame only; anything that is not a known frame is dropped.
 */
import type { Post } from "./post";

export interface Problem {
  code: string;
  message: string;
  position?: number;
  hint?: string;
}

export interface SourceState {
  name: string;
  state: string;
  since?: number | null;
  lag_s?: number | null;
  detail?: string;
  generated?: boolean;
}

export interface Gap {
  source: string;
  from: number;
  to: number | null;
  why: string;
  /** Only a sample was collected, on purpose. */
  sampled?: boolean;
  /** Other sources were collected meanwhile. */
  partial?: boolean;
}

export interface Outage {
  since: number;
  why: string;
}

export interface Stats {
  type: "stats";
  after?: number;
  indexed?: number;
  rate?: number;
  connected?: number;
  lag_s?: number | null;
  state?: string;
  reconnecting?: boolean;
  outage?: Outage | null;
  source?: SourceState;
  sources?: SourceState[];
}

export type Frame =
  | { type: "subscribed"; id: string; key: string; query: string; terms: string[] }
  | { type: "history"; id: string; key: string; posts: Post[]; done: boolean; after?: number; entered?: Record<string, number> }
  | { type: "posts"; key: string; posts: Post[]; after: number; entered?: Record<string, number> }
  | { type: "gone"; key: string; posts: [string, number][]; after?: number }
  | { type: "deleted"; ids: string[]; versions?: Record<string, number> }
  | { type: "reset"; id: string; key: string }
  | { type: "lagged"; id: string; key: string }
  | ({ type: "gap" } & Gap)
  | { type: "deck"; deck: string; revision: number; part: "columns" | "read" | "pins" | "deleted" }
  | { type: "error"; id?: string; error: Problem }
  | Stats;

/** Every frame type that the page reads: the one list for sockets and event streams. */
const READ_TYPES: Record<Frame["type"], true> = {
  subscribed: true, history: true, posts: true, gone: true, deleted: true, reset: true, lagged: true, gap: true, deck: true, error: true, stats: true,
};
export const FRAME_TYPES = Object.keys(READ_TYPES) as Frame["type"][];

/** Return the parsed frame, or null for anything that is not a known frame. */
export function readFrame(text: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  if (typeof value.type !== "string" || !Object.hasOwn(READ_TYPES, value.type)) return null;
  const lists = value as { posts?: unknown; ids?: unknown };
  if (["history", "posts", "gone"].includes(value.type) && !Array.isArray(lists.posts)) return null;
  if (value.type === "deleted" && !Array.isArray(lists.ids)) return null;
  return value as Frame;
}
