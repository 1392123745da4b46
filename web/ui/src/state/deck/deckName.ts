/** Deck name: the id of a deck in an address (`/d/<id>`), and ids for a title. */
import { randomText } from "../../text/shortText";

const DECK_ID = /^[a-z0-9-]{1,64}$/u;
const PATH = "/d/";
/** Characters of an id that is made of a title. */
const NAME_MAX_LENGTH = 48;
/** Ids of one title that differ by a number; after them comes a random one. */
const NUMBERED_MAX = 9;

/** Return the id of the deck that a path names, null for any other path. */
export function deckIdOf(path: string): string | null {
  const id = path.startsWith(PATH) ? path.slice(PATH.length).replace(/\/$/u, "") : "";
  return DECK_ID.test(id) ? id : null;
}

export function pathOfDeck(id: string): string {
  return PATH + id;
}

/** Return ids for a title, the plainest first: letters and digits of ASCII, without accents. Take the first that no deck has. */
export function idsForTitle(title: string): string[] {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/gu, "-").slice(0, NAME_MAX_LENGTH).replace(/^-+|-+$/gu, "");
  const random = randomText(6);
  if (!plain) return [`deck-${random}`];
  return [plain, ...Array.from({ length: NUMBERED_MAX - 1 }, (_, at) => `${plain}-${at + 2}`), `${plain}-${random}`];
}
