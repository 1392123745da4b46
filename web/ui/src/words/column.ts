/** Words of a column: header, Live button, filters, times, orders, list and ranking pages. */
import type { Order } from "../posts/ranking";
import { formatCompact, formatCount, formatNumber } from "../text/formatNumber";

export const ORDER_NAMES: Record<Order, string> = {
  latest: "Latest", followers: "Followers", reposts: "Reposts", inview: "Reposted here", reach: "Reach", likes: "Likes", replies: "Replies",
};

export const ORDER_HINTS: Record<Order, string> = {
  latest: "newest first, as a stream",
  followers: "followers of the author",
  reposts: "reposts as the network counts them",
  inview: "reposts among the posts loaded here",
  reach: "followers of the author and of all reposters seen",
  likes: "likes",
  replies: "replies",
};

const FILTERED = "All posts are hidden by your filters.";
const LOADING = "Loading…";

export const columnWords = {
  allPosts: "All posts",
  countTitle: "Matches stored in all",
  menu: "Column menu",
  menuTitle: "Mutes, media, languages, export",
  showing: (span: string) => `Showing ${span}`,
  backToLive: "Back to live",
  histogram: "The histogram",
  list: "The list",
  newPosts: (count: number) => formatCount(count, "new post"),
  press: " · press",
  toShow: "to show",
  since: (time: string) => `Since ${time}`,
  tryThese: "Try",
};

export const liveWords = {
  state: (state: "live" | "paused" | "past", newCount: number) =>
    state === "live" ? "Live" : state === "past" ? "Fixed time" : newCount ? `Paused, ${formatCompact(newCount)} new` : "Paused",
  title: (state: "live" | "paused" | "past", status: string | null) => `${status === null ? "" : `${status}. `}Click to ${DOES[state]}`,
  label: (words: string, state: "live" | "paused" | "past", status: string | null) => `${words}${status === null ? "" : `, but ${status}`}. Press to ${DOES[state]}`,
};
const DOES = { live: "pause", paused: "resume", past: "go back to live" };

export const filterWords = {
  summary: (filters: number, hidden: number, shown: boolean) => {
    const names = formatCount(filters, "filter");
    return shown ? `${names} off, ${formatNumber(hidden)} shown that they hide` : `${names}, ${formatNumber(hidden)} hidden`;
  },
  show: "Show",
  hide: "Hide",
  showLabel: (hidden: number) => `Show the ${formatCount(hidden, "post")} that the filters hide`,
  hideLabel: "Hide what the filters hide",
};

export const timeToolWords = {
  choose: "Choose a time",
  group: "Time shown",
  earlier: "Earlier",
  later: "Later",
  zoomInLatest: "Zoom in (latest half)",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  allTime: "All time",
};

export const orderWords = {
  group: "Order",
  title: (order: Order) => `Order: ${ORDER_HINTS[order]}`,
  loaded: (count: number) => `${formatNumber(count)} loaded`,
  depth: "How many posts to load",
  ofDepth: (depth: number) => `of ${formatNumber(depth)}`,
};

export const feedWords = {
  label: (ranking: boolean) => `Posts, ${ranking ? "a ranking" : "newest first"}`,
  loading: LOADING,
  loadingOlder: "Loading older posts…",
  olderFailed: (message: string) => `Older posts could not be loaded: ${message}`,
  tryAgain: "Try again",
  limit: (most: number) => `${formatNumber(most)} posts are loaded, the limit. For older posts pick a time range in the chart.`,
  older: "Older posts",
  end: (hidden: boolean) => (hidden ? FILTERED : "No older posts"),
};

export const pagerWords = {
  group: "Pages of the ranking",
  previous: "Previous",
  next: "Next",
  position: (page: number, pages: number) => `Page ${formatNumber(page)} of ${formatNumber(pages)}`,
  size: "Posts per page",
  perPage: (size: number) => `${size} per page`,
  ranked: (loaded: number, total: number | null) => `Ranked among the ${formatNumber(loaded)} posts loaded${total === null ? "" : ` of ${formatNumber(total)}`}.`,
  loading: LOADING,
  noReposts: (loaded: number) => `None of the ${formatNumber(loaded)} posts loaded is a repost of another.`,
  filtered: FILTERED,
};
