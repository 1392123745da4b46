/** The column's menu: what is hidden here, media, and the export of all matches. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { isolate } from "../../text/bidiIsolate";
import { exportUrl } from "../../wire/api";
import { Check, Choice } from "./FormControls";
import { CloseSign } from "../icons";

function TagListEditor({ title, hint, values, change }: { title: string; hint: string; values: string[]; change: (values: string[]) => void }): JSX.Element {
  const [draft, setDraft] = useState("");
  const full = values.length >= LIST_MAX;
  return (
    <fieldset class="choice">
      <legend>{title}</legend>
      <form onSubmit={(event) => {
        event.preventDefault();
        const value = draft.trim();
        if (value && !full && !values.includes(value)) change([...values, value]);
        setDraft("");
      }}>
        <input type="text" value={draft} placeholder={hint} aria-label={title} maxLength={100} onInput={(event) => setDraft(event.currentTarget.value)} /> <button disabled={full}>Add</button>
        {full ? <p class="meta">{LIST_MAX} at most: remove one to add another.</p> : null}
      </form>
      <ul class="chips">
        {values.map((value) => (
          <li key={value}><bdi>{value}</bdi> <button class="plain round" aria-label={`Remove ${isolate(value)}`} onClick={() => change(values.filter((one) => one !== value))}><CloseSign /></button></li>
        ))}
      </ul>
    </fieldset>
  );
}

export function ColumnMenu({ desk }: { desk: Desk }): JSX.Element {
  const { settings, column } = desk;
  const { query, from, to } = column.spec;
  return (
    <>
      <TagListEditor title="Mute" hint="word, #tag or @account" values={settings.muted} change={(muted) => desk.updateSettings({ muted })} />
      <TagListEditor title="Only these languages" hint="en, ja, …" values={settings.languages} change={(languages) => desk.updateSettings({ languages: languages.map((one) => one.toLowerCase()) })} />
      <fieldset class="choice">
        <legend>Hide</legend>
        <div>
          <Check label="Posts known only by reposts" on={settings.hideReposts} change={(hideReposts) => desk.updateSettings({ hideReposts })} />
          <Check label="Replies" on={settings.hideReplies} change={(hideReplies) => desk.updateSettings({ hideReplies })} />
          <Check label="Posts without media" on={settings.mediaOnly} change={(mediaOnly) => desk.updateSettings({ mediaOnly })} />
        </div>
      </fieldset>
      <Choice legend="Media" value={settings.media} change={(media) => desk.updateSettings({ media })} of={[["show", "show"], ["ask", "cover"], ["hide", "hide"]]} />
      <Check label="Pictures of authors" on={settings.pictures} change={(pictures) => desk.updateSettings({ pictures })} />
      <fieldset class="choice">
        <legend>{column.run.isPast ? "Export the matches of this time" : "Export all matches"}</legend>
        <p class="exports">
          {(["jsonl", "csv", "ids"] as const).map((format) => <a key={format} class="button" href={exportUrl(query, format, from, to)} download="">{format.toUpperCase()}</a>)}
        </p>
      </fieldset>
    </>
  );
}
