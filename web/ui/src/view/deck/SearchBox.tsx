/**
 * Search box of the selected column: colours the query while it is typed, completes operators and their values, offers saved and recent searches, and runs the
 * search on Enter. While a reader types, the server checks the query; an error is marked at its position, with message and hint, and
 * announced to screen readers after a pause. Arrow keys, Tab, Enter and Escape operate the offers.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { offersFor, type Offer } from "../../query/completion";
import { piecesOf } from "../../query/queryLexer";
import { QUERY_MAX_LENGTH } from "../../state/page/route";
import { isRetryable } from "../../state/page/status";
import type { Desk } from "../../state/desk";
import type { Problem } from "../../wire/frame";
import { SearchSign } from "../icons";
import { problemText } from "../../words/problemText";
import { deckWords } from "../../words";
import { checkQuery } from "../../state/apiQuestions";

/** Milliseconds after the last key before the server checks the query. */
const CHECK_AFTER_MS = 250;
/** Milliseconds after the last key before a screen reader announces an error. The error is visible at once. */
const SPEAK_AFTER_MS = 1_000;

/** Return the UTF-16 offset of a code point in a text. */
function offsetOf(text: string, codePoint: number): number {
  return [...text].slice(0, codePoint).join("").length;
}

function Painted({ query, fault }: { query: string; fault: Problem | null }): JSX.Element {
  const at = fault?.position === undefined ? -1 : Math.min(offsetOf(query, fault.position), Math.max(0, query.length - 1));
  return (
    <>
      {piecesOf(query).map((piece) => {
        const wrong = at >= piece.start && at < piece.start + piece.text.length;
        return <span key={piece.start} class={`piece ${piece.kind}${wrong ? " wrong" : ""}`}>{piece.text}</span>;
      })}
    </>
  );
}

/** Hint of an error: a search to try, or an instruction ("write …"). */
function Hint({ hint }: { hint: string | undefined }): JSX.Element | null {
  if (!hint) return null;
  return hint.startsWith("write ") ? <> W{hint.slice(1)}.</> : <> {deckWords.searchBoxTryThis} <code>{hint}</code>.</>;
}

export function SearchBox({ desk }: { desk: Desk }): JSX.Element {
  const current = desk.column.spec.query;
  // What was typed belongs to a column and its search. What a reader types right after another column was selected is that column's.
  const place = (): string => `${desk.column.id} ${desk.column.spec.query}`;
  const [typed, setTyped] = useState({ at: place(), text: current });
  const draft = typed.at === place() ? typed.text : current;
  const setDraft = (text: string): void => setTyped({ at: place(), text });
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [fault, setFault] = useState<Problem | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const paint = useRef<HTMLDivElement>(null);

  const here = place();
  useEffect(() => setFault(null), [here]);
  // A focused box that now has the search of another column is selected whole, so that typing replaces that search.
  // What was typed for a search does not come back with that search.
  useLayoutEffect(() => {
    setTyped((former) => former.at === here ? former : { at: here, text: current });
    if (document.activeElement === input.current) input.current?.select();
  }, [here, current]);

  useEffect(() => {
    if (draft === current || !draft.trim()) {
      setFault(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void checkQuery(draft, abort.signal).then((found) => {
        if (!abort.signal.aborted) setFault(found);
      });
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [draft, current, desk]);

  const follow = (): void => {
    if (paint.current && input.current) paint.current.scrollLeft = input.current.scrollLeft;
  };
  useEffect(follow, [draft]);

  const saved = desk.settings.saved.map((one) => one.query);
  const offers = open ? offersFor(draft, caret, desk.server.operators, desk.settings.recent, saved) : [];
  // A correct search that failed on the server is shown in the status bar, not here.
  const refused = isRetryable(desk.column.run.problem) ? null : desk.column.run.problem;
  const shown = refused && draft === current ? refused : fault;
  const message = shown ? problemText(shown) : "";
  const [spoken, setSpoken] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(message), message ? SPEAK_AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [message, draft]);

  function submit(): void {
    setOpen(false);
    setChosen(-1);
    const query = draft.trim() || "*";
    setDraft(query);
    desk.navigate({ query });  // keeps the chosen time, as a click on a word does
    input.current?.blur();
  }

  function take(offer: Offer): void {
    setChosen(-1);
    if (offer.kind === "recent" || offer.kind === "saved") {
      setDraft(offer.query);
      setOpen(false);
      desk.navigate({ query: offer.query, from: null, to: null });
      return;
    }
    setDraft(offer.query);
    setCaret(offer.caret);
    requestAnimationFrame(() => input.current?.setSelectionRange(offer.caret, offer.caret));
  }

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move && offers.length) {
      event.preventDefault();
      setChosen((chosen + move + offers.length + 1) % (offers.length + 1) === offers.length ? -1 : (chosen + move + offers.length + 1) % (offers.length + 1));
    } else if (event.key === "Tab" && !event.shiftKey && offers.length && draft && chosen >= 0) {
      event.preventDefault();
      take(offers[chosen] as Offer);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const offer = offers[chosen];
      if (offer) take(offer);
      else submit();
    } else if (event.key === "Escape") {
      if (offers.length) setOpen(false);
      else {
        setDraft(current);
        input.current?.blur();
      }
    }
  }

  return (
    <form class={`search ${shown ? "faulty" : ""}`} role="search" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <SearchSign />
      <div class="field">
        <div class="paint" ref={paint} aria-hidden="true"><Painted query={draft} fault={shown} /></div>
        <input
          ref={input} id="search" type="text" value={draft} maxLength={QUERY_MAX_LENGTH} spellcheck={false} autocomplete="off" autocapitalize="none"
          enterkeyhint="search" placeholder={deckWords.searchBoxPlaceholder} aria-label={deckWords.searchBoxLabel} role="combobox" aria-expanded={offers.length > 0}
          aria-controls="offers" aria-autocomplete="list" aria-invalid={shown ? true : undefined}
          aria-describedby={shown ? "search-fault" : undefined}
          {...(chosen >= 0 ? { "aria-activedescendant": `offer-${chosen}` } : {})}
          onInput={(event) => {
            setDraft(event.currentTarget.value);
            setCaret(event.currentTarget.selectionStart ?? 0);
            setOpen(true);
            setChosen(-1);
          }}
          onFocus={(event) => {
            event.currentTarget.select();
            setCaret(event.currentTarget.value.length);
            setOpen(true);
          }}
          onBlur={() => setOpen(false)} onKeyDown={onKey} onScroll={follow}
        />
      </div>
      <ul class="offers" id="offers" role="listbox" aria-label={deckWords.searchBoxSuggestions} hidden={!offers.length}>
        {offers.map((offer, at) => (
          <li key={offer.kind + offer.label} id={`offer-${at}`} role="option" aria-selected={at === chosen}
            onMouseDown={(event) => { event.preventDefault(); take(offer); }}>
            <b>{offer.label}</b> <span>{offer.kind === "saved" || offer.kind === "recent" ? (offer.kind === "saved" ? deckWords.searchBoxSaved : deckWords.searchBoxRecent) : offer.note}</span>
          </li>
        ))}
        {offers.length ? (
          <li class="foot" role="option" aria-selected={false} aria-disabled="true"
            onMouseDown={(event) => { event.preventDefault(); setOpen(false); desk.openDialog("language"); }}>
            {deckWords.searchBoxSyntax}
          </li>
        ) : null}
      </ul>
      {shown ? (
        <p class="fault" id="search-fault">
          {message}<Hint hint={shown.hint} />
          {shown.position === undefined ? null : <span class="where">{deckWords.searchBoxCharacter(shown.position + 1)}</span>}
        </p>
      ) : null}
      <p class="hidden" role="status">{spoken || null}</p>
    </form>
  );
}
