"""Names of Mastodon accounts: gives an account the same handle and id on every server that tells of it.

A server leaves the host out of `acct` for its own accounts. The handle then gets the domain that the server states for
its accounts (`domain` of `/api/v2/instance`, which `WEB_DOMAIN` lets differ from its host), else the host of the
account's address. The id is the name at the host of the account's `uri`, which is the same on every server.
Source: Mastodon 4.5, `app/serializers/rest/account_serializer.rb` and `config/initializers/1_hosts.rb`.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.normalise.mastodon.wire import MastodonAccount, MastodonMention

MAX_HANDLE_CHARS = 512

_PLAIN_ADDRESS = re.compile(r"https?://([A-Za-z0-9.:-]+)/[\w/@.-]*$", re.ASCII)
"""Nearly every address; others are taken apart."""
_SHOWN_HANDLE = re.compile(r"[@＠]?([^\s@/:]+)(?:@([^\s@/:]+(?::\d{1,5})?))?")


class Home(NamedTuple):
    """The server whose API answered: its host as it was asked, and the domain of its accounts ("": not known)."""

    host: str
    domain: str = ""


class Mentioned(NamedTuple):
    """A mentioned account: handle, own id, and what is compared with the links of a text."""

    handle: str
    id: str
    name: str
    hosts: frozenset[str]
    url: str
    local_id: str


def host_of_address(address: str | None) -> str:
    """Return host and port of an address, lower case; "" where there is none."""
    plain = _PLAIN_ADDRESS.match(address) if address else None
    if plain:
        return plain[1].lower()
    try:
        return urlsplit(address or "").netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def account_handle(account: MastodonAccount, home: Home, status_host: str) -> str:
    """Return the handle of an account, `name@domain`. `status_host` is the host of the status that it wrote."""
    name, _, domain = account.acct.lstrip("@").partition("@")
    address = host_of_address(account.uri) or host_of_address(account.url)
    return _handle(name, domain or home.domain or address or status_host or home.host)


def account_id(account: MastodonAccount, handle: str) -> str:
    """Return the id of an account, the same on every server. Without an address it is the handle."""
    host = host_of_address(account.uri) or host_of_address(account.url)
    return f"{handle.partition('@')[0]}@{host}".lower() if host else handle.lower()


def mentioned(mention: MastodonMention, home: Home) -> Mentioned | None:
    """Return a mentioned account; None where the mention names nobody."""
    name, _, domain = mention.acct.lstrip("@").partition("@")
    if not name:
        return None
    address = host_of_address(mention.url)
    handle = _handle(name, domain or home.domain or address or home.host)
    own_host = address or domain or home.host
    hosts = frozenset({address, domain.lower(), handle.rpartition("@")[2].lower()} - {""})
    own_id = f"{name}@{own_host}".lower() if own_host else ""
    return Mentioned(handle, own_id, name.casefold(), hosts, mention.url or "", str(mention.id))


def handle_of_anchor(shown: str, href: str, known: list[Mentioned]) -> str:
    """Return the handle that a link shows as `@name` or `@name@domain`; "" where it shows none.

    An account of the status's mentions is meant where name and host agree: the address of the link may differ from the
    one of the mention, and `WEB_DOMAIN` puts an account's pages on a subdomain. Otherwise the link alone names it.
    """
    found = _SHOWN_HANDLE.fullmatch(shown)
    if found is None or len(shown) > MAX_HANDLE_CHARS:
        return ""
    name, domain = found[1], (found[2] or "").lower()
    hosts = {host for host in (domain, host_of_address(href)) if host}
    same_name = [one for one in known if one.name == name.casefold()]
    for one in same_name:
        if one.hosts & hosts or any(_related(own, host) for own in one.hosts for host in hosts):
            return one.handle
    if len(same_name) == 1 and (not hosts or not same_name[0].hosts):
        return same_name[0].handle
    host = domain or host_of_address(href)
    return _handle(name, host) if host else ""


def _related(one: str, other: str) -> bool:
    return one.endswith(f".{other}") or other.endswith(f".{one}")


def _handle(name: str, domain: str) -> str:
    return f"{name}@{domain.lower()}" if domain else name
