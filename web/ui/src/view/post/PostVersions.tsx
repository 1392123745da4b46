/** Versions of a post as they were seen, and what changed between two that the reader chooses: the text word by word, other parts by name. */
import type { JSX } from "preact";
import { changedFields } from "../../posts/versionChanges";
import type { PostPageState } from "../../state/post/postPageState";
import { wordDiff } from "../../text/wordDiff";
import type { PostVersion } from "../../wire/api";
import { postWords } from "../../words";
import { formatList } from "../../text/formatNumber";

export function PostVersions({ state, versions }: { state: PostPageState; versions: readonly PostVersion[] }): JSX.Element {
  if (versions.length < 2) return <p class="meta">{postWords.versionsOne}</p>;
  const { older, newer } = state.compared;
  const [before, after] = [versions[older], versions[newer]];
  const name = (at: number): string => postWords.versionSeen(versions[at]?.seen_at ?? 0) + (at === 0 ? ` (${postWords.versionNow})` : "");
  const choice = (label: string, chosen: number, choose: (at: number) => void): JSX.Element => (
    <label>{label} <select value={String(chosen)} onChange={(event) => choose(Number(event.currentTarget.value))}>
      {versions.map((_, at) => <option key={at} value={String(at)}>{name(at)}</option>)}
    </select></label>
  );
  return (
    <>
      <p class="compare">
        {choice(postWords.versionOlder, older, (at) => state.compare(at, newer))} {choice(postWords.versionNewer, newer, (at) => state.compare(older, at))}
      </p>
      {before && after ? <Difference before={before} after={after} /> : null}
    </>
  );
}

function Difference({ before, after }: { before: PostVersion; after: PostVersion }): JSX.Element {
  const parts = wordDiff(before.post.text, after.post.text);
  const fields = changedFields(before.post, after.post).map((field) => postWords.fieldNames[field] ?? field);
  return (
    <>
      {parts.every(({ kind }) => kind === "same") ? <p class="meta">{postWords.versionSame}</p> : (
        <p class="text difference" role="group" aria-label={postWords.versionDifference} dir="auto">
          {parts.map(({ kind, text }, at) => (kind === "added" ? <ins key={at}>{text}</ins> : kind === "removed" ? <del key={at}>{text}</del> : <span key={at}>{text}</span>))}
        </p>
      )}
      {fields.length ? <p class="meta">{postWords.versionOther(formatList(fields))}</p> : null}
    </>
  );
}
