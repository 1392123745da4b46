"""Mastodon status adapter: makes canonical posts of a status and of the status that it reblogs or quotes.

It sets id, version, time, author, counts, reply and conversation; `status_content.py` adds the content. A status of a
REST call has its time of receipt as version, one of a stream or inside another status the time at which it was written
or last edited. Only public and unlisted statuses become posts, others a notice; a quote that the quoted author has not
accepted is left out.
"""

from __future__ import annotations

from msgspec import MsgspecError, Struct
from msgspec.structs import replace

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import valid_count
from pipeline.normalise.mastodon.account_names import Home, account_handle, account_id
from pipeline.normalise.mastodon.status_content import add_content, mentioned_accounts
from pipeline.normalise.mastodon.status_entities import emojis_in
from pipeline.normalise.mastodon.status_ids import checked_id, id_from_uri, is_local_number
from pipeline.normalise.mastodon.wire import (
    MastodonAccount,
    MastodonQuote,
    MastodonStatus,
    decode_quote,
    decode_status,
)
from pipeline.normalise.post_standing import stand_alone, stand_nested
from pipeline.normalise.text.html_to_text import profile_text
from pipeline.normalise.timestamps import future_claim, iso_to_ms
from pipeline.post import Author, Counts, Event, Notice, Post, ReplyTo, Upsert

OPEN_VISIBILITIES = frozenset({"public", "unlisted", ""})
OPTED_OUT = Notice("mastodon", "withheld", "a status whose author does not want to be found")


class Observation(Struct):
    """When a record was received and from which server, and when its counts were those it has (ms).

    `observed_at` None: when the outer status was written or last edited. `version`: that of the outer status, where it
    is not that time. `nested`: it is inside another status. `domain` is that of the server's own accounts, where it is
    known and differs from the server's host.
    """

    received_at: int
    instance: str
    observed_at: int | None = None
    version: int | None = None
    nested: bool = False
    domain: str = ""

    @property
    def home(self) -> Home:
        """The server."""
        return Home(self.instance.lower(), self.domain.lower())


def status_events(status: MastodonStatus, raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return the events of a status that a REST call answered. Its counts are those of now, so is its version.

    Raises:
        RecordError: the status has no time, or no id that is the same on every server.
    """
    domain = status.account_domain or ""
    observation = Observation(received_at, instance, received_at, received_at, domain=domain)
    return observed_events(status, raw, observation)


def observed_events(status: MastodonStatus, raw: bytes, observation: Observation) -> list[Event]:
    """Return the events of a status, its original or quoted status first.

    Raises:
        RecordError: the status has no time, or no id that is the same on every server.
    """
    if (status.visibility or "") not in OPEN_VISIBILITIES:
        return [Notice("mastodon", "withheld", "a status its author did not make public")]
    inner = replace(observation, version=None, nested=True)
    if inner.observed_at is None:
        inner.observed_at = _version(status, observation)
    found: list[Event] = []
    original = status.reblog
    if original is not None:
        found += [event for event in observed_events(original, b"", inner) if isinstance(event, Upsert)]
        post = _post(status, observation)
        if found:
            post.repost_of = found[-1].post.id if isinstance(found[-1], Upsert) else ""
        return [*found, _upsert(post, status, observation, raw)] if found else []
    quoted = _quoted_status(status)
    if quoted is not None:
        found += [event for event in observed_events(quoted, b"", inner) if isinstance(event, Upsert)]
    post = _post(status, observation)
    if found and isinstance(found[-1], Upsert):
        post.quote_of = found[-1].post.id
    is_shown = post.quote_of != "" and quoted is not None
    add_content(post, status, observation.home, _addresses(quoted) if is_shown else ())
    _add_conversation(post, status, observation.home)
    return [*found, _upsert(post, status, observation, raw)]


def _version(status: MastodonStatus, observation: Observation) -> int:
    """Return when a status was written or last edited (ms): its own version, wherever it stands."""
    return iso_to_ms(status.edited_at or "") or iso_to_ms(status.created_at) or observation.received_at


def _upsert(post: Post, status: MastodonStatus, observation: Observation, raw: bytes) -> Upsert:
    """Return a post with its record, and the id by which the server that sent it would name it in a `delete`."""
    local = f"mastodon:{observation.instance.lower()}/{status.id}" if observation.instance else ""
    return Upsert(_standing(post, status, observation), raw, "" if local == post.id else local)


def _standing(post: Post, status: MastodonStatus, observation: Observation) -> Post:
    """Return a post with the stamps of its parts; a status without its list of attachments lacks fields."""
    if observation.nested:
        thin = status.media_attachments is None
        return stand_nested(post, observation.observed_at or observation.received_at, thin=thin)
    written_at, post.version = post.version, observation.version or post.version
    return stand_alone(
        post, written_at=written_at, observed_at=observation.observed_at, quote_known=not _is_shallow(status)
    )


def _addresses(status: MastodonStatus | None) -> set[str]:
    """Return the addresses of a status, by which a text links to it."""
    return {address for address in (status.uri, status.url) if address} if status is not None else set()


def _quoted_status(status: MastodonStatus) -> MastodonStatus | None:
    """Return the status that is quoted, if it came along and its author did not refuse the quote."""
    if bytes(status.quote) in (b"", b"null"):
        return None
    try:
        quote: MastodonQuote = decode_quote(status.quote)
        if not quote.state and quote.quoted_status is None:
            return decode_status(status.quote)  # servers of other makes put the status itself here
    except MsgspecError:
        return None
    return quote.quoted_status if quote.state in ("accepted", "") else None


def _is_shallow(status: MastodonStatus) -> bool:
    """Return whether a status says that it quotes an accepted one without bringing it along, so that none is named."""
    try:
        quote = decode_quote(status.quote) if bytes(status.quote) not in (b"", b"null") else None
    except MsgspecError:
        return False
    return quote is not None and quote.state == "accepted" and quote.quoted_status is None


def _post(status: MastodonStatus, observation: Observation) -> Post:
    """Return the post of a status, without content."""
    host_and_name = id_from_uri(status.uri or "") or id_from_uri(status.url or "")
    if not host_and_name and observation.instance:
        host_and_name = f"{observation.instance}/{status.id}"
    claim = iso_to_ms(status.created_at)
    checked_id(host_and_name)
    if claim is None and status.created_at:
        raise RecordError(f"Mastodon status with no time: {status.created_at[:40]!r}")
    if claim is None:
        claim = observation.received_at
    url = status.url or status.uri or ""
    return Post(
        id=f"mastodon:{host_and_name}",
        version=_version(status, observation),
        source="mastodon",
        url=url if url.startswith(("https://", "http://")) else "",
        created_at=min(claim, observation.received_at),
        claimed_at=future_claim(claim, observation.received_at),
        received_at=observation.received_at,
        author=_author(status.account, observation.home, host_and_name.partition("/")[0]),
    )


def _author(account: MastodonAccount, home: Home, status_host: str) -> Author:
    handle = account_handle(account, home, status_host)
    name, bio = account.display_name or "", profile_text(account.note or "")
    return Author(
        account_id(account, handle),
        handle,
        name,
        bio,
        account.avatar or "",
        valid_count(account.followers_count),
        bot=bool(account.bot),
        emojis=emojis_in(account.emojis or (), name, bio),
    )


def _add_conversation(post: Post, status: MastodonStatus, home: Home) -> None:
    """Give a post its counts, and the post that it answers or the conversation that it begins."""
    post.counts = Counts(
        valid_count(status.replies_count),
        valid_count(status.reblogs_count),
        valid_count(status.quotes_count),
        valid_count(status.favourites_count),
    )
    if status.in_reply_to_id is None:
        post.conversation_id = post.id
    else:
        post.reply_to = _reply(post, status, home)


def _reply(post: Post, status: MastodonStatus, home: Home) -> ReplyTo:
    """Return the answered post as far as the ids of one server identify it.

    The post's id is known only where people continue a thread of their own on their home server. Otherwise only the
    author is known.
    """
    author_id = str(status.in_reply_to_account_id or "")
    host, _, number = post.id.removeprefix("mastodon:").rpartition("/")
    if author_id and author_id == status.account.id:
        answered = str(status.in_reply_to_id)
        is_home = number == str(status.id) and is_local_number(answered)
        return ReplyTo(f"mastodon:{host}/{answered}" if is_home else "", post.author.id, post.author.handle)
    answered_author = next((one for one in mentioned_accounts(status, home) if one.local_id == author_id), None)
    if answered_author is None:
        return ReplyTo()
    return ReplyTo("", answered_author.id, answered_author.handle)
