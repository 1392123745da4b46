/**
 * Types of a post as it arrives on the wire (docs/reference/post.md): author, counts, entities, media, links, and the original of a repost.
 * Beside them are the id of the post that a card shows (`readId`), and the time within which a post counts as received live (`FRESH_MS`).
 * Posts are never modified.
 */

/** An emoji of the server's own: a text or name writes it as `:name:`. */
export interface Emoji {
  name: string;
  url: string;
}

/** Fields marked as optional are missing in posts that an earlier version of the server stored. */
export interface Author {
  id: string;
  handle: string;
  name: string;
  bio: string;
  avatar: string;
  followers: number | null;
  verified: boolean;
  bot?: boolean;
  emojis?: Emoji[];
}

export interface Counts {
  replies: number | null;
  reposts: number | null;
  quotes: number | null;
  likes: number | null;
}

/** A span of `Post.text` in code points, end exclusive. */
export interface Entity {
  type: "hashtag" | "cashtag" | "mention" | "link" | "emoji";
  start: number;
  end: number;
  value: string;
  id?: string;
}

export interface Media {
  type: string;
  url: string;
  preview: string;
  alt: string;
  mime?: string;
}

export interface Link {
  url: string;
  title: string;
  description?: string;
  image?: string;
}

export interface Poll {
  options: { text: string; votes: number | null }[];
  closes_at: number | null;
  multiple: boolean;
}

export interface Post {
  id: string;
  version: number;
  seq: number;
  /** Sequence number under which the post was first stored; missing or 0 where that was before these numbers were kept. */
  first_seq?: number;
  source: string;
  url: string;
  created_at: number;
  claimed_at: number | null;
  received_at: number;
  text: string;
  entities: Entity[];
  lang: string;
  author: Author;
  counts: Counts;
  reply_to: { id: string; author: string; handle: string } | null;
  /** Conversation by the source's own name; missing or empty where it names none. */
  conversation_id?: string;
  repost_of: string;
  quote_of: string;
  hashtags: string[];
  links: Link[];
  media: Media[];
  sensitive: boolean;
  poll?: Poll | null;
  edited_at?: number | null;
  emojis?: Emoji[];
  /** When the post was deleted that had this id before; 0 if none had. */
  rewritten?: number;
  imported?: boolean;
  original?: Post;
}

/** A post received within this many milliseconds of its creation was seen live, not brought in later by a repost. */
export const FRESH_MS = 3_600_000;

/** Return the id of the post that a card shows: the original's id for a repost. */
export function readId(post: Post): string {
  return post.repost_of || post.id;
}

/** Return the post whose text is read: the original of a repost where it is stored, else the post itself. */
export function readPost(post: Post): Post {
  return post.repost_of && post.original ? post.original : post;
}

/** Return the language of a post without script and region ("pt" for "pt-BR"); "" where the source states none. */
export function languageOf(post: Post): string {
  return (post.lang.split("-")[0] ?? "").toLowerCase();
}
