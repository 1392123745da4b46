/**
 * Deck files: writes the deck or the saved searches to a JSON file of the reader's, and reads one. A deck from a file replaces the columns,
 * unsaved; searches from a file are added. A file that is neither is refused in a sentence.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { deckFile, FILE_MAX_LENGTH, readFile, searchesFile } from "../../state/deck/deckDocument";
import { addSearches, showDeckFile } from "../../state/deck/deckFiles";
import { savedDeckWords } from "../../words";
import { saveFile } from "../saveFile";

function saveJson(name: string, text: string): void {
  saveFile(new Blob([text], { type: "application/json" }), name);
}

export function DeckFiles({ desk }: { desk: Desk }): JSX.Element {
  const [fault, setFault] = useState<string | null>(null);
  const { keeper, settings } = desk;
  const take = async (file: File): Promise<void> => {
    const text = file.size > 4 * FILE_MAX_LENGTH ? " ".repeat(FILE_MAX_LENGTH + 1) : await file.text();
    const content = readFile(text, settings);
    setFault("fault" in content ? content.fault : null);
    if ("fault" in content) return;
    desk.openDialog(null);
    if ("deck" in content) showDeckFile(desk, content.deck);
    else addSearches(desk, content.searches);
  };
  return (
    <>
      <p>
        <button onClick={() => saveJson(savedDeckWords.fileName(keeper.id ?? "columns"), deckFile(keeper.mine))}>{savedDeckWords.fileOut}</button>
        <button disabled={!settings.saved.length} onClick={() => saveJson(savedDeckWords.searchesFileName, searchesFile(settings.saved))}>{savedDeckWords.searchesOut}</button>
      </p>
      <p>
        <label>{savedDeckWords.fileIn} <input type="file" accept=".json,application/json" aria-describedby="file-hint" onChange={(event) => {
          const { currentTarget } = event;
          const [file] = currentTarget.files ?? [];
          if (file) void take(file).finally(() => { currentTarget.value = ""; });
        }} /></label> <span class="meta" id="file-hint">{savedDeckWords.fileInHint}</span>
      </p>
      {fault === null ? null : <p role="alert">{fault}</p>}
    </>
  );
}
