/**
 * Button with the one action that the current status offers, and the execution of each: retry the connection, search again, focus the
 * search, show coverage, show the newest posts, go back to live, sign in, reload the page, copy a command. For a search without matches it
 * is the closest search button.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Status } from "../../state/page/status";
import { nextStepOf } from "../../state/page/statusInputs";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { ClosestSearchButton } from "./ClosestSearchButton";
import { copyText } from "./clipboard";
import { showNewest } from "../actions/columnFocus";
import { statusWords } from "../../words";

export function StatusActionButton({ desk, column, action }: { desk: Desk; column: Column; action: NonNullable<Status["action"]> }): JSX.Element {
  const [note, setNote] = useState("");
  if (action.act === "shorter") return <ClosestSearchButton desk={desk} column={column} label={action.label} />;
  function act(): void {
    switch (action.act) {
      case "retry":
        return desk.retryConnection();
      case "again":
        return desk.searchAgain(column);
      case "mend":
        desk.deck.select(column);
        return document.getElementById("search")?.focus();
      case "coverage":
        return desk.openDialog("coverage");
      case "newest":
        return showNewest(desk, column);
      case "now":
        return desk.navigate({ from: null, to: null }, column);
      case "sign-in":
        return desk.openDialog("sign-in");
      case "reload":
        return location.reload();
      case "copy-step":
        void copyText(nextStepOf(desk.server)).then((done) => setNote(done ? statusWords.actionCopied : statusWords.actionNotCopied));
    }
  }
  return (
    <span class="action">
      <button onClick={act}>{action.label}</button>
      {note ? <span role="status"> {note}</span> : null}
    </span>
  );
}
