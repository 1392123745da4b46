/** Words of the page of one post: what is shown of it, its conversation, its versions, why it matched, and what stands around it. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

export const title = (handle: string) => `Post by @${isolate(handle)}`;
export const tabTitle = (handle: string, name: string) => `@${handle} · ${name}`;
export const titleUnknown = "Post";
export const back = "Back to the deck";
export const print = "Print";
export const loading = "Loading the post …";
export const deleted = (at: number) => `This post was deleted at its source. Murmuration heard of it ${formatExactTime(at)}, and keeps nothing of it.`;
export const deletedNow = "This post was deleted at its source while you read. Murmuration keeps nothing of it.";
export const notStored = "No such post is stored. It may never have been collected, or it is older than what is kept.";
export const failed = (why: string) => `The post cannot be shown: ${why}`;
export const signIn = "Sign in to read it.";
export const signInLink = "Sign in";
export const tryAgain = "Try again";
export const partFailed = (why: string) => `This part cannot be shown: ${why}`;
export const partLoading = "Loading …";

export const thisPost = "This post";
export const collectedAt = (at: number) => `Collected ${formatExactTime(at)}`;
export const claimedAt = (at: number) => `Its author says it is from ${formatExactTime(at)}`;
export const postId = "Id";

export const conversation = "Conversation";
export const conversationAlone = "Nothing else of this conversation is stored.";
export const conversationRootMissing = "Its first post is not stored.";
export const conversationMore = "Show more of it";
export const conversationCut = "The conversation has more posts than are shown here.";
export const conversationSearch = "Open as a column";
export const answers = (handle: string) => `answers @${isolate(handle)}`;
export const quotes = "quotes this post";

export const versions = "Versions";
export const versionsOne = "This post was seen in one version only.";
export const versionSeen = (at: number) => `Seen ${formatExactTime(at)}`;
export const versionNow = "as it is now";
export const versionOlder = "From";
export const versionNewer = "to";
export const versionSame = "The text did not change between these two.";
export const versionOther = (fields: string) => `Changed besides: ${fields}`;
export const versionDifference = "What changed in the text";
export const fieldNames: Record<string, string> = {
  lang: "language", author: "author", counts: "counts", links: "links", media: "media", poll: "poll", sensitive: "sensitivity", quote_of: "quoted post",
};

export const why = "Why it matched";
export const whyNone = "It matches no column of the deck now.";
export const whyColumn = (title: string, matches: boolean) => `${isolate(title)}: ${matches ? "matches" : "does not match"}`;
export const whyPart = (part: string, has: boolean) => `${isolate(part)} ${has ? "found" : "not found"}`;
export const whyMark = "Mark in the text";

export const around = "Collected around it";
export const aroundSource = (source: string) => `On ${source}, before and after`;
export const aroundAuthor = (handle: string) => `By @${isolate(handle)}, before and after`;
export const aroundHere = "This post stands here";
export const aroundNone = "Nothing else is stored here.";
export const repostOf = (handle: string) => `reposted @${isolate(handle)}`;
export const pictures = (count: number) => formatCount(count, "picture or film", "pictures or films");
