/**
 * Deck address: reads the columns of an address and writes the address of columns. Each `q` begins a column, and the parameters that follow
 * belong to it; only what differs from the reader's defaults is written. Parameters before the first `q` belong to the first column, so
 * that addresses of one column without `q` stay valid. Invalid values count as missing.
 */
import type { Settings } from "../page/settings";
import { queryTooLong, readRoute, routeParameters } from "../page/route";
import { type ColumnSpec, HIDDEN_KINDS, isColumnId, specFromValue, specOf } from "../columnSpec";

/** Columns of a deck at most. */
export const COLUMNS_MAX = 50;
/** Characters of an address that can be shared. A longer deck has to be named. */
export const ADDRESS_MAX_LENGTH = 2_000;

/** Prefix of a muted language, and of a muted account, in an address. */
const [LANGUAGE, AUTHOR] = ["lang:", "@"];
/** Value of an empty list in the address. */
const NONE = "none";

/** Return the parameters of each column of an address. */
function columnParameters(search: string): URLSearchParams[] {
  const columns = [new URLSearchParams()];
  for (const [name, value] of new URLSearchParams(search)) {
    if (name === "q" && columns.at(-1)?.has("q")) columns.push(new URLSearchParams());
    columns.at(-1)?.append(name, value);
  }
  return columns.slice(0, COLUMNS_MAX);
}

/** Return whether a search of an address is too long, so that `readColumns` cuts it. */
export function isQueryTooLong(search: string): boolean {
  return columnParameters(search).some((params) => queryTooLong(params.get("q")));
}

/** Return the columns of an address, at least one. `ids`: the ids that the columns had before, if the page was only loaded again. */
export function readColumns(search: string, settings: Settings, ids: readonly unknown[] = []): ColumnSpec[] {
  const columns = columnParameters(search);
  const known = ids.length === columns.length && ids.every(isColumnId) && new Set(ids).size === ids.length ? ids : [];
  const used = new Map<string, number>();
  return columns.map((params, at) => {
    const route = readRoute(params.toString());
    const key = JSON.stringify([route.query, route.from, route.to]);
    const earlier = used.get(key) ?? 0;
    used.set(key, earlier + 1);
    const fallback = specOf(known[at] ?? idOf(`${key}${earlier}`), route, settings);
    return specFromValue({ ...route, ...given(params) }, fallback);
  });
}

/** Return an id that is the same whenever the same search is opened, so that what is kept under it is found again. */
function idOf(key: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const letter of new TextEncoder().encode(key)) hash = BigInt.asUintN(64, (hash ^ BigInt(letter)) * 0x100000001b3n);
  return hash.toString(36);
}

/** Return what the parameters say of a column besides its route. */
function given(params: URLSearchParams): Record<string, unknown> {
  const list = (name: string): string[] | undefined => params.get(name)?.split(",").filter((one) => one && one !== NONE);
  const [hidden, languages, mutes] = [list("hide"), list("langs"), params.getAll("mute")];
  const number = (name: string): number | undefined => (params.has(name) ? Number(params.get(name)) : undefined);
  const without = (prefix: string): string[] => mutes.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
  return {
    title: params.get("title") ?? undefined, depth: number("depth"), pageSize: number("per"), width: params.get("width"), media: params.get("media"),
    collapsed: params.get("collapsed") === "1" || undefined, alert: params.get("alert"),
    hide: { ...(hidden ? Object.fromEntries(HIDDEN_KINDS.map((kind) => [kind, hidden.includes(kind)])) : {}), onlyLanguages: languages },
    mutes: { words: mutes.filter((one) => !one.startsWith(LANGUAGE) && !one.startsWith(AUTHOR)), authors: without(AUTHOR), languages: without(LANGUAGE) },
  };
}

/** Return the address of columns on a path, without the reader's defaults. */
export function writeColumns(specs: readonly ColumnSpec[], settings: Settings, path: string): string {
  const params = new URLSearchParams();
  for (const spec of specs) {
    if (specs.length > 1 || spec.query !== "*") params.append("q", spec.query);
    for (const [name, value] of [...routeParameters(spec), ...otherParameters(spec, specOf(spec.id, spec, settings))]) params.append(name, value);
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** Return the parameters of what differs between a spec and the defaults. */
function otherParameters(spec: ColumnSpec, defaults: ColumnSpec): [string, string][] {
  const { hide, mutes } = spec;
  const found: [string, string | null][] = [
    ["title", spec.title || null],
    ["depth", spec.depth === defaults.depth ? null : String(spec.depth)],
    ["per", spec.pageSize === defaults.pageSize ? null : String(spec.pageSize)],
    ["width", spec.width === defaults.width ? null : spec.width],
    ["collapsed", spec.collapsed ? "1" : null],
    ["media", spec.media === defaults.media ? null : spec.media],
    ["hide", HIDDEN_KINDS.every((kind) => hide[kind] === defaults.hide[kind]) ? null : HIDDEN_KINDS.filter((kind) => hide[kind]).join(",") || NONE],
    ["langs", String(hide.onlyLanguages) === String(defaults.hide.onlyLanguages) ? null : hide.onlyLanguages.join(",") || NONE],
    ...mutes.words.map((one): [string, string] => ["mute", one]),
    ...mutes.authors.map((one): [string, string] => ["mute", `${AUTHOR}${one}`]),
    ...mutes.languages.map((one): [string, string] => ["mute", `${LANGUAGE}${one}`]),
    ["alert", spec.alert === "none" ? null : spec.alert],
  ];
  return found.filter((one): one is [string, string] => one[1] !== null);
}
