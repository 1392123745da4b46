/**
 * Column menu: edits mutes, shown languages, kinds of posts to hide, media and profile pictures, each stored at once as a setting of the
 * page, and links to the export of all matches (or of those of the chosen time) as JSONL, CSV or ids.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { exportUrl } from "../../wire/exportUrl";
import { Check, Choice } from "./FormControls";
import { CloseSign } from "../icons";
import { dialogWords } from "../../words";

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
        <input type="text" value={draft} placeholder={hint} aria-label={title} maxLength={100} onInput={(event) => setDraft(event.currentTarget.value)} /> <button disabled={full}>{dialogWords.columnMenuAdd}</button>
        {full ? <p class="meta">{dialogWords.columnMenuFull(LIST_MAX)}</p> : null}
      </form>
      <ul class="chips">
        {values.map((value) => (
          <li key={value}><bdi>{value}</bdi> <button class="plain round" aria-label={dialogWords.columnMenuRemove(value)} onClick={() => change(values.filter((one) => one !== value))}><CloseSign /></button></li>
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
      <TagListEditor title={dialogWords.columnMenuMute} hint={dialogWords.columnMenuMuteHint} values={settings.muted} change={(muted) => desk.updateSettings({ muted })} />
      <TagListEditor title={dialogWords.columnMenuLanguages} hint={dialogWords.columnMenuLanguagesHint} values={settings.languages} change={(languages) => desk.updateSettings({ languages: languages.map((one) => one.toLowerCase()) })} />
      <fieldset class="choice">
        <legend>{dialogWords.columnMenuHide}</legend>
        <div>
          <Check label={dialogWords.columnMenuHideReposts} on={settings.hideReposts} change={(hideReposts) => desk.updateSettings({ hideReposts })} />
          <Check label={dialogWords.columnMenuHideReplies} on={settings.hideReplies} change={(hideReplies) => desk.updateSettings({ hideReplies })} />
          <Check label={dialogWords.columnMenuHideWithoutMedia} on={settings.mediaOnly} change={(mediaOnly) => desk.updateSettings({ mediaOnly })} />
        </div>
      </fieldset>
      <Choice legend={dialogWords.columnMenuMedia} value={settings.media} change={(media) => desk.updateSettings({ media })} of={(["show", "ask", "hide"] as const).map((choice) => [choice, dialogWords.columnMenuMediaChoices[choice]])} />
      <Check label={dialogWords.columnMenuPictures} on={settings.pictures} change={(pictures) => desk.updateSettings({ pictures })} />
      <fieldset class="choice">
        <legend>{column.run.isPast ? dialogWords.columnMenuExportSpan : dialogWords.columnMenuExportAll}</legend>
        <p class="exports">
          {(["jsonl", "csv", "ids"] as const).map((format) => <a key={format} class="button" href={exportUrl(query, format, from, to)} download="">{format.toUpperCase()}</a>)}
        </p>
      </fieldset>
    </>
  );
}
