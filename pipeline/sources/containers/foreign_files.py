"""Names for files that hold no records: what a file is by its first bytes, and what to give instead.

Magic numbers are those of the formats' own specifications, as the `file` command knows them. Columns are those that the
tools write: twarc-csv 0.7, minet 4, 4CAT.
"""

from __future__ import annotations

import re

_MAGICS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it first"),
    (b"\x1f\x9d", "packed by compress (.Z): unpack it first"),
    (b"\x04\x22\x4d\x18", "packed by lz4: unpack it first"),
    (b"LZIP", "packed by lzip: unpack it first"),
    (b"\x5d\x00\x00", "packed by lzma: unpack it first"),
    (b"SQLite format 3\x00", "a SQLite database; `murmur copy` copies a store of Murmuration"),
    (b"PAR1", "a Parquet table: write its records as JSON lines"),
    (b"ARROW1", "an Arrow table: write its records as JSON lines"),
    (b"Obj\x01", "an Avro file: write its records as JSON lines"),
    (b"\x89HDF", "an HDF5 file: write its records as JSON lines"),
    (b"WARC/", "a web archive (WARC): pages, no records"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"OggS", "a sound or a video"),
    (b"ID3", "a sound"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x7fELF", "a program"),
    (b"\x80\x04\x95", "a Python pickle, which is never opened"),
)
_BEGINNINGS = re.compile(
    rb"\s*(?:[{\[]|event:|data:|id:|retry:|:|(?:(?:var|let|const)\s)?[A-Za-z_$][\w.$\[\]\"']{0,200}\s{0,20}=\s{0,20}[\[{])"
)
_LATER_RECORD = re.compile(rb"\n\s*[{\[]")
_TABLES = (
    (("author.public_metrics.followers_count",), "a table that twarc-csv wrote: give the JSON lines it was made of"),
    (("user_screen_name", "local_time"), "a table that minet wrote: minet keeps no records to import"),
    (("thread_id", "timestamp", "body"), "a table that 4CAT wrote: export the dataset as NDJSON"),
)


def reason_against(text: bytes, head: bytes) -> str:
    """Return what a file without records is, as a reason for people; "" where it may hold some.

    Args:
        text: the first bytes of its text in UTF-8.
        head: the first bytes as they are.
    """
    if not text.strip():
        return "it is empty"
    name = next((name for magic, name in _MAGICS if head.startswith(magic)), "")
    if name:
        return f"it is {name}"
    if head[4:8] == b"ftyp":
        return "it is a picture or a video"
    if _BEGINNINGS.match(text) or (b"\0" not in text and _LATER_RECORD.search(text)):
        return ""
    return _kind_of_text(text, head)


def _kind_of_text(text: bytes, head: bytes) -> str:
    if b"\0" in text:
        return f"it is no text and no known format; it begins with {head[:8].hex(' ')}"
    if text.lstrip()[:1] == b"<":
        return "it is HTML or XML; records are JSON"
    return _table(text.lstrip().partition(b"\n")[0].strip()) or f"no JSON in it; it begins with {text[:40]!r}"


def _table(line: bytes) -> str:
    for sign in (b",", b"\t", b";"):
        columns = [cell.strip(b' "').decode(errors="replace") for cell in line.split(sign)]
        if len(columns) > 2 and all(columns):
            for needed, name in _TABLES:
                if set(needed) <= set(columns):
                    return f"it is {name}"
            return "it is a table (CSV); records are JSON: give the file that the table was made of"
    return ""
