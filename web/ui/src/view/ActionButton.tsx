/** The one action a state offers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { shorter } from "../query/edit";
import type { Condition } from "../state/condition";
import type { Page } from "../state/page";
import { counted } from "../text/number";
import { api, ApiError } from "../wire/api";

/** Return the shorter search that finds most, or null when none finds any. */
async function closest(query: string): Promise<{ query: string; total: number } | null> {
  const tried = shorter(query).map(async (text) => ({ query: text, total: (await api.timeline({ q: text })).total }));
  const found = (await Promise.allSettled(tried)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return found.filter((one) => one.total > 0).sort((a, b) => a.total - b.total)[0] ?? null;
}

export function ActionButton({ page, action }: { page: Page; action: NonNullable<Condition["action"]> }): JSX.Element {
  const [note, setNote] = useState("");
  function act(): void {
    switch (action.act) {
      case "retry":
        return page.retry();
      case "coverage":
        return page.open("coverage");
      case "newest":
        return page.resume();
      case "now":
        return page.go({ from: null, to: null });
      case "sign-in":
        return page.open("sign-in");
      case "reload":
        return location.reload();
      case "copy-step":
        void navigator.clipboard.writeText(page.facts?.next_step ?? "").then(() => setNote("Copied"), () => setNote("Not allowed"));
        return;
      case "shorter":
        void closest(page.column.place.query)
          .catch((error: unknown) => {
            if (!(error instanceof ApiError)) throw error;
            return null;
          })
          .then((found) => {
            if (!found) return setNote("No shorter search finds any; try *");
            page.go({ query: found.query });
            page.say(`${found.query}: ${counted(found.total, "match", "matches")}`);
          });
    }
  }
  return (
    <span class="action">
      <button onClick={act}>{action.label}</button>
      {note ? <span role="status"> {note}</span> : null}
    </span>
  );
}
