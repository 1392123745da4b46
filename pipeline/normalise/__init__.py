"""Raw records of every source, made into the canonical post. No network, no clock, no store: the same bytes give the
same events on every attempt."""

from pipeline.normalise.format_dispatch import normalise

__all__ = ["normalise"]
