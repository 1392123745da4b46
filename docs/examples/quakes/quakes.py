"""Earthquakes as posts, from a GeoJSON feed that is asked again and again."""

import json
import time
import urllib.request

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, Probed


class Quakes:
    name, generated, resumes, patient = "quakes", False, True, True

    def __init__(self, options):
        self.url = options["url"]

    def probe(self):
        return [Probed(True, f"{len(self.found())} earthquakes at {self.url}")]

    def read(self, cursor, context):
        seen = int(cursor) if (cursor or "").isdigit() else 0
        while not context.stopped():
            fresh = [one for one in self.found() if one["properties"]["updated"] > seen]
            seen = max([seen, *(one["properties"]["updated"] for one in fresh)])
            context.report("live", self.url)
            yield Chunk([RawRecord(int(time.time() * 1000), self.record(one)) for one in fresh], str(seen))
            context.wait(30)

    def found(self):
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            return json.load(answer)["features"]

    def record(self, one):
        told, author = one["properties"], {"id": "usgs", "handle": "usgs", "name": "USGS"}
        post = {"murmur": 1, "id": f"quakes:{one['id']}", "source": "quakes", "text": told["title"], "author": author}
        return json.dumps(post | {"version": told["updated"], "created_at": told["time"], "url": told["url"]}).encode()
