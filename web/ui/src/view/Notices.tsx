/** Lines under the top bar, only when needed: posts are generated, or worker and web do not share a store. */
import type { JSX } from "preact";
import type { Page } from "../state/page";

export function Notices({ page }: { page: Page }): JSX.Element | null {
  const { facts } = page;
  if (!facts) return null;
  const sources = page.stats.sources ?? facts.sources;
  const generated = facts.generated || (sources.length > 0 && sources.every((source) => source.generated));
  return (
    <>
      {facts.problem ? <div class="notice bad" role="alert">{facts.problem}</div> : null}
      {generated ? (
        <aside class="notice" aria-label="About these posts">
          These posts are generated. For live ones: <code>{facts.next_step}</code>
        </aside>
      ) : null}
    </>
  );
}
