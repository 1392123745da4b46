"""Words too common to tell anything, in the languages seen most (`stopwords.txt`). Tops leave them out."""

from __future__ import annotations

from importlib.resources import files

STOP_WORDS = frozenset(files("pipeline.store.tops").joinpath("stopwords.txt").read_text("utf-8").split())
