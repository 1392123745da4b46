"""Replay: recorded posts of any known format, played from files."""
