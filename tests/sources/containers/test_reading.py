"""Files as people have them are read whatever lies around their records, from the beginning and from any place."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from pipeline.normalise import normalise
from pipeline.post import Event, Upsert
from pipeline.sources import large_document
from pipeline.sources.containers import bounds
from pipeline.sources.large_document import RECORD_MAX_BYTES
from tests.records.drafts import Writer
from tests.records.x_v2_responses import pages
from tests.sources.containers import BODY, LINES, PACK, read, tar, zipped

TEXT = BODY.decode()
LONG = [{"murmur": 1, "id": f"demo:{number}", "text": 'é "[{ }] \\' * 120} for number in range(4_000)]


def _summed(body: bytes) -> bytes:
    """Return a tar with the right checksum in its first header."""
    blank = body[:148] + b" " * 8 + body[156:]
    return body[:148] + b"%06o\0 " % sum(blank[:512]) + body[156:]


FILES = {
    "lines": BODY,
    **{name: pack(BODY) for name, pack in PACK.items()},
    "two parts": gzip.compress(BODY[:500]) + gzip.compress(BODY[500:]) + b"\0" * 100,
    "tar": tar(a__1_json=BODY),
    "tar without magic": _summed(tar(a=BODY)[:257] + bytes(8) + tar(a=BODY)[265:]),
    "tar.gz of bz2": gzip.compress(tar(x_json_bz2=PACK["bzip2"](BODY))),
    "zip": zipped(d__1_json=BODY),
    "zip by bzip2": zipped(zipfile.ZIP_BZIP2, a=BODY),
    "zip stored": zipped(zipfile.ZIP_STORED, a=BODY),
    "tar of tar of gz": tar(day_tar=tar(a=gzip.compress(BODY))),
    "tar of zip of tar of bz2": tar(m_zip=zipped(d_tar=tar(a_bz2=PACK["bzip2"](BODY)))),
    "zip of zip": zipped(i_zip=zipped(a_zst=PACK["zstd"](BODY))),
    "mark": b"\xef\xbb\xbf" + BODY,
    "mark and CRLF": b"\xef\xbb\xbf" + BODY.replace(b"\n", b"\r\n"),
    "UTF-16 LE, packed": gzip.compress(TEXT.encode("utf-16")),
    "UTF-16 LE": b"\xff\xfe" + TEXT.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16 BE": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 LE without mark": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "mark before a list": b"\xef\xbb\xbf[" + b",".join(LINES) + b"]",
    "assigned": b"const posts = [ " + b",\n".join(LINES) + b" ]",
    "name of another": zipped(picture_jpg=BODY),
}


@pytest.mark.parametrize("kind", FILES)
def test_records_are_read_whatever_lies_around_them_and_from_any_place(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind])
    records, remarks, why = read(path)
    assert [record.data.strip() for record in records] == LINES
    assert (remarks, why) == ([], "")
    for number in (0, 123, 298, 299):
        rest, _, _ = read(path, records[number].place)
        assert [record.data for record in rest] == [record.data for record in records[number + 1 :]]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"statuses": LONG, "search_metadata": {"x": [{"no": 1}]}}),
        json.dumps({"meta": {"x": [{"no": 1}]}, "orderedItems": LONG}),
        json.dumps({"posts": LONG}, indent=2),
        json.dumps(LONG),
        json.dumps(LONG, indent=1),
        "const posts = " + json.dumps(LONG, indent=2),
    ],
    ids=["statuses", "orderedItems", "indented", "list", "list, indented", "assigned"],
)
def test_a_document_of_any_size_gives_its_records_one_by_one(tmp_path: Path, body: str) -> None:
    assert len(body) > RECORD_MAX_BYTES
    path = tmp_path / "file"
    path.write_text(body)
    records, remarks, why = read(path)
    assert [json.loads(record.data) for record in records] == LONG
    assert (remarks, why) == ([], "")
    rest, _, _ = read(path, records[1_234].place)
    assert [record.data for record in rest] == [record.data for record in records[1_235:]]


def test_a_small_page_stays_whole_and_a_long_one_becomes_pages_of_one_post(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(json.dumps({"data": LONG[:3]}) + "\n" + json.dumps({"data": LONG}) + "\n" + LINES[0].decode())
    records, _, _ = read(path)
    assert json.loads(records[0].data) == {"data": LONG[:3]}
    assert [json.loads(record.data)["data"] for record in records[1:-1]] == LONG
    assert records[-1].data == LINES[0]


@pytest.mark.parametrize(("first", "indent"), [("data", None), ("includes", 1)])
def test_a_long_page_gives_each_post_the_includes_it_needs(tmp_path: Path, first: str, indent: int | None) -> None:
    page = pages(Writer("long"), 1, 700)[0]
    page["includes"]["places"] = [{"id": "none", "name": "x" * RECORD_MAX_BYTES}]
    page = {first: page[first], "meta": page["meta"]} | page
    path = tmp_path / "file"
    path.write_text(json.dumps(page, indent=indent))
    whole = normalise(json.dumps(page).encode(), "import", 1_790_000_000_000)
    records, _, why = read(path)
    assert (len(records), why) == (700, "")
    divided = [event for one in records for event in normalise(one.data, "import", 1_790_000_000_000)]
    assert _by_id(divided) == _by_id(whole)
    rest, _, _ = read(path, records[300].place)
    assert [one.data for one in rest] == [one.data for one in records[301:]]


def test_includes_too_long_to_hold_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_document, "PAGE_MAX_BYTES", 1_000_000)
    page = pages(Writer("long"), 1, 100)[0]
    page["includes"]["users"][0]["description"] = "x" * RECORD_MAX_BYTES
    path = tmp_path / "file"
    path.write_text(json.dumps(page))
    records, _, _ = read(path)
    assert len(records) == 101
    assert [one.data for one in records].count(large_document.INCLUDES_LOST) == 1


def _by_id(events: list[Event]) -> dict[str, str]:
    posts = (event.post for event in events if isinstance(event, Upsert))
    return {post.id: f"{post.author} {post.text} {post.media} {post.quote_of} {post.poll}" for post in posts}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_record_too_long_is_one_refusal_and_its_neighbours_are_whole(tmp_path: Path, indent: int | None) -> None:
    huge = {"text": 'x"' * RECORD_MAX_BYTES, "entities": {"urls": [{"a": 1}, {"b": 2}]}}
    path = tmp_path / "file"
    path.write_text("\n".join(json.dumps(one, indent=indent) for one in (LONG[0], huge, LONG[1])))
    first, long, last = (record.data for record in read(path)[0])
    assert (json.loads(first), json.loads(last)) == (LONG[0], LONG[1])
    assert len(long) <= 64 * 1024
    listed = tmp_path / "listed"
    listed.write_text(json.dumps({"statuses": [LONG[0], huge, LONG[1]]}, indent=indent))
    first, long, last = (record.data for record in read(listed)[0])
    assert (json.loads(first), json.loads(last)) == (LONG[0], LONG[1])


@pytest.mark.parametrize(
    ("body", "read_records", "why"),
    [
        (PACK["gzip"](BODY)[:-9], 300, "damaged: it ends early"),
        (PACK["bzip2"](BODY)[:-9], 0, "damaged: it ends early"),
        (PACK["xz"](BODY)[:-9], 0, "damaged"),
        (PACK["zstd"](BODY)[:-9], 0, "damaged: it ends early"),
        (tar(a=BODY, b=BODY)[:-11_000], 300, "the tar is damaged"),
        (tar(a=BODY)[: 512 + -(-len(BODY) // 512) * 512], 300, "no end mark"),
        (tar(a=BODY)[: 512 + -(-len(BODY) // 512) * 512] + b"?" * 1_024, 300, "a header is wrong"),
        (zipped(a=BODY)[:-40], 0, "the zip is damaged or cut off"),
    ],
)
def test_damage_is_told_and_what_came_before_is_read(tmp_path: Path, body: bytes, read_records: int, why: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)
    records, _, found = read(path)
    assert why in found
    assert len(records) >= min(read_records, 250)


def test_a_damaged_member_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(tar(a_gz=gzip.compress(BODY)[:-30], b=BODY, c_jpg=b"\xff\xd8\xff\xe0"))
    records, remarks, why = read(path)
    assert [record.data for record in records][-300:] == LINES
    assert [(remark.kind, remark.name) for remark in remarks] == [("damaged", "a.gz"), ("refused", "c.jpg")]
    assert why == ""
    broken = bytearray(zipped(zipfile.ZIP_STORED, a=BODY, b=BODY))
    broken[200] ^= 1
    path.write_bytes(broken)
    records, remarks, _ = read(path)
    assert len(records) == 600
    assert [(remark.name, remark.why) for remark in remarks] == [("a", "it is damaged: its checksum is wrong")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is empty"),
        (b"\xff\xd8\xff\xe0JFIF", "a picture"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"PAR1\x15\x04", "a Parquet table"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "a 7z archive: unpack it first"),
        (b"\x01\x02\x03\x00\x05", "no text and no known format; it begins with 01 02 03"),
        (b"<!doctype html><p>hello", "HTML or XML"),
        (b"id,text,when\n1,hello,now\n", "a table (CSV)"),
        (b"id,user_screen_name,local_time,text\n1,a,b,c\n", "a table that minet wrote"),
        (b"once upon a time", "no JSON in it"),
        (zipped(zipfile.ZIP_LZMA, a=BODY), ""),
    ],
)
def test_a_file_without_records_is_named_in_one_line(tmp_path: Path, body: bytes, why: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)
    records, remarks, found = read(path)
    assert not records
    if why:
        assert why in found
    else:
        assert "zip method 14" in remarks[0].why


def test_what_unpacks_out_of_proportion_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "UNPACKED_FREE_BYTES", 100_000)
    monkeypatch.setattr(bounds, "UNPACKED_RATIO_MAX", 20)
    path = tmp_path / "file"
    for body in (
        gzip.compress(LINES[0] * 200_000),
        zipped(a=LINES[0] * 200_000, b=BODY),
        PACK["zstd"](LINES[0] * 200_000),
    ):
        path.write_bytes(body)
        assert "unpacks to more than" in read(path)[2]
    monkeypatch.undo()
    nested = BODY
    for _ in range(bounds.NESTING_MAX + 1):
        nested = gzip.compress(nested)
    path.write_bytes(nested)
    assert "lie in each other" in read(path)[2]
    monkeypatch.setattr(bounds, "MEMBERS_MAX", 2)
    path.write_bytes(tar(a=BODY, b=BODY, c=BODY))
    assert "members" in read(path)[2]


def test_headers_that_claim_to_be_long_take_no_memory(tmp_path: Path) -> None:
    body = bytearray(tar(a=BODY))
    body[156:157], body[124:136] = b"x", b"%011o\0" % 0o77777777777  # an extended header of 8 GiB
    path = tmp_path / "file"
    path.write_bytes(_summed(bytes(body)))
    assert "the tar is damaged" in read(path)[2]


def test_a_zip_that_lists_too_much_is_refused_before_the_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.sources.containers import zip_files

    monkeypatch.setattr(zip_files, "ZIP_DIRECTORY_MAX_BYTES", 60)
    path = tmp_path / "file"
    path.write_bytes(zipped(a=BODY, b=BODY))
    assert "lists more files than fit into memory" in read(path)[2]
