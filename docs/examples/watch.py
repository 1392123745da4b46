"""Watch two searches over one WebSocket. Needs the package `websockets`.

python watch.py ws://127.0.0.1:8000/ws storm ferry
"""

from __future__ import annotations

import json
import sys

from websockets.sync.client import connect


def main(url: str, *queries: str) -> None:
    """Print every match with its search, and what stops matching or is deleted."""
    with connect(url) as socket:
        for number, query in enumerate(queries):
            request = {"type": "subscribe", "id": str(number), "query": query, "history": 5, "after": None}
            socket.send(json.dumps(request))
        names: dict[str, str] = {}
        for text in socket:
            frame = json.loads(text)
            if frame["type"] == "subscribed":
                names[frame["key"]] = frame["query"]
            elif frame["type"] in ("history", "posts"):
                for post in frame["posts"]:
                    print(f"{names[frame['key']]}: {post['id']} {post['text']}", flush=True)
            elif frame["type"] == "gone":
                print(f"{names[frame['key']]}: no longer matching {frame['posts']}", flush=True)
            elif frame["type"] == "deleted":
                print(f"deleted: {frame['ids']}", flush=True)
            elif frame["type"] == "error":
                print(f"refused: {frame['error']['message']}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
