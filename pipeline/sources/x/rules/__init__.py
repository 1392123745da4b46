"""Rules of X's filtered stream, out of TRACK or of what people look at."""
