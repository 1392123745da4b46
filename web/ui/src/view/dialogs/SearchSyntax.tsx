/** The cheat sheet: how searches are written, and every operator the server knows. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";

const BASICS: [string, string][] = [
  ["storm harbour", "both words"],
  ["storm OR gale", "one of them; AND binds tighter"],
  ["-storm  or  NOT storm", "without it"],
  ["(storm OR gale) coast", "groups"],
  ['"storm front"', "the words in that order"],
  ['"storm coast"~3', "both, with at most 3 words between"],
  ["harb*", "words that begin so"],
  ["#tag  @handle  $SYM", "tag, mention, cashtag, whole"],
  ["*", "every post"],
];

export function SearchSyntax({ desk }: { desk: Desk }): JSX.Element {
  const run = (query: string): void => {
    desk.openDialog(null);
    desk.navigate({ query, from: null, to: null });
  };
  return (
    <div class="language">
      <table>
        <tbody>
          {BASICS.map(([text, finds]) => <tr key={text}><td><code>{text}</code></td><td>{finds}</td></tr>)}
          {desk.server.operators.map((operator) => (
            <tr key={operator.name}>
              <td><button class="code" onClick={() => run(operator.example)}>{operator.example}</button></td>
              <td>{operator.finds}{operator.aliases.length ? <span class="meta"> also {operator.aliases.map((one) => `${one.replace(/:$/u, "")}:`).join(", ")}</span> : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
