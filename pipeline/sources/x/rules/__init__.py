"""Rules of X's filtered stream: compiled from TRACK or the open searches, packed, and kept in sync with X."""
