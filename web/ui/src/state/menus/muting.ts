/** Muting: hides the posts of an account ("@handle") or with certain words in every column, with undo. */
import { deckWords } from "../../words";
import type { Desk } from "../desk";
import { LIST_MAX } from "../page/settings";

/** Mute an account or words; the toast says so and offers undo. A full list stays as it is, and the toast says that. */
export function muteTerm(desk: Desk, muted: string): void {
  const others = (): string[] => desk.settings.muted.filter((one) => one !== muted);
  if (others().length >= LIST_MAX) return desk.showToast(deckWords.toastMutesFull(LIST_MAX));
  desk.updateSettings({ muted: [...others(), muted] });
  desk.showToast(deckWords.toastMuted(muted), () => desk.updateSettings({ muted: others() }));
}
