/**
 * Deck bar: title of the stored deck, whether it is saved, what somebody else did with it, and the one thing to do about it. A deck without
 * a name has a bar only once its columns no longer fit into an address.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { ADDRESS_MAX_LENGTH } from "../../state/deck/deckAddress";
import { savedDeckWords } from "../../words";

/** Return the text and the button of the bar; null where it has nothing to say. */
function stateOf(desk: Desk): { text: string; button?: string; act?: () => void; alert?: boolean } | null {
  const { keeper } = desk;
  const save = (): void => void keeper.save();
  if (keeper.id === null) return { text: savedDeckWords.tooLong(ADDRESS_MAX_LENGTH), button: savedDeckWords.nameIt, act: () => desk.openDialog("decks") };
  if (keeper.isSaving) return { text: savedDeckWords.saving };
  if (keeper.saveProblem !== null) return { text: savedDeckWords.notSaved(keeper.saveProblem), button: savedDeckWords.tryAgain, act: save, alert: true };
  if (keeper.deletedElsewhere) return { text: savedDeckWords.deletedElsewhere, button: savedDeckWords.save, act: save, alert: true };
  if (keeper.newer) return { text: savedDeckWords.newer(keeper.newer.changedAt), button: savedDeckWords.compare, act: () => keeper.compare() };
  if (keeper.openProblem) return openingState(desk, save);
  if (keeper.isUnsaved) return { text: savedDeckWords.unsaved, button: savedDeckWords.save, act: save };
  return keeper.held.size ? { text: savedDeckWords.held(keeper.held.size) } : null;
}

function openingState({ keeper }: Desk, save: () => void): ReturnType<typeof stateOf> {
  const { openProblem, base, id } = keeper;
  if (openProblem?.status === 404) return { text: savedDeckWords.missing(id ?? ""), button: savedDeckWords.save, act: save };
  const again = { button: savedDeckWords.tryAgain, act: () => location.reload(), alert: true };
  return base ? { text: savedDeckWords.offlineCopy(base.changedAt), ...again } : { text: savedDeckWords.notOpened(openProblem?.message ?? ""), ...again };
}

export function DeckBar({ desk }: { desk: Desk }): JSX.Element | null {
  const { keeper, deck } = desk;
  if (keeper.id === null && !deck.isTooLong) return null;
  const state = stateOf(desk);
  return (
    <section class={`deck-bar ${state ? "" : "quiet"} ${state?.alert ? "alert" : ""}`} aria-label={savedDeckWords.bar}>
      {keeper.id === null ? null : <button class="plain deck-title" aria-haspopup="dialog" onClick={() => desk.openDialog("decks")}><bdi>{keeper.title || savedDeckWords.untitled}</bdi></button>}
      <span role="status">{state?.text ?? ""}</span>
      {state?.button ? <button onClick={state.act}>{state.button}</button> : null}
    </section>
  );
}
