/** The one action a state offers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Condition } from "../../state/status";
import type { Desk } from "../../state/desk";
import { Closest } from "./ClosestSearchButton";
import { copy } from "./clipboard";
import { newest } from "./keyboard";

export function ActionButton({ desk, action }: { desk: Desk; action: NonNullable<Condition["action"]> }): JSX.Element {
  const [note, setNote] = useState("");
  if (action.act === "shorter") return <Closest desk={desk} label={action.label} />;
  function act(): void {
    switch (action.act) {
      case "retry":
        return desk.retry();
      case "again":
        return desk.again();
      case "mend":
        return document.getElementById("search")?.focus();
      case "coverage":
        return desk.open("coverage");
      case "newest":
        return newest(desk);
      case "now":
        return desk.go({ from: null, to: null });
      case "sign-in":
        return desk.open("sign-in");
      case "reload":
        return location.reload();
      case "copy-step":
        void copy(desk.server.facts?.next_step ?? "").then((done) => setNote(done ? "Copied" : "Not allowed"));
    }
  }
  return (
    <span class="action">
      <button onClick={act}>{action.label}</button>
      {note ? <span role="status"> {note}</span> : null}
    </span>
  );
}
