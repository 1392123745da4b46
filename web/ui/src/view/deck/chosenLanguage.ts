/**
 * Chosen language: shows the page in the language of the settings or, where they leave it to the browser, in the browser's; also when the
 * browser's languages change. The whole page is drawn anew, and the control that had the focus gets it again.
 */
import type { Desk } from "../../state/desk";
import { pickLanguage, showLanguage, shownLocale } from "../../words/languages";
import { lazyImport } from "../../wire/lazyImport";

/** Frames within which a control is drawn anew. The contents of a dialog come a little after the dialog. */
const REFOCUS_FRAMES = 20;

/** Give the focus to the control of an id as soon as it is another element than the one before. */
function refocus(id: string, before: HTMLElement | null, frames: number): void {
  const control = document.getElementById(id);
  if (control && control !== before) control.focus();
  else if (frames) requestAnimationFrame(() => refocus(id, before, frames - 1));
}

/** Show the chosen language if another is shown, and follow the browser until the returned function is called. */
export function followChosenLanguage(desk: Desk): () => void {
  const show = async (): Promise<void> => {
    const { language, locale } = pickLanguage(desk.settings.language, navigator.languages);
    if (locale === shownLocale()) return;
    // A language that cannot be loaded leaves the page as it is, with the notice that it is out of date.
    if (!await lazyImport(() => showLanguage(language, locale).then(() => true))) return;
    const focused = document.activeElement?.id;
    desk.languageChanged();
    if (focused) refocus(focused, document.getElementById(focused), REFOCUS_FRAMES);
  };
  const onChange = (): void => void show();
  onChange();
  addEventListener("languagechange", onChange);
  return () => removeEventListener("languagechange", onChange);
}
