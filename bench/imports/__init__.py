"""Bench of importing: files of X as CSV rows beside twarc-csv and minet, and the memory of reading a large file."""
