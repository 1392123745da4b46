/**
 * Column menu of the selected column: its title, what new posts do, what is hidden in it and in all columns, media, depth and width, the
 * export of its matches as JSONL, CSV or ids; and the actions that duplicate, collapse, move and remove it. What one column alone chooses
 * is stored as a setting of the page.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { askToNotify } from "../../state/columns/alertOutput";
import { ALERTS, COLUMN_WIDTHS, type ColumnAlert, type ColumnSpec, type Hide, MUTE_MAX_LENGTH, TITLE_MAX_LENGTH } from "../../state/columnSpec";
import { DEPTHS, LIST_MAX } from "../../state/page/settings";
import { formatNumber } from "../../text/formatNumber";
import { exportUrl } from "../../wire/exportUrl";
import { type ActionName, actionNamed } from "../actions/pageActions";
import { Check, Choice } from "./FormControls";
import { CloseSign } from "../icons";
import { columnsWords, dialogWords } from "../../words";

function TagListEditor({ title, hint, values, change }: { title: string; hint: string; values: readonly string[]; change: (values: string[]) => void }): JSX.Element {
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
        <input type="text" value={draft} placeholder={hint} aria-label={title} maxLength={MUTE_MAX_LENGTH} onInput={(event) => setDraft(event.currentTarget.value)} /> <button disabled={full}>{dialogWords.columnMenuAdd}</button>
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

function TitleField({ desk }: { desk: Desk }): JSX.Element {
  const { column } = desk;
  return (
    <label class="choice">
      {columnsWords.menuTitleField}{" "}
      <input type="text" class="wide" value={column.spec.title} placeholder={columnsWords.menuTitleHint} maxLength={TITLE_MAX_LENGTH}
        onChange={(event) => desk.deck.setTitle(column, event.currentTarget.value)} />
    </label>
  );
}

/** Choice of what new posts do. The browser's permission is asked for only when a reader chooses notifications. */
function AlertChoice({ desk }: { desk: Desk }): JSX.Element {
  const [refused, setRefused] = useState(false);
  const { column } = desk;
  const choose = (alert: ColumnAlert): void => {
    desk.deck.setColumn({ alert }, column);
    setRefused(false);
    if (alert !== "notification") return;
    void askToNotify().then((granted) => {
      if (granted) return;
      setRefused(true);
      desk.deck.setColumn({ alert: "badge" }, column);
    });
  };
  return (
    <>
      <Choice legend={columnsWords.menuAlert} value={column.spec.alert} change={choose} of={ALERTS.map((one) => [one, columnsWords.menuAlerts[one]])} />
      {refused ? <p class="meta warn" role="status">{columnsWords.notificationsRefused}</p> : null}
    </>
  );
}

function HideChoices({ spec, change }: { spec: ColumnSpec; change: (hide: Partial<Hide>) => void }): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{dialogWords.columnMenuHide}</legend>
      <div>
        <Check label={dialogWords.columnMenuHideReposts} on={spec.hide.reposts} change={(reposts) => change({ reposts })} />
        <Check label={dialogWords.columnMenuHideReplies} on={spec.hide.replies} change={(replies) => change({ replies })} />
        <Check label={columnsWords.menuQuotes} on={spec.hide.quotes} change={(quotes) => change({ quotes })} />
        <Check label={columnsWords.menuSensitive} on={spec.hide.sensitive} change={(sensitive) => change({ sensitive })} />
        <Check label={dialogWords.columnMenuHideWithoutMedia} on={spec.hide.withoutMedia} change={(withoutMedia) => change({ withoutMedia })} />
      </div>
    </fieldset>
  );
}

/** Editors of what the column hides besides the mutes of all columns: words and accounts, and languages. */
function ColumnMutes({ desk }: { desk: Desk }): JSX.Element {
  const { column } = desk;
  const { mutes } = column.spec;
  const change = (next: Partial<typeof mutes>): void => desk.deck.setColumn({ mutes: { ...mutes, ...next } }, column);
  return (
    <>
      <TagListEditor title={columnsWords.menuHereOnly} hint={columnsWords.menuHereOnlyHint} values={[...mutes.words, ...mutes.authors.map((author) => `@${author}`)]}
        change={(all) => change({ words: all.filter((one) => !one.startsWith("@")), authors: all.filter((one) => /^@./u.test(one)).map((one) => one.slice(1)) })} />
      <TagListEditor title={columnsWords.menuHiddenLanguages} hint={dialogWords.columnMenuLanguagesHint} values={mutes.languages} change={(languages) => change({ languages: languages.map((one) => one.toLowerCase()) })} />
    </>
  );
}

/** Button of an action of the page, disabled while the action can do nothing. */
function ActionButton({ desk, of, label, isLast = false, kind }: { desk: Desk; of: ActionName; label: string; isLast?: boolean; kind?: string }): JSX.Element {
  const action = actionNamed(desk, of);
  const run = (): void => {
    if (isLast) desk.openDialog(null);
    action?.run(desk);
  };
  return <button class={kind} disabled={!action} onClick={run}>{label}</button>;
}

/** Actions of the column. All but moves close the menu first: a column is often moved by several places. */
function ColumnButtons({ desk }: { desk: Desk }): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{columnsWords.menuColumn}</legend>
      <div>
        <ActionButton desk={desk} of="duplicateColumn" label={columnsWords.duplicate} isLast />
        {desk.deck.isAlone ? null : (
          <>
            <ActionButton desk={desk} of="collapseColumn" label={columnsWords.collapse} isLast />
            <ActionButton desk={desk} of="moveColumnLeft" label={columnsWords.moveLeft} />
            <ActionButton desk={desk} of="moveColumnRight" label={columnsWords.moveRight} />
            <ActionButton desk={desk} of="removeColumn" label={columnsWords.remove} isLast kind="remove" />
          </>
        )}
      </div>
    </fieldset>
  );
}

export function ColumnMenu({ desk }: { desk: Desk }): JSX.Element {
  const { settings, column, deck } = desk;
  const { spec } = column;
  const { query, from, to } = spec;
  const hide = (change: Partial<Hide>): void => deck.setColumn({ hide: { ...spec.hide, ...change } }, column);
  return (
    <>
      <ColumnButtons desk={desk} />
      <TitleField desk={desk} />
      <AlertChoice desk={desk} />
      <TagListEditor title={dialogWords.columnMenuMute} hint={dialogWords.columnMenuMuteHint} values={settings.muted} change={(muted) => desk.updateSettings({ muted })} />
      <ColumnMutes desk={desk} />
      <TagListEditor title={dialogWords.columnMenuLanguages} hint={dialogWords.columnMenuLanguagesHint} values={spec.hide.onlyLanguages} change={(languages) => hide({ onlyLanguages: languages.map((one) => one.toLowerCase()) })} />
      <HideChoices spec={spec} change={hide} />
      <Choice legend={dialogWords.columnMenuMedia} value={spec.media} change={(media) => deck.setColumn({ media }, column)} of={(["show", "ask", "hide"] as const).map((choice) => [choice, dialogWords.columnMenuMediaChoices[choice]])} />
      <Check label={dialogWords.columnMenuPictures} on={settings.pictures} change={(pictures) => desk.updateSettings({ pictures })} />
      <Choice legend={columnsWords.menuDepth} value={String(spec.depth)} change={(depth) => deck.setColumn({ depth: Number(depth) }, column)} of={(desk.server.facts?.depths ?? DEPTHS).map((depth) => [String(depth), formatNumber(depth)])} />
      {deck.isAlone ? null : <Choice legend={columnsWords.menuWidth} value={spec.width} change={(width) => deck.setColumn({ width }, column)} of={COLUMN_WIDTHS.map((width) => [width, columnsWords.menuWidths[width]])} />}
      <fieldset class="choice">
        <legend>{column.run.isPast ? dialogWords.columnMenuExportSpan : dialogWords.columnMenuExportAll}</legend>
        <p class="exports">
          {(["jsonl", "csv", "ids"] as const).map((format) => <a key={format} class="button" href={exportUrl(query, format, from, to)} download="">{format.toUpperCase()}</a>)}
        </p>
      </fieldset>
    </>
  );
}
