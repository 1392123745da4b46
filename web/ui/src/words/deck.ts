/** Words of the page around the column: top bar, search box, notices, status bar, toasts, and what is announced. */
import { isolate } from "../text/bidiIsolate";
import { formatCount, formatNumber, formatRate } from "../text/formatNumber";

export const deckWords = {
  name: "Murmuration",
  shortName: "M",
  page: "The page",
  panel: "The panel",
  dialog: "The dialog",
  insight: "Insight",
  posts: "Posts",
  views: "Views",
  skipToPosts: "Skip to the posts",
  skipToPanel: "Skip to the insight panel",
  skipToViews: "Skip to the views",
  closePanel: "Close the panel",
  cannotBeShown: (part: string) => `${part} cannot be shown.`,
  tryAgain: "Try again",
  saved: "Saved",
  savedTitle: "Saved and recent searches",
  theme: (theme: string) => `Theme: ${theme}`,
  changeTheme: (theme: string, next: string) => `Theme: ${theme}. Change to ${next}`,
  insightPanel: "Insight panel",
  help: "Help, keys and settings",
};

export const THEME_NAMES = { system: "as the system", light: "light", dark: "dark", contrast: "high contrast" };

export const searchBoxWords = {
  label: "Search",
  placeholder: "Search posts",
  suggestions: "Suggestions",
  syntax: "Search syntax",
  tryThis: "Try",
  character: (position: number) => ` (character ${position})`,
  saved: "saved",
  recent: "recent",
};

export const noticeWords = {
  generated: "These posts are generated. For live ones:",
  aboutPosts: "About these posts",
  aboutSource: (name: string) => `About ${name}`,
};

export const statusBarWords = {
  coverageTitle: (cause: string, since: string | null) => `${cause}${since === null ? "" : ` Since ${since}.`} Open coverage and gaps.`,
  lasting: (duration: string) => ` for ${duration}`,
  rate: (perSecond: number) => `${formatRate(perSecond)} posts/s`,
  stored: (count: number) => `${formatNumber(count)} stored`,
  viewers: (count: number) => formatCount(count, "viewer"),
  loaded: (count: number) => `${formatNumber(count)} loaded`,
  loadedTitle: (count: number) => formatCount(count, "post"),
};

export const toastWords = {
  undo: "Undo",
  queryCut: (most: number) => `The search in the address is longer than ${formatNumber(most)} characters. Only its beginning is used.`,
  alreadyInSearch: (term: string) => `${isolate(term)} is already in the search`,
  added: (term: string) => `Added ${isolate(term)}`,
  excluded: (term: string) => `Excluded ${isolate(term)}`,
  rankingPage: (page: number, pages: number) => `Page ${page} of ${pages}`,
  muted: (handle: string) => `Muted ${isolate(handle)}`,
  mutesFull: (most: number) => `Not muted: ${most} mutes at most. Remove one in the column menu.`,
};

/** Return what a screen reader hears of new posts; `total`: matches in all, null where unknown. */
export function newPostsAnnouncement(grown: number, total: number | null): string {
  return `${formatCount(grown, "new post")}${total === null ? "" : `, ${formatCount(total, "match", "matches")} in all`}`;
}
