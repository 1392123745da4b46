/** Words of a post's card: counts, actions, pictures, and what lies under the card. */
import { isolate } from "../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber } from "../text/formatNumber";
import { sourceName } from "./status";

const NETWORKS: Record<string, string> = { x: "X", bluesky: "Bluesky", mastodon: "Mastodon", demo: "demo" };

export const cardWords = {
  cannotBeShown: "This post cannot be shown.",
  verified: "verified",
  verifiedTitle: "Verified",
  network: (source: string) => NETWORKS[source] ?? source,
  replyingTo: "Replying to",
  originalNotStored: "A repost; its original is not stored.",
  followers: (count: number) => `${formatCompact(count)} followers`,
  removed: (deleted: boolean) => (deleted ? "Deleted by its author or network" : "No longer matches"),
  addTerm: (term: string) => `Add ${isolate(term)} to the search (Alt-click excludes it)`,
  leadsTo: (host: string) => ` (${host})`,
};

export const countWords = {
  replies: { word: ["reply", "replies"], does: "Reply on X" },
  reposts: { word: ["repost", "reposts"], does: "Repost on X" },
  likes: { word: ["like", "likes"], does: "Like on X" },
} as const;

export const actionWords = {
  open: (source: string) => `Open on ${sourceName(source)}`,
  mute: (handle: string) => `Mute ${isolate(handle)}`,
};

export const mediaWords = {
  noDescription: "Picture without description",
  videoPreview: "Video preview",
  gif: "GIF",
  video: "Video",
  covered: (sensitive: boolean, count: number) => `${sensitive ? "Marked sensitive" : count === 1 ? "A picture" : `${count} pictures`} · Show`,
};

export const underCardWords = {
  reposts: (count: number) => formatCount(count, "repost"),
  reach: (loaded: number, reach: number) => `${formatCount(loaded, "repost")} loaded, reach ${formatCompact(reach)}`,
  similar: (count: number) => `${formatNumber(count)} similar`,
};
