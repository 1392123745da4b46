/**
 * Menu items: what can be done with a post or with a word, as data: a label with an action of the desk, a link, or a text to copy. The views
 * draw them, and copy and open what an item says.
 */
import type { Card } from "../../posts/cardIndex";
import { termOf } from "../../query/editQuery";
import { safeUrl } from "../../text/url";
import { tokenize } from "../../text/tokenizer";
import { cardWords, menuWords } from "../../words";
import type { Column } from "../column";
import type { Desk } from "../desk";
import { muteTerm } from "./muting";
import { postPath } from "../post/postAddress";
import type { MenuSubject } from "./menuState";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** Action of the item. It may open another menu or a dialog. */
  readonly run?: () => void;
  /** Address that the item opens; `outside`: of another host, in a tab of its own. */
  readonly href?: string;
  readonly outside?: boolean;
  /** Text that the item copies. */
  readonly copies?: string;
  /** Whether a line stands above the item. */
  readonly begins?: boolean;
  /** Writing direction and isolation are those of a text from outside. */
  readonly foreign?: boolean;
}

/** Words of a post that its word menu offers at most. */
export const WORDS_MAX = 24;

/** Return the name of a menu for screen readers. */
export function menuLabel(subject: MenuSubject): string {
  if (subject.kind === "word") return menuWords.wordMenu(subject.text);
  return subject.kind === "words" ? menuWords.wordsMenu : menuWords.cardMenuOf(subject.card.post.author.handle);
}

/** Return the items of a menu. */
export function menuItems(desk: Desk, subject: MenuSubject): MenuItem[] {
  switch (subject.kind) {
    case "card":
      return cardItems(desk, subject.column, subject.card);
    case "words":
      return wordsOf(subject.card).map((word) => ({
        id: `word-${word}`, label: word, foreign: true, run: () => desk.posts.menus.open({ kind: "word", column: subject.column, term: termOf("word", word), text: word }),
      }));
    case "word":
      return wordItems(desk, subject.column, subject.term, subject.text);
  }
}

function cardItems(desk: Desk, column: Column, card: Card): MenuItem[] {
  const { post } = card;
  const { handle } = post.author;
  const pin = desk.keeper.pins[post.id];
  const url = safeUrl(post.url);
  const by = `${termOf("author", handle)} source:${post.source}`;
  const hasWords = wordsOf(card).length > 0;
  return [
    { id: "conversation", label: menuWords.conversation, href: postPath(post.id) },
    { id: "author", label: menuWords.byAuthor(handle), run: () => void desk.deck.add({ query: by }) },
    { id: "why", label: menuWords.why, run: () => desk.posts.why.open(column, post) },
    ...(hasWords ? [{ id: "words", label: menuWords.words, run: () => desk.posts.menus.open({ kind: "words", column, card }) }] : []),
    { id: "pin", label: pin?.pinned ? menuWords.unpin : menuWords.pin, begins: true, run: () => desk.posts.pins.setPinned(post.id, !pin?.pinned) },
    { id: "note", label: pin?.note ? menuWords.editNote : menuWords.addNote, run: () => desk.posts.pins.editNote(post.id) },
    { id: "handled", label: pin?.handled ? menuWords.notHandled : menuWords.handled, run: () => desk.posts.pins.setHandled(post.id, !pin?.handled) },
    { id: "copy", label: menuWords.copyLink, begins: true, copies: new URL(postPath(post.id), location.href).href },
    { id: "mute", label: menuWords.mute(`@${handle}`), run: () => muteTerm(desk, `@${handle}`) },
    ...(url ? [{ id: "open", label: cardWords.actionOpen(post.source), href: url, outside: true }] : []),
  ];
}

function wordItems(desk: Desk, column: Column, term: string, text: string): MenuItem[] {
  return [
    { id: "add", label: menuWords.add, run: () => desk.addTerm(term, false, column) },
    { id: "exclude", label: menuWords.exclude, run: () => desk.addTerm(term, true, column) },
    { id: "column", label: menuWords.newColumn, run: () => void desk.deck.add({ query: term }) },
    { id: "mute", label: menuWords.mute(text), run: () => muteTerm(desk, mutedText(term, text)) },
    { id: "copy", label: menuWords.copy, copies: text },
  ];
}

/** Return what is muted for a term: an account by its handle, anything else by its words. */
function mutedText(term: string, text: string): string {
  const author = /^(?:from:|@)(.+)$/u.exec(term)?.[1];
  return author ? `@${author}` : text;
}

/** Return the words of a card's post, each once, as they are written. Letters of scripts without spaces are no words to choose from. */
function wordsOf({ post }: Card): string[] {
  const found = new Map<string, string>();
  const links = post.entities.filter(({ type }) => type === "link").map(({ value }) => value);
  const text = post.text.replace(/https?:\/\/\S+/gu, " ");
  for (const { start, end, folded } of tokenize(text)) {
    if (found.size >= WORDS_MAX) break;
    if (end - start > 2 && !links.includes(text.slice(start, end)) && !found.has(folded)) found.set(folded, text.slice(start, end));
  }
  return [...found.values()];
}
