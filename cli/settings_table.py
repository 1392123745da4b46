"""Table of the settings for `murmur settings`."""

from __future__ import annotations

from pipeline.settings import Settings, table

WIDEST_VALUE = 40


def settings_table(settings: Settings) -> str:
    """Return one line for each setting: name, value (secrets hidden), purpose; a star marks a value that is not the
    default."""
    shown = settings.shown()
    rows = [
        (("* " if shown[name] != default else "  ") + name, shown[name] or "–", text) for name, default, text in table()
    ]
    names = max(len(name) for name, _, _ in rows)
    values = min(max(len(value) for _, value, _ in rows), WIDEST_VALUE)
    return "\n".join(f"{name:<{names}}  {value:<{values}}  {text}" for name, value, text in rows)
