"""Print each post of a search as it arrives, and go on where it stopped when the connection ends.

python stream.py http://127.0.0.1:8000 'storm lang:en'
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def events(base: str, query: str, after: str | None):
    """Yield `(event, data, id)` of one event stream, until it ends."""
    asked = {"q": query, "history": "20"} | ({"after": after} if after else {})
    request = urllib.request.Request(f"{base}/api/stream?{urllib.parse.urlencode(asked)}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        event, last = "", None
        for raw in answer:
            field, _, value = raw.decode().rstrip("\n").partition(": ")
            if field == "event":
                event = value
            elif field == "id":
                last = value
            elif field == "data":
                yield event, json.loads(value), last


def main(base: str, query: str) -> None:
    """Read the search for ever. A post may come twice: the greater version of an id replaces the other."""
    after, versions = None, {}
    while True:
        try:
            for event, data, last in events(base, query, after):
                after = last or after
                if event == "reset":
                    versions.clear()
                for post in data.get("posts", []) if event in ("history", "posts") else []:
                    if post["version"] > versions.get(post["id"], -1):
                        versions[post["id"]] = post["version"]
                        print(f"{post['author']['handle']}: {post['text']}", flush=True)
        except (OSError, ValueError) as error:
            print(f"connection ended: {error}", file=sys.stderr)
        time.sleep(2)


if __name__ == "__main__":
    main(*sys.argv[1:3])
