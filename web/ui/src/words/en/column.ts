/**
 * Words of a column: header, Live button, filters, times, orders, list and ranking pages. Constants hold fixed texts, functions insert
 * numbers and names; `ORDER_NAMES` and `ORDER_HINTS` name and explain each order.
 */
import type { Order } from "../../posts/ranking";
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";

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

export const allFiltered = "All posts are hidden by your filters.";
const LOADING = "Loading…";

export const allPosts = "All posts";
export const countTitle = "Matches stored in all";
export const menu = "Column menu";
export const menuTitle = "Mutes, media, languages, export";
export const showing = (span: string) => `Showing ${span}`;
export const backToLive = "Back to live";
export const histogram = "The histogram";
export const list = "The list";
export const newPosts = (count: number) => formatCount(count, "new post");
export const press = " · press";
export const toShow = "to show";
export const since = (time: string) => `Since ${time}`;
export const tryThese = "Try";

export const liveState = (state: "live" | "paused" | "past", newCount: number) =>
  state === "live" ? "Live" : state === "past" ? "Fixed time" : newCount ? `Paused, ${formatCompact(newCount)} new` : "Paused";
export const liveTitle = (state: "live" | "paused" | "past", status: string | null) => `${status === null ? "" : `${status}. `}Click to ${DOES[state]}`;
export const liveLabel = (words: string, state: "live" | "paused" | "past", status: string | null) => `${words}${status === null ? "" : `, but ${status}`}. Press to ${DOES[state]}`;
const DOES = { live: "pause", paused: "resume", past: "go back to live" };

export const filterSummary = (filters: number, hidden: number, shown: boolean) => {
  const names = formatCount(filters, "filter");
  return shown ? `${names} off, ${formatNumber(hidden)} shown that they hide` : `${names}, ${formatNumber(hidden)} hidden`;
};
export const filterShow = "Show";
export const filterHide = "Hide";
export const filterShowLabel = (hidden: number) => `Show the ${formatCount(hidden, "post")} that the filters hide`;
export const filterHideLabel = "Hide what the filters hide";

export const timeToolChoose = "Choose a time";
export const timeToolGroup = "Time shown";
export const timeToolEarlier = "Earlier";
export const timeToolLater = "Later";
export const timeToolZoomInLatest = "Zoom in (latest half)";
export const timeToolZoomIn = "Zoom in";
export const timeToolZoomOut = "Zoom out";
export const timeToolAllTime = "All time";

export const timeToolType = "Type a time";
export const timeFields = "Time shown, typed";
export const timeFrom = "From";
export const timeTo = "to";
export const timeShow = "Show";
export const timeFaults = {
  from: "The first field holds no time.", to: "The second field holds no time.", order: "The time ends before it begins, or with it.",
};

export const orderGroup = "Order";
export const orderTitle = (order: Order) => `Order: ${ORDER_HINTS[order]}`;
export const orderLoaded = (count: number) => `${formatNumber(count)} loaded`;
export const orderDepth = "How many posts to load";
export const orderOfDepth = (depth: number) => `of ${formatNumber(depth)}`;

export const feedLabel = (ranking: boolean) => `Posts, ${ranking ? "a ranking" : "newest first"}`;
export const feedLoading = LOADING;
export const feedLoadingOlder = "Loading older posts…";
export const feedOlderFailed = (message: string) => `Older posts could not be loaded: ${message}`;
export const feedTryAgain = "Try again";
export const feedLimit = (most: number) => `${formatNumber(most)} posts are loaded, the limit. For older posts pick a time range in the chart.`;
export const feedOlder = "Older posts";
export const feedEnd = "No older posts";

export const pagerGroup = "Pages of the ranking";
export const pagerPrevious = "Previous";
export const pagerNext = "Next";
export const pagerPosition = (page: number, pages: number) => `Page ${formatNumber(page)} of ${formatNumber(pages)}`;
export const pagerSize = "Posts per page";
export const pagerPerPage = (size: number) => `${size} per page`;
export const pagerRanked = (loaded: number, total: number | null) => `Ranked among the ${formatNumber(loaded)} posts loaded${total === null ? "" : ` of ${formatNumber(total)}`}.`;
export const pagerRankedStored = (originals: number) => `Ranked among all ${formatCount(originals, "post")} stored that are no reposts.`;
export const pagerProblem = (message: string) => `All that is stored could not be ranked: ${message}`;
export const pagerLoading = LOADING;
export const pagerNoReposts = (loaded: number) => `None of the ${formatNumber(loaded)} posts loaded is a repost of another.`;
export const pagerNoMatch = "No stored post matches this search.";
export const pagerNoOriginals = "Only reposts match. The posts that they repost are not stored, so there is nothing to rank.";
