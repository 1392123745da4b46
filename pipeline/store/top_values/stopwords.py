"""Stop words (`stopwords.txt`): frequent words of common languages, left out of top lists."""

from __future__ import annotations

from importlib.resources import files

STOP_WORDS = frozenset(files("pipeline.store.top_values").joinpath("stopwords.txt").read_text("utf-8").split())
