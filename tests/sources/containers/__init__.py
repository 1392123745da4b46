"""Packed files and containers, made in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import zstandard

from pipeline.sources.containers.bounds import DamagedFile, RefusedFile
from pipeline.sources.containers.places import BEGINNING, Place, ReadRecord, Remark
from pipeline.sources.containers.reading import FileReading

LINES = [json.dumps({"murmur": 1, "id": f"demo:{number}"}).encode() for number in range(300)]
BODY = b"\n".join(LINES) + b"\n"
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def tar(**members: bytes) -> bytes:
    """Return a tar; "__" in a name stands for "/", "_" for "."."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as files:
        for name, body in members.items():
            info = tarfile.TarInfo(_path(name))
            info.size, info.mtime = len(body), 1_600_000_000
            files.addfile(info, io.BytesIO(body))
    return made.getvalue()


def zipped(method: int = zipfile.ZIP_DEFLATED, /, **members: bytes) -> bytes:
    """Return a zip; names as for `tar`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as files:
        for name, body in members.items():
            files.writestr(_path(name), body)
    return made.getvalue()


def _path(name: str) -> str:
    return name.replace("__", "/").replace("_", ".")


def read(path: Path, place: Place = BEGINNING) -> tuple[list[ReadRecord], list[Remark], str]:
    """Return the records of a file, the remarks, and why it was not read, or not to its end."""
    records: list[ReadRecord] = []
    remarks: list[Remark] = []
    try:
        for found in FileReading(path, path.parent).read(place):
            if isinstance(found, Remark):
                remarks.append(found)
            else:
                records.append(found)
    except (RefusedFile, DamagedFile) as error:
        return records, remarks, str(error)
    return records, remarks, ""
