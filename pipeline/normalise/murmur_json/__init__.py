"""Our own JSON: records of `demo`, exports, and the control records of `murmur forget`."""
