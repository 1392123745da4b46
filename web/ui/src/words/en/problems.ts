/**
 * Words of failures between page and server: no or unreadable answers, error statuses, and a page that is older than its server. The first
 * chunk of the page (`main.tsx`) contains this file: keep it small.
 */

export const unreachable = "The server does not answer.";
export const httpStatus = (status: number) => `The server answered ${status}.`;
export const unreadable = "The server's answer could not be read.";
export const outdated = "The page has changed, and a part of it could not be loaded.";
export const loadAgain = "Load it again.";
export const reload = "Reload";
/** Words for the codes of the server's errors (docs/reference/protocol.md, search.md), where its own sentence is not in this language. */
export const byCode: Record<string, string> = {};
export const withServerSentence = (ours: string, sentence: string) => `${ours}: ${sentence}`;
