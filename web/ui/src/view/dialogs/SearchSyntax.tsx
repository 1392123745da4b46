/**
 * Search syntax: a cheat sheet with examples, and every operator that the server supports with its effect and aliases. A click on an
 * operator's example closes the dialog and runs the example.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { dialogWords } from "../../words";

export function SearchSyntax({ desk }: { desk: Desk }): JSX.Element {
  const run = (query: string): void => {
    desk.openDialog(null);
    desk.navigate({ query, from: null, to: null });
  };
  return (
    <div class="language">
      <table>
        <tbody>
          {dialogWords.SYNTAX_BASICS.map(([text, finds]) => <tr key={text}><td><code>{text}</code></td><td>{finds}</td></tr>)}
          {desk.server.operators.map((operator) => (
            <tr key={operator.name}>
              <td><button class="code" onClick={() => run(operator.example)}>{operator.example}</button></td>
              <td><span lang="en">{operator.finds}</span>{operator.aliases.length ? <span class="meta">{dialogWords.syntaxAliases(operator.aliases.map((one) => `${one.replace(/:$/u, "")}:`).join(", "))}</span> : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
