/**
 * Words of a deck's columns: adding, removing, moving, titles, widths, alerts and hidden posts. `nameOf` gives the title of a column: its
 * own, or its search.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatNumber } from "../../text/formatNumber";
import { allPosts } from "./column";

/** Return the name of a column for readers. */
export const nameOf = ({ title, query }: { title: string; query: string }) => title || (query === "*" ? allPosts : query);

export const columns = "Columns";
export const add = "Add a column";
export const addShort = "Column";
export const columnRegion = (name: string) => `Column ${isolate(name)}`;

export const actAdded = (name: string, place: number, of: number) => `Added the column ${isolate(name)}, ${formatNumber(place)} of ${formatNumber(of)}`;
export const actRestored = (name: string, place: number, of: number) => `Brought back the column ${isolate(name)}, ${formatNumber(place)} of ${formatNumber(of)}`;
export const toastRemoved = (name: string) => `Removed the column ${isolate(name)}`;
export const toastMoved = (name: string, place: number, of: number) => `${isolate(name)} is column ${formatNumber(place)} of ${formatNumber(of)}`;
export const toastFull = (most: number) => `Not added: ${formatNumber(most)} columns at most.`;
export const toastLongAddress = "The columns no longer fit into the address. Save the deck under a name to share it.";

export const spike = (times: number) => `${formatNumber(Math.round(times))}×`;
export const spikeTitle = (times: number) => `${formatNumber(Math.round(times))} times as many posts in the last minute as usual in the last hour`;
