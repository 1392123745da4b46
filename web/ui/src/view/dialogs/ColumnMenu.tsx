/** The column's menu: what is hidden here, media, and the export of all matches. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { exportUrl } from "../../wire/exportUrl";
import { Check, Choice } from "./FormControls";
import { CloseSign } from "../icons";
import { columnMenuWords } from "../../words/dialogs";

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
        <input type="text" value={draft} placeholder={hint} aria-label={title} maxLength={100} onInput={(event) => setDraft(event.currentTarget.value)} /> <button disabled={full}>{columnMenuWords.add}</button>
        {full ? <p class="meta">{columnMenuWords.full(LIST_MAX)}</p> : null}
      </form>
      <ul class="chips">
        {values.map((value) => (
          <li key={value}><bdi>{value}</bdi> <button class="plain round" aria-label={columnMenuWords.remove(value)} onClick={() => change(values.filter((one) => one !== value))}><CloseSign /></button></li>
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
      <TagListEditor title={columnMenuWords.mute} hint={columnMenuWords.muteHint} values={settings.muted} change={(muted) => desk.updateSettings({ muted })} />
      <TagListEditor title={columnMenuWords.languages} hint={columnMenuWords.languagesHint} values={settings.languages} change={(languages) => desk.updateSettings({ languages: languages.map((one) => one.toLowerCase()) })} />
      <fieldset class="choice">
        <legend>{columnMenuWords.hide}</legend>
        <div>
          <Check label={columnMenuWords.hideReposts} on={settings.hideReposts} change={(hideReposts) => desk.updateSettings({ hideReposts })} />
          <Check label={columnMenuWords.hideReplies} on={settings.hideReplies} change={(hideReplies) => desk.updateSettings({ hideReplies })} />
          <Check label={columnMenuWords.hideWithoutMedia} on={settings.mediaOnly} change={(mediaOnly) => desk.updateSettings({ mediaOnly })} />
        </div>
      </fieldset>
      <Choice legend={columnMenuWords.media} value={settings.media} change={(media) => desk.updateSettings({ media })} of={(["show", "ask", "hide"] as const).map((choice) => [choice, columnMenuWords.mediaChoices[choice]])} />
      <Check label={columnMenuWords.pictures} on={settings.pictures} change={(pictures) => desk.updateSettings({ pictures })} />
      <fieldset class="choice">
        <legend>{column.run.isPast ? columnMenuWords.exportSpan : columnMenuWords.exportAll}</legend>
        <p class="exports">
          {(["jsonl", "csv", "ids"] as const).map((format) => <a key={format} class="button" href={exportUrl(query, format, from, to)} download="">{format.toUpperCase()}</a>)}
        </p>
      </fieldset>
    </>
  );
}
