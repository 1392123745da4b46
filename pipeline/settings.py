"""Settings: one table of names, defaults, parsers and help texts, and `load`, which reads them from the environment.

`load` reports all wrong values at once by key and value, checks settings that need each other (SOURCE=replay needs
REPLAY_PATH), and chooses HOST and ALLOWED_HOSTS where a platform sets PORT or an access token protects the page. The
result is passed on: no other module reads the environment for a setting of this table. `shown` and `table` give the
settings as text for people, secrets covered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.plugins import SINKS_GROUP, SOURCES_GROUP, offered
from pipeline.setting_values import (
    choice,
    comma_list,
    flag,
    index_prefix,
    number,
    prefix,
    speed,
    text,
    url,
    url_or_off,
    urls,
)
from pipeline.source_names import SOURCES

HIDDEN = "•••"
ANY_HOST = "*"
"""In ALLOWED_HOSTS: requests under every host name are answered."""


def _sources(value: str) -> tuple[str, ...]:
    names = comma_list(value)
    unknown = [name for name in names if name not in SOURCES]
    installed = offered(SOURCES_GROUP) if unknown else ()
    if not names or any(name not in installed for name in unknown):
        raise ValueError(f"must be a comma-separated list of {', '.join((*SOURCES, *installed))}")
    if len(set(names)) < len(names):
        raise ValueError("names a source twice")
    return names


def _sinks(value: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in value.replace("\n", ";").split(";"):
        name, equals, search = (piece.strip() for piece in part.partition("="))
        if not (name or search):
            continue
        if not equals or not search or name not in offered(SINKS_GROUP):
            known = ", ".join(offered(SINKS_GROUP)) or "none is installed"
            raise ValueError(f"must be `sink = search; sink = search`, of the installed sinks: {known}")
        found.append((name, search))
    return tuple(found)


def _hosts(value: str) -> tuple[str, ...]:
    names = []
    for part in comma_list(value.lower()):
        dot, name = ("." if part.startswith(".") else ""), part.removeprefix(".")
        try:
            encoded = name.encode("idna").decode()
        except UnicodeError:
            encoded = ""
        if part != ANY_HOST and re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", encoded) is None:
            raise ValueError(
                "must be a list of host names without scheme and port (.example.org: with subdomains), or *"
            )
        names.append(part if part == ANY_HOST else dot + encoded)
    return tuple(names)


def is_wildcard(host: str) -> bool:
    """Tell whether an address to listen on stands for every address of the machine."""
    return host in ("0.0.0.0", "::", "0")  # noqa: S104 - a comparison


def _row(default: Any, parse: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help_text, "secret": secret})


_REDIS = url("redis", "rediss", "unix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, each under its environment name in lower case."""

    redis_url: str = _row("", _REDIS, "Redis to use; unset: an embedded Valkey in DATA_DIR", secret=True)
    broker_url: str = _row("", _REDIS, "Celery's broker; unset: REDIS_URL", secret=True)
    redis_prefix: str = _row("murmur", prefix, "Prefix of every Redis name")
    redis_ca_file: str = _row("", text, "CA certificate for rediss://; unset: the system's")
    redis_tls_verify: bool = _row(True, flag, "false accepts any certificate of a rediss:// server")
    elasticsearch_url: str = _row("", url("http", "https"), "Elasticsearch; unset: SQLite in DATA_DIR", secret=True)
    elasticsearch_api_key: str = _row("", text, "API key for it: as Kibana shows it, or id:key", secret=True)
    elasticsearch_user: str = _row("", text, "Name for it; or in its URL")
    elasticsearch_password: str = _row("", text, "Password for it; or in its URL", secret=True)
    elasticsearch_ca_file: str = _row("", text, "CA certificate for its https://; unset: the usual ones")
    elasticsearch_tls_verify: bool = _row(True, flag, "false accepts any certificate of an https:// server")
    elasticsearch_prefix: str = _row("murmur", index_prefix, "Prefix of every index, alias and template")
    elasticsearch_shards: int = _row(1, number(1, 64), "Shards of a month's index of posts")
    elasticsearch_replicas: int = _row(-1, number(-1, 8), "Copies of every index; -1: the cluster's default")
    matcher: str = _row("memory", choice("memory", "percolator"), "Where standing searches are matched")
    source: tuple[str, ...] = _row(("demo",), _sources, "Where posts come from: a list of " + ", ".join(SOURCES))
    track: str = _row("*", text, "A search: what to take in; 'searches': what people look at")
    demo_seed: int = _row(1, number(0, 2**63 - 1), "Seed of the generated posts")
    demo_rate: float = _row(4.0, number(0.01, 100_000, float), "Generated posts a second, on average")
    replay_path: str = _row("", text, "File or glob of records to replay (.jsonl, .json, .gz of them)")
    replay_speed: float = _row(1.0, speed, "1 = as it happened, 60 = a minute in a second, max")
    replay_loop: bool = _row(False, flag, "Begin again at the end, ids and times shifted by a lap")
    x_bearer_token: str = _row("", text, "Token of an X app", secret=True)
    x_api_url: str = _row("https://api.x.com", url("http", "https"), "Where X's API is")
    x_monthly_posts: int = _row(0, number(0, 10**12), "Posts a month that may be paid for; 0: no limit of ours")
    x_recheck: str = _row("auto", choice("auto", "lookup", "compliance"), "How stored posts of X are looked up again")
    recheck_hours: int = _row(24, number(0, 8_760), "Hours between two re-checks of stored posts; 0: none by itself")
    bluesky_url: tuple[str, ...] = _row((), urls("ws", "wss"), "Jetstreams to use in turn; unset: the public ones")
    bluesky_api: str = _row(
        "https://public.api.bsky.app", url_or_off, "Where authors of Bluesky posts are looked up; off: nowhere"
    )
    bluesky_counts: bool = _row(False, flag, "true: follow likes and reposts, look up the counts of posts they meet")
    mastodon_servers: tuple[str, ...] = _row((), comma_list, "Mastodon servers to stream from")
    mastodon_hashtags: tuple[str, ...] = _row((), comma_list, "Only statuses with one of these; unset: all public ones")
    mastodon_feed: str = _row(
        "public", choice("public", "public:local", "public:remote"), "Whose statuses: all, the servers' own, or others'"
    )
    mastodon_consent: bool = _row(True, flag, "false: also authors who opted out of being found")
    mastodon_token: str = _row("", text, "Access token for them", secret=True)
    mastodon_counts_minutes: int = _row(
        0, number(0, 1_440), "Minutes after which each status is requested once more, for its counts and card; 0: never"
    )
    stdin_path: str = _row("", text, "Pipe or file that SOURCE=stdin reads; unset: standard input")
    sinks: tuple[tuple[str, str], ...] = _row(
        (), _sinks, "Installed sinks and the searches whose matches they get: `sink = search; …`"
    )
    host: str = _row("", text, "Address to listen on; unset: 127.0.0.1, or 0.0.0.0 where a platform sets PORT")
    port: int = _row(8000, number(1, 65535), "Port of the page")
    web_concurrency: int = _row(1, number(1, 64), "Web processes")
    workers: int = _row(2, number(1, 64), "Ingest processes that `murmur run` starts")
    data_dir: Path = _row(Path("data"), Path, "Where posts and the embedded broker lie")
    retention_days: int = _row(0, number(0, 36500), "Days a post is kept and visible; 0: no limit")
    store_max_gb: float = _row(
        0.0, number(0, 1_000_000, float), "Size at which the oldest posts go; 0: 5 for the store in DATA_DIR"
    )
    queue_max_mb: int = _row(0, number(0, 1_000_000), "Open raw batches at which readers stop; 0: up to 64")
    spool_max_mb: int = _row(256, number(1, 1_000_000), "Records on disk while the queue is full, for each live source")
    allowed_origins: tuple[str, ...] = _row((), comma_list, "Other origins whose pages may open a socket")
    allowed_hosts: tuple[str, ...] = _row(
        (), _hosts, "Host names to answer to, beside this machine's own; *: every one"
    )
    trusted_proxies: int = _row(0, number(0, 16), "Proxies in front whose X-Forwarded headers count")
    access_token: str = _row("", text, "If set, page, API and socket require it", secret=True)
    ingest_token: str = _row("", text, "Bearer token of scripts that may send posts and change TRACK", secret=True)
    ingest_max_mb: int = _row(32, number(1, 4_096), "Size of one body sent to /api/ingest, unpacked")
    secret_key: str = _row("", text, "Signs cookies; unset: derived from ACCESS_TOKEN", secret=True)
    sockets_max: int = _row(12_000, number(1, 100_000), "WebSockets a web process serves at once")
    streams_max: int = _row(1_000, number(1, 10_000), "Event streams a web process serves at once")
    sockets_per_address: int = _row(2_000, number(1, 100_000), "WebSockets and event streams from one address")
    searches_per_socket: int = _row(32, number(1, 1_000), "Searches watched on one socket")
    messages_per_second: int = _row(20, number(1, 10_000), "Messages a socket may send, on average over 5 s")
    message_max_kb: int = _row(16, number(1, 1_024), "Size of a message a socket may send")
    outbox_max_kb: int = _row(2_048, number(64, 65_536), "Bytes that may wait for one slow watcher")
    images_max_mb: int = _row(256, number(1, 100_000), "Size of the pictures kept in DATA_DIR")
    images: str = _row("proxy", choice("proxy", "off"), "Pictures through our proxy, or initials only")
    log_level: str = _row("INFO", choice("DEBUG", "INFO", "WARNING", "ERROR"), "How much is logged")

    @property
    def celery_broker(self) -> str:
        """URL of Celery's broker."""
        return self.broker_url or self.redis_url

    def shown(self) -> dict[str, str]:
        """Return every setting as text for a person, secrets covered."""
        return {row.name.upper(): _shown(row.metadata["secret"], getattr(self, row.name)) for row in fields(self)}


def _shown(secret: bool, value: Any) -> str:
    if secret and value:
        return HIDDEN
    if isinstance(value, tuple):
        pairs = bool(value) and isinstance(value[0], tuple)
        return "; ".join(" = ".join(pair) for pair in value) if pairs else ",".join(value)
    return str(value)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment (this process's by default). An empty value counts as unset.

    Raises:
        SettingsError: with one line for each wrong value, naming key and value (secrets are not repeated).
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for row in fields(Settings):
        key = row.name.upper()
        given = environ.get(key, "").strip()
        if not given:
            continue
        try:
            values[row.name] = row.metadata["parse"](given)
        except (ValueError, TypeError) as error:
            shown = HIDDEN if row.metadata["secret"] else given
            problems.append(f"{key}={shown}: {error}")
    problems += _cross_checks(values)
    if problems:
        raise SettingsError(problems)
    by_platform = "port" in values and not values.get("host")
    if not values.get("host"):
        values["host"] = "0.0.0.0" if by_platform else "127.0.0.1"  # noqa: S104 - a platform that sets PORT routes to it
    if by_platform or values.get("access_token"):
        # A public page shows the same under any name, and under a foreign name browsers send no cookie.
        values.setdefault("allowed_hosts", (ANY_HOST,))
    return Settings(**values)


def _cross_checks(values: Mapping[str, Any]) -> list[str]:
    problems = []
    sources = values.get("source", ("demo",))
    if "replay" in sources and not values.get("replay_path"):
        problems.append("REPLAY_PATH is empty: SOURCE=replay needs a file or a glob")
    if "x" in sources and not values.get("x_bearer_token"):
        problems.append("X_BEARER_TOKEN is empty: SOURCE=x needs one")
    if "mastodon" in sources and not values.get("mastodon_servers"):
        problems.append("MASTODON_SERVERS is empty: SOURCE=mastodon needs at least one")
    if values.get("mastodon_hashtags") and values.get("mastodon_feed") == "public:remote":
        problems.append("MASTODON_FEED=public:remote: servers have no such stream of a hashtag")
    if values.get("matcher") == "percolator" and not values.get("elasticsearch_url"):
        problems.append("MATCHER=percolator needs ELASTICSEARCH_URL")
    return problems


def table() -> list[tuple[str, str, str]]:
    """Return (name, default, help) of every setting, in the table's order."""
    return [(row.name.upper(), _shown(False, row.default), row.metadata["help"]) for row in fields(Settings)]
