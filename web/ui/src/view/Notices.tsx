/** Lines under the top bar, only when needed: posts are generated, a source is not read or only in part, and on purpose,
 * or worker and web do not share a store. */
import type { JSX } from "preact";
import { sourceName, sourceWords } from "../state/condition";
import type { Page } from "../state/page";

export function Notices({ page }: { page: Page }): JSX.Element | null {
  const { facts, sources } = page.server;
  if (!facts) return null;
  const generated = facts.generated || (sources.length > 0 && sources.every((source) => source.generated));
  const onPurpose = sources.filter((source) => (source.state === "resting" || source.state === "sampling") && source.detail);
  return (
    <>
      {facts.problem ? <div class="notice bad" role="alert">{facts.problem}</div> : null}
      {onPurpose.map((one) => (
        <aside key={one.name} class="notice" aria-label={`About ${sourceName(one.name)}`}>{sourceWords(one)}: {one.detail}</aside>
      ))}
      {generated ? (
        <aside class="notice" aria-label="About these posts">
          These posts are generated. For live ones: <code>{facts.next_step}</code>
        </aside>
      ) : null}
    </>
  );
}
