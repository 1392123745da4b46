/**
 * Words of a post's card: texts, labels and titles for author, counts, actions, pictures, reposts and similar posts, and for posts that
 * were removed or cannot be shown. Names and terms from outside are isolated, so that they do not change the writing direction of a
 * sentence.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber, formatPercent } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";
import { sourceName } from "../sources";

const NETWORKS: Record<string, string> = { x: "X", bluesky: "Bluesky", mastodon: "Mastodon", demo: "demo" };

export const cannotBeShown = "This post cannot be shown.";
export const verified = "verified";
export const verifiedTitle = "Verified";
export const bot = "bot";
export const botTitle = "Says of itself that it is automated";
export const edited = "edited";
export const editedAt = (at: number) => `Edited ${formatExactTime(at)}`;
export const network = (source: string) => NETWORKS[source] ?? source;
export const replyingTo = "Replying to";
export const originalNotStored = "A repost; its original is not stored.";
export const followers = (count: number) => `${formatCompact(count)} followers`;
export const removed = (deleted: boolean) => (deleted ? "Deleted by its author or network" : "No longer matches");
export const addTerm = (term: string) => `Add ${isolate(term)} to the search (Alt-click excludes it)`;
export const leadsTo = (host: string) => ` (${host})`;

export const countReplies = { word: ["reply", "replies"], does: "Reply on X" } as const;
export const countReposts = { word: ["repost", "reposts"], does: "Repost on X" } as const;
export const countLikes = { word: ["like", "likes"], does: "Like on X" } as const;

export const actionOpen = (source: string) => `Open on ${sourceName(source)}`;
export const actionMute = (handle: string) => `Mute ${isolate(handle)}`;

export const pollShare = (share: number) => formatPercent(share);
/** `votes`: null where the source does not tell; `closesAt`: null where it is not known. */
export const pollEnd = (votes: number | null, closesAt: number | null, now: number) => [
  !votes ? "Poll" : formatCount(votes, "vote"),
  closesAt === null ? "" : closesAt > now ? `ends ${formatExactTime(closesAt)}` : `ended ${formatExactTime(closesAt)}`,
].filter(Boolean).join(" · ");

export const file = "File";
export const fileKind = (mime: string, host: string) => [mime.split("/").pop()?.toUpperCase() ?? "", host].filter(Boolean).join(" · ");
export const described = "Description:";

export const mediaNoDescription = "Picture without description";
export const mediaVideoPreview = "Video preview";
export const mediaGif = "GIF";
export const mediaVideo = "Video";
export const mediaMore = (more: number): string => `+${more}`;
export const mediaMoreTitle = (more: number): string => (more === 1 ? "1 more picture in the post" : `${more} more pictures in the post`);
export const mediaCovered = (sensitive: boolean, count: number) => `${sensitive ? "Marked sensitive" : count === 1 ? "A picture" : `${count} pictures`} · Show`;

export const underCardReposts = (count: number) => formatCount(count, "repost");
export const underCardReach = (loaded: number, reach: number) =>
  `${loaded ? `${formatCount(loaded, "repost")} loaded, ` : ""}reach ${formatCompact(reach)}`;
export const underCardSimilar = (count: number) => `${formatNumber(count)} similar`;
