/**
 * Attached files of a post as links, and the descriptions of its pictures that match the search: without them a reader would not see why
 * the post was found.
 */
import type { JSX } from "preact";
import { hostOf, safeUrl } from "../../text/url";
import { containsPhrase, parsePhrase } from "../../text/tokenizer";
import type { Media, Post } from "../../wire/post";
import { MarkedText } from "./MarkedText";
import { cardWords } from "../../words";

export function AttachedFiles({ post, terms }: { post: Post; terms: readonly string[] }): JSX.Element | null {
  const files = post.media.filter((one) => one.type === "file" && safeUrl(one.url));
  if (!files.length) return null;
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.url}>
          <a href={safeUrl(file.url) ?? ""} target="_blank" rel="noopener noreferrer nofollow"><bdi>{file.alt ? <MarkedText text={file.alt} terms={terms} /> : fileName(file)}</bdi></a>
          <span class="host">{cardWords.fileKind(file.mime ?? "", hostOf(file.url))}</span>
        </li>
      ))}
    </ul>
  );
}

function fileName(file: Media): string {
  const last = new URL(file.url).pathname.split("/").pop() ?? "";
  try {
    return decodeURIComponent(last) || cardWords.file;
  } catch {
    return last;
  }
}

export function MatchingDescriptions({ post, terms }: { post: Post; terms: readonly string[] }): JSX.Element | null {
  const phrases = terms.map(parsePhrase);
  const matching = post.media.filter((one) => one.type !== "file" && one.alt && containsPhrase(one.alt, phrases));
  if (!matching.length) return null;
  return <>{matching.map((one, at) => <p class="described" key={at}>{cardWords.described} <bdi><MarkedText text={one.alt} terms={terms} /></bdi></p>)}</>;
}
