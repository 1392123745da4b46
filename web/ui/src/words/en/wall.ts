/** Words of the wall mode, which shows columns in turn on a projector. */
import { formatCount, formatNumber } from "../../text/formatNumber";

export const wall = "Posts on a wall";
export const turn = (at: number, of: number) => `Column ${formatNumber(at)} of ${formatNumber(of)}`;
export const matches = (count: number) => formatCount(count, "match", "matches");
export const empty = "New posts will appear here.";
export const foot = (seconds: string) => `Shown ${seconds} s after they came, so that deletions come first · Esc leaves`;
