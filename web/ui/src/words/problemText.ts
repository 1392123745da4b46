/** Text of a problem that the server reported: its own English sentence, in other languages after ours for the code where we have one. */
import { problemWords } from ".";

/** Return the text of a problem. English has no words by code: the server's sentence is English and says more. */
export function problemText({ code, message }: { code: string; message: string }): string {
  const ours = problemWords.byCode[code];
  return ours ? problemWords.withServerSentence(ours, message) : message;
}
