/**
 * Typed client of the JSON API: the types of the answers, and one function for each endpoint. Every call can be aborted; an error response,
 * an unreadable answer or an unreachable server (status 0) is thrown as `ApiError` with a message for the reader.
 */
import type { Problem, Gap, SourceState } from "./frame";
import type { Post } from "./post";
import { isUtcShown, shownZoneName } from "../text/shownZone";
import { problemWords } from "../words";
import { problemText } from "../words/problemText";

/** Posts long before or after the others, which the span of a timeline leaves out. */
export interface OutlyingPosts {
  from: number;
  to: number;
  count: number;
}

export interface Timeline {
  interval_ms: number;
  from: number;
  to: number;
  total: number;
  buckets: [number, number][];
  gaps: Gap[];
  /** The zone by whose days the buckets are counted. */
  zone: string;
  outlying: OutlyingPosts[];
  took_ms: number;
}

export interface TopItem {
  value: string;
  label: string;
  count: number;
  share: number;
  background: number | null;
  /** Words: the forms in which the posts write it, most frequent first; missing or empty where that is only the value. */
  forms?: string[];
  score: number | null;
}

export interface BasedOn {
  counted: number;
  matching: number;
  from: number;
  to: number;
  /** Different authors and languages of the counted posts. */
  authors?: number;
  languages?: number;
}

export interface Top {
  field: string;
  items: TopItem[];
  based_on: BasedOn;
  took_ms: number;
}

export interface SearchPage {
  posts: Post[];
  /** Entry numbers, by id, of the posts that began to match later than under their first number. */
  entered?: Record<string, number>;
  /** Rankings: the originals that were ranked, in the first page. */
  matching?: number | null;
  /** Rankings: the numbers by which the posts were ranked, -1 where unknown. */
  values?: number[];
  next: string | null;
  took_ms: number;
  query: string;
  terms: string[];
}

export interface PageFacts {
  sources: SourceState[];
  generated: boolean;
  next_step: string;
  images: "proxy" | "off";
  depths: number[];
  examples: string[];
  version: string;
  problem: string | null;
}

export interface Operator {
  name: string;
  aliases: string[];
  example: string;
  finds: string;
  values?: string[];
}

export interface CoverageRow {
  source: string;
  from: number;
  to: number | null;
  search: string;
  why: string;
  sampled?: boolean;
  /** All posts were had afterwards; deletions and edits of older posts are looked for. */
  collected_later?: boolean;
  /** The row tells of an imported file, which `why` names: it is no gap. */
  imported?: boolean;
}

export interface ServerStats {
  indexed: number;
  rate: number;
  connected: number;
  lag_s: number | null;
  searches: number;
  sources: SourceState[];
}

/** Why a post matches a search: each part of it, with its places in the text, in code points, end exclusive. */
export interface Explanation {
  canonical: string;
  matches: boolean;
  parts: { part: string; matched: boolean; spans: [number, number][] }[];
}

export interface Conversation {
  /** Id of its first post, which need not be stored. */
  root: string;
  /** Oldest first. */
  posts: Post[];
  more: boolean;
}

/** Posts before and after another one, on each side the nearest first. */
export interface Neighbours {
  before: Post[];
  after: Post[];
}

export interface PostVersion {
  version: number;
  seen_at: number;
  post: Post;
}

/** An error response. `status` 0: no response arrived. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problemText(problem));
  }
}

/** Thrown for a post that was deleted at its source. `at`: when the server heard of it, ms. */
export class PostDeleted extends ApiError {
  constructor(
    problem: Problem,
    readonly at: number,
  ) {
    super(410, problem);
  }
}

function deletionOf(status: number, body: object): PostDeleted | null {
  const { error, deleted_at: at } = body as { error?: Problem; deleted_at?: unknown };
  return status === 410 && error && typeof at === "number" ? new PostDeleted(error, at) : null;
}

export type Params = Record<string, string | number | null | undefined>;

async function get<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return send<T>("GET", text ? `${path}?${text}` : path, undefined, signal ? { signal } : {});
}

export interface SendOptions {
  signal?: AbortSignal;
  /** Whether the request outlives the page. */
  keepalive?: boolean;
  /** Return the error of a refusal whose body says more than its error; null for any other. */
  refused?: (status: number, body: object) => ApiError | null;
}

/** Send a request, with a body as JSON if there is one, and return the answer. */
export async function send<T>(method: "GET" | "PUT" | "DELETE", path: string, content?: unknown, { signal, keepalive, refused }: SendOptions = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method, credentials: "same-origin", ...(signal ? { signal } : {}), ...(keepalive ? { keepalive } : {}),
      ...(content === undefined ? {} : { body: JSON.stringify(content), headers: { "Content-Type": "application/json" } }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: "unreachable", message: problemWords.unreachable });
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok || body === null) {
    const own = typeof body === "object" && body !== null ? refused?.(answer.status, body) : null;
    const fault = (body as { error?: Problem } | null)?.error;
    throw own ?? new ApiError(answer.status, fault ?? { code: "http", message: problemWords.httpStatus(answer.status) });
  }
  return body as T;
}

/** Whether the server knew the reader's zone: another version of the zone table may not. */
let zoneKnown = true;

/** Return the counts by the days of the shown zone, over the span where the posts are if no time is chosen. */
async function timeline(params: Params, signal?: AbortSignal): Promise<Timeline> {
  const zone = zoneKnown || isUtcShown() ? shownZoneName() : "";
  try {
    return await get<Timeline>("/api/timeline", { ...params, span: "most", zone }, signal);
  } catch (error) {
    if (!zone || !(error instanceof ApiError) || error.status !== 400 || !error.problem.message.startsWith("zone ")) throw error;
    zoneKnown = false;
    return timeline(params, signal);
  }
}

/** Return the API's path of a post. Its id may hold slashes. */
const pathOfPost = (id: string): string => `/api/posts/${id.split("/").map(encodeURIComponent).join("/")}`;

export const api = {
  page: (signal?: AbortSignal) => get<PageFacts>("/api/page", {}, signal),
  stats: (signal?: AbortSignal) => get<ServerStats>("/api/stats", {}, signal),
  language: (signal?: AbortSignal) => get<{ operators: Operator[] }>("/api/language", {}, signal),
  coverage: (signal?: AbortSignal) => get<{ rows: CoverageRow[] }>("/api/coverage", {}, signal),
  explain: (q: string, signal?: AbortSignal) => get<{ canonical: string; key: string }>("/api/explain", { q }, signal),
  why: (q: string, id: string, signal?: AbortSignal) => get<Explanation>("/api/explain", { q, id }, signal),
  /** Raises `PostDeleted` for a post that was deleted at its source. */
  post: (id: string, signal?: AbortSignal) => send<Post>("GET", pathOfPost(id), undefined, { ...(signal ? { signal } : {}), refused: deletionOf }),
  conversation: (id: string, skip = 0, signal?: AbortSignal) => get<Conversation>(`${pathOfPost(id)}/conversation`, { skip }, signal),
  around: (id: string, signal?: AbortSignal) => get<{ source: Neighbours; author: Neighbours }>(`${pathOfPost(id)}/around`, {}, signal),
  versions: (id: string, signal?: AbortSignal) => get<{ versions: PostVersion[] }>(`${pathOfPost(id)}/versions`, {}, signal),
  search: (params: Params, signal?: AbortSignal) => get<SearchPage>("/api/search", params, signal),
  unread: (q: string, read: number, signal?: AbortSignal) => get<{ unread: number; more: boolean; after: number }>("/api/unread", { q, read }, signal),
  timeline,
  top: (params: Params, signal?: AbortSignal) => get<Top>("/api/top", params, signal),
};
