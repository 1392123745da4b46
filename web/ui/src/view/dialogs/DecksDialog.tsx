/**
 * Decks dialog: saves the columns under a title, or as a new deck; lists the stored decks, opens and deletes them; writes the deck or the saved
 * searches to a file and reads such files.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { DECK_TITLE_MAX_LENGTH, cleanDeckTitle } from "../../state/deck/deckDocument";
import { pathOfDeck } from "../../state/deck/deckName";
import { deleteDeck, listDecks } from "../../state/deck/deckList";
import type { DeckSummary } from "../../wire/deckApi";
import { savedDeckWords } from "../../words";
import { CloseSign } from "../icons";
import { DeckFiles } from "./DeckFiles";

function SaveForm({ desk }: { desk: Desk }): JSX.Element {
  const { keeper } = desk;
  const [title, setTitle] = useState(keeper.title);
  const save = (asNew: boolean): void => {
    const name = cleanDeckTitle(title);
    void (asNew ? keeper.saveAs(name) : keeper.save(name)).then((saved) => {
      if (saved) desk.openDialog(null);
    });
  };
  const isNew = keeper.id === null;
  const empty = cleanDeckTitle(title) === "";
  return (
    <form class="save-deck" onSubmit={(event) => {
      event.preventDefault();
      if (!empty && !keeper.isSaving) save(isNew);
    }}>
      <label>{savedDeckWords.title} <input type="text" dir="auto" value={title} maxLength={DECK_TITLE_MAX_LENGTH} placeholder={savedDeckWords.titleHint}
        aria-describedby={keeper.saveProblem === null ? undefined : "deck-problem"} onInput={(event) => setTitle(event.currentTarget.value)} /></label>
      <p>
        <button disabled={empty || keeper.isSaving}>{isNew ? savedDeckWords.saveNew : savedDeckWords.saveOver}</button>
        {isNew ? null : <button type="button" disabled={empty || keeper.isSaving} onClick={() => save(true)}>{savedDeckWords.saveNew}</button>}
      </p>
      {keeper.saveProblem === null ? null : <p id="deck-problem" role="alert">{savedDeckWords.notSaved(keeper.saveProblem)}</p>}
    </form>
  );
}

/** Question whether a deck is to be deleted. The focus begins on the harmless answer. */
function DeleteQuestion({ title, yes, no }: { title: string; yes: () => void; no: () => void }): JSX.Element {
  const keep = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => keep.current?.focus(), []);
  return (
    <li class="asking" role="group" aria-label={savedDeckWords.removeSure(title)}>
      <span>{savedDeckWords.removeSure(title)}</span>
      <button onClick={yes}>{savedDeckWords.removeYes}</button>
      <button ref={keep} onClick={no}>{savedDeckWords.removeNo}</button>
    </li>
  );
}

function DeckRow({ desk, one, removed }: { desk: Desk; one: DeckSummary; removed: (problem: string | null) => void }): JSX.Element {
  const [asking, setAsking] = useState(false);
  const remove = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useLayoutEffect(() => {
    if (!asking && wasAsking.current) remove.current?.focus();
    wasAsking.current = asking;
  }, [asking]);
  const title = one.title || one.id;
  const isOpen = one.id === desk.keeper.id;
  if (asking) return <DeleteQuestion title={title} yes={() => void deleteDeck(desk, one.id, title).then(removed)} no={() => setAsking(false)} />;
  return (
    <li>
      <a class="wide" href={pathOfDeck(one.id)} aria-current={isOpen ? "page" : undefined}>
        <bdi>{title}</bdi> <span class="meta">{savedDeckWords.columnsAndTime(one.columns, one.changed_at)}{isOpen ? ` · ${savedDeckWords.isOpen}` : ""}</span>
      </a>
      <button ref={remove} class="plain round" aria-label={savedDeckWords.remove(title)} onClick={() => setAsking(true)}><CloseSign /></button>
    </li>
  );
}

export function DecksDialog({ desk }: { desk: Desk }): JSX.Element {
  const [decks, setDecks] = useState<DeckSummary[] | string | null>(null);
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    void listDecks(abort.signal).then((found) => {
      if (found !== null) setDecks(found);
    });
    return () => abort.abort();
  }, [round]);
  const onRemoved = (why: string | null): void => {
    setProblem(why);
    setRound(round + 1);
  };
  return (
    <>
      <h3>{savedDeckWords.thisDeck}</h3>
      <SaveForm desk={desk} key={desk.keeper.id} />
      <h3>{savedDeckWords.allDecks}</h3>
      {desk.keeper.isUnsaved ? <p class="meta">{savedDeckWords.unsavedWarning}</p> : null}
      {problem === null ? null : <p role="alert">{problem}</p>}
      {decks === null ? <p class="meta">{savedDeckWords.loading}</p> : null}
      {typeof decks === "string" ? <p role="alert">{decks} <button onClick={() => setRound(round + 1)}>{savedDeckWords.tryAgain}</button></p> : null}
      {Array.isArray(decks) && !decks.length ? <p class="meta">{savedDeckWords.none}</p> : null}
      {Array.isArray(decks) && decks.length ? <ul class="searches decks">{decks.map((one) => <DeckRow key={one.id} desk={desk} one={one} removed={onRemoved} />)}</ul> : null}
      <p><a href="/">{savedDeckWords.newDeck}</a></p>
      <h3>{savedDeckWords.asFile}</h3>
      <DeckFiles desk={desk} />
    </>
  );
}
