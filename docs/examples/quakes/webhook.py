"""Matches, posted as JSON to an address."""

import json
import urllib.request


class Webhook:
    def __init__(self, options):
        self.url = options["url"]

    def open(self):
        pass

    def deliver(self, delivery):
        told = {"search": delivery.search, "posts": list(delivery.posts), "withdrawn": list(delivery.withdrawn)}
        request = urllib.request.Request(self.url, json.dumps(told).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()
