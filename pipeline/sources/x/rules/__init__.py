"""Rules of X's filtered stream: compiled from TRACK or the searches people look at, packed, kept in sync with X."""
