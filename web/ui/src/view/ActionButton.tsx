/** The one action a state offers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Condition } from "../state/condition";
import type { Page } from "../state/page";
import { Closest } from "./Closest";
import { copy } from "./copy";
import { newest } from "./keys";

export function ActionButton({ page, action }: { page: Page; action: NonNullable<Condition["action"]> }): JSX.Element {
  const [note, setNote] = useState("");
  if (action.act === "shorter") return <Closest page={page} label={action.label} />;
  function act(): void {
    switch (action.act) {
      case "retry":
        return page.retry();
      case "again":
        return page.again();
      case "mend":
        return document.getElementById("search")?.focus();
      case "coverage":
        return page.open("coverage");
      case "newest":
        return newest(page);
      case "now":
        return page.go({ from: null, to: null });
      case "sign-in":
        return page.open("sign-in");
      case "reload":
        return location.reload();
      case "copy-step":
        void copy(page.server.facts?.next_step ?? "").then((done) => setNote(done ? "Copied" : "Not allowed"));
    }
  }
  return (
    <span class="action">
      <button onClick={act}>{action.label}</button>
      {note ? <span role="status"> {note}</span> : null}
    </span>
  );
}
