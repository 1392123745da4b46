#!/usr/bin/env bash
# Seen: libipld 3.5.0. A link (CID, tag 42 of DAG-CBOR) and a byte string are decoded to the same type, `bytes`, with nothing
#   that tells them apart. Encoding guesses: a byte string that looks like a CID becomes a link, and its block another hash.
# Expected: two types, or the JSON form `{"/": …}`, as in `dag-cbor` (a `CID` object) and in the DAG-CBOR specification, which
#   has links as a kind of their own.
# Output: link and byte string of the same content: equal True; type bytes; the byte string encoded again: a link
# Here: bytes with the beginning and the length of a CID are taken for a link (`pipeline/sources/archive/bluesky_repository.py`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q libipld==3.5.0
cat >"$folder/seen.py" <<'PYTHON'
import sys

import libipld

cid = b"\x01\x71\x12\x20" + bytes(32)
link = b"\xa1\x61a\xd8\x2a\x58" + bytes([len(cid) + 1]) + b"\x00" + cid
text = b"\xa1\x61a\x58" + bytes([len(cid)]) + cid
of_link, of_text = libipld.decode_dag_cbor(link)["a"], libipld.decode_dag_cbor(text)["a"]
again = "a link" if libipld.encode_dag_cbor({"a": of_text}) == link else "a byte string"
equal, kind = of_link == of_text, type(of_link).__name__
print(f"link and byte string of the same content: equal {equal}; type {kind}; the byte string encoded again: {again}")
sys.exit(0 if equal and kind == "bytes" and again == "a link" else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
