/**
 * Conflict dialog: shows when somebody else saved the deck and what each side changed, and lets the reader take theirs, take mine, or keep both
 * as columns. Closing the dialog puts the decision off.
 */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { COLUMNS_MAX } from "../../state/deck/deckAddress";
import { bothOf } from "../../state/deck/keptDeck";
import { type DeckChange, changesBetween } from "../../state/deck/mergeDecks";
import type { DeckDocument } from "../../state/deck/deckDocument";
import { columnsWords, savedDeckWords } from "../../words";

function textOf(change: DeckChange): string {
  switch (change.kind) {
    case "title":
      return savedDeckWords.changeTitle(change.title);
    case "moved":
      return savedDeckWords.changeMoved;
    case "added":
      return savedDeckWords.changeAdded(columnsWords.nameOf(change.spec));
    case "removed":
      return savedDeckWords.changeRemoved(columnsWords.nameOf(change.spec));
    case "changed":
      return change.before.query === change.spec.query
        ? savedDeckWords.changeOther(columnsWords.nameOf(change.spec))
        : savedDeckWords.changeSearch(columnsWords.nameOf(change.before), change.spec.query);
  }
}

function Changes({ title, from, to }: { title: string; from: DeckDocument; to: DeckDocument }): JSX.Element {
  const changes = changesBetween(from, to);
  return (
    <>
      <h3>{title}</h3>
      {changes.length ? <ul>{changes.map((one, at) => <li key={at}>{textOf(one)}</li>)}</ul> : <p class="meta">{savedDeckWords.noChange}</p>}
    </>
  );
}

export function ConflictDialog({ desk }: { desk: Desk }): JSX.Element | null {
  const { keeper } = desk;
  const { conflict } = keeper;
  // Made once for a conflict: a column that both changed gets a new id each time.
  const both = useMemo(() => (conflict ? bothOf(conflict) : null), [conflict]);
  if (!conflict) return null;
  const { base, theirs, mine } = conflict;
  const finish = (how: "theirs" | "mine", joined: DeckDocument | null = null): void => void keeper.resolve(how, joined);
  const isFull = both !== null && both.columns.length > COLUMNS_MAX;
  return (
    <>
      <p>{theirs ? savedDeckWords.conflictWhen(theirs.changedAt) : savedDeckWords.conflictDeleted}</p>
      {theirs ? <Changes title={savedDeckWords.conflictTheirs} from={base} to={theirs} /> : null}
      {theirs ? <Changes title={savedDeckWords.conflictMine} from={base} to={mine} /> : null}
      {keeper.saveProblem === null ? null : <p role="alert">{savedDeckWords.notSaved(keeper.saveProblem)}</p>}
      <ul class="choices">
        {both ? <li><button disabled={isFull || keeper.isSaving} onClick={() => finish("mine", both)}>{savedDeckWords.takeBoth}</button> <span class="meta">{isFull ? savedDeckWords.takeBothFull(COLUMNS_MAX) : savedDeckWords.takeBothHint(both.columns.length)}</span></li> : null}
        <li><button disabled={keeper.isSaving} onClick={() => finish("mine")}>{theirs ? savedDeckWords.takeMine : savedDeckWords.makeAnew}</button> <span class="meta">{theirs ? savedDeckWords.takeMineHint : ""}</span></li>
        <li><button disabled={keeper.isSaving} onClick={() => finish("theirs")}>{theirs ? savedDeckWords.takeTheirs : savedDeckWords.letGo}</button> <span class="meta">{theirs ? savedDeckWords.takeTheirsHint : ""}</span></li>
      </ul>
    </>
  );
}
