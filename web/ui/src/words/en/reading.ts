/** Words of reading: unread numbers, the line where unread ends, mark read, clear, and the way back. */
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";

const plus = (more: boolean) => (more ? "+" : "");

export const unread = (count: number, more: boolean) => `${formatNumber(count)}${plus(more)} unread`;
export const hidden = (count: number) => `${formatCount(count, "unread post")} hidden by filters`;
export const hiddenShort = (count: number) => `${formatNumber(count)} hidden`;
export const title = (count: number, page: string) => `(${formatCompact(count)}) ${page}`;
export const markRead = "Mark read";
export const markReadTitle = "Mark everything shown as read (key m)";
export const clear = "Clear";
export const clearTitle = "Hide what is read, until you ask for more";
export const showRead = "Show what is read";
export const allRead = "Everything here is read.";
export const line = "Read up to here";
export const back = "Back to where I was";
export const unreadPost = "unread";
export const settingReadPast = "Mark posts as read when I scroll on past them";
