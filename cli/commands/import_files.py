"""Command `murmur import`: imports files and folders of posts, shows its progress, tells what became of each record.

Progress goes to standard error, the result to standard output. A signal ends the import after the batch at hand; the
next call goes on there.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click
import msgspec

from cli.import_progress import ImportProgress
from cli.import_session import ImportSession, import_session
from pipeline.importer.file_import import FileImport, collect_rarely
from pipeline.importer.import_notes import ImportNote
from pipeline.importer.outlets import ImportStopped
from pipeline.importer.tally import Tally
from pipeline.printable_text import printable
from pipeline.settings import Settings
from pipeline.store.contract import IMPORTED, CoverageRow

PROBLEMS_SHOWN = 20
"""Files that were not read which are named one by one; the others are counted."""
SOURCE = "import"
"""Source of an import's rows of coverage."""


class ImportResult(msgspec.Struct):
    """Result of an import of files. `problems` are those that were not read, or not to their end, with the reason."""

    files: int = 0
    imported_before: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)
    problems: list[tuple[str, str]] = []
    problem_count: int = 0
    stopped: bool = False
    dry_run: bool = False
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """The exit status: 0 where every file was read to its end."""
        return 1 if self.stopped or self.problem_count else 0


def import_files(
    settings: Settings, paths: Sequence[Path], *, dry_run: bool = False, again: bool = False, as_json: bool = False
) -> int:
    """Import files and all files in folders; return the exit status.

    Args:
        settings: where broker and store are.
        paths: files and folders.
        dry_run: read everything and store nothing; neither broker nor store is needed.
        again: read files anew that were imported before.
        as_json: print the result as one JSON object.

    Raises:
        MurmurError: broker or store cannot be used.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    collect_rarely()
    began = time.monotonic()
    groups = [(path, files_in(path)) for path in paths]
    if settings.retention_days and not dry_run:
        _warn(f"RETENTION_DAYS={settings.retention_days}: older posts of the files are not kept")
    with (
        nullcontext(None) if dry_run else import_session(settings, stopping.is_set) as session,
        ImportProgress(sum(_size(file) for _, files in groups for file in files)) as progress,
    ):
        importing = ImportOfFiles(session, progress, stopping.is_set, settings, again=again)
        try:
            for path, files in groups:
                importing.group(path, files)
            if session is not None:
                session.outlet.finish()
        except ImportStopped:
            importing.result.stopped = True
    importing.result.seconds = round(time.monotonic() - began, 3)
    _tell(importing.result, as_json=as_json)
    return importing.result.status


def files_in(path: Path) -> list[Path]:
    """Return a file, or all files in a folder and its folders, by name."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file())


class ImportOfFiles:
    """The import of all files. Without a session nothing is stored. `progress` shows how far it came."""

    def __init__(
        self,
        session: ImportSession | None,
        progress: ImportProgress,
        stopping: Callable[[], bool],
        settings: Settings,
        *,
        again: bool,
    ) -> None:
        self._session = session
        self._progress = progress
        self._stopping = stopping
        self._scratch = settings.data_dir if session is not None else None
        self._consent = settings.mastodon_consent
        self._again = again
        self.result = ImportResult(dry_run=session is None)

    def group(self, path: Path, files: Sequence[Path]) -> None:
        """Import the files of one path, and enter its row of coverage, also when it is stopped."""
        tally = Tally()
        try:
            for file in files:
                self.result.files += 1
                self._file(file, tally)
        finally:
            self.result.tally.add(tally)
            if self._session is not None and tally.first_ms is not None and tally.last_ms is not None:
                why = f"{IMPORTED}{printable(path.name)[:200]}, {tally.posts:,} posts"
                self._session.cover(
                    CoverageRow(SOURCE, tally.first_ms, max(tally.last_ms, tally.first_ms + 1), "", why)
                )

    def _file(self, file: Path, tally: Tally) -> None:
        """Import one file, and add its counts to `tally`."""
        try:
            reading = self._opened(file)
        except OSError as error:
            self._problem(file, f"it cannot be read: {error.strerror}")
            return
        if reading is None:
            self._progress.file_done(_size(file))
            return
        try:
            for _ in reading.run():
                self._progress.show(reading.position_bytes, tally, reading.tally)
                if self._stopping():
                    raise ImportStopped
        finally:
            tally.add(reading.tally)
            self._progress.file_done(_size(file))
        if reading.problem:
            self._problem(file, reading.problem)

    def _opened(self, file: Path) -> FileImport | None:
        """Return the import of a file, None for one that was imported before."""
        if self._session is None:
            return FileImport(file, ImportNote(file.name, ""), None, lambda _: None, consent=self._consent)
        notes = self._session.notes
        note = notes.read(file)
        if self._again and note.done:
            note = ImportNote(note.file, note.store)
        if note.done:
            self.result.imported_before += 1
            _warn(f"{file}: imported before ({note.tally.posts:,} posts); --again reads it anew")
            return None
        if note.tally.records:
            _warn(f"{file}: goes on after {note.tally.records:,} records")
        keep = partial(notes.write, file)
        return FileImport(
            file,
            note,
            self._session.outlet.put,
            keep,
            scratch=self._scratch,
            consent=self._consent,
            recognised=self._session.recognised,
        )

    def _problem(self, file: Path, why: str) -> None:
        self.result.problem_count += 1
        if len(self.result.problems) < PROBLEMS_SHOWN:
            self.result.problems.append((str(file), why))
            _warn(f"{file}: {why}")


def _tell(result: ImportResult, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(result).decode())
        return
    verb = "Would import" if result.dry_run else "Imported"
    read = result.files - result.problem_count - result.imported_before
    parts = [f"{verb} {result.tally.line()}, from {read:,} of {result.files:,} files in {result.seconds:,.1f} s"]
    if result.imported_before:
        parts.append(f"{result.imported_before:,} imported before")
    if result.problem_count:
        parts.append(f"{result.problem_count:,} not read, or not to the end")
    if result.stopped:
        parts.append("stopped: the same command goes on there")
    click.echo(printable("; ".join(parts)))


def _warn(line: str) -> None:
    click.echo(printable(line), err=True)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
