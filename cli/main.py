"""Command line `murmur`: each command reads the settings and calls the module in `cli/commands` that does the work.

Our own errors become one line each, and control characters in text from outside are replaced. Exit status: 0 success, 1
a failure or a finding, 2 a setting or the machine must be corrected first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import MurmurError, SettingsError
from pipeline.printable_text import printable, printable_lines
from pipeline.settings import Settings, load
from pipeline.source_names import RECHECKED

if TYPE_CHECKING:
    from pipeline.jobs.app import Role


def say(line: str, *, err: bool = False) -> None:
    """Print one line; control characters in text from outside are replaced, so that they cannot steer the terminal."""
    click.echo(printable(line), err=err)


class Commands(click.Group):
    """Click group that prints the product's own errors as one line each."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                say(problem, err=True)
            sys.exit(2)
        except MurmurError as error:
            say(str(error), err=True)
            sys.exit(1)
        except click.UsageError:
            raise
        except click.ClickException as error:
            raise click.ClickException(printable_lines(error.message)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Murmuration: live search over a stream of social posts. Settings are environment variables: `murmur settings`."""


@main.command()
def run() -> None:
    """Start everything on this machine; Ctrl-C ends it."""
    from cli.commands.run import run as start

    sys.exit(start(load(), os.environ))


@main.command()
def web() -> None:
    """Serve the page, the API and the WebSockets (gunicorn)."""
    from cli.become_process import serve

    serve(load())


@main.command()
def reader() -> None:
    """Read the sources (a Celery worker)."""
    _celery("reader")


@main.command()
def worker() -> None:
    """Normalise, persist, match and publish (a Celery worker); start as many as you like."""
    _celery("worker")


@main.command()
def upkeep() -> None:
    """Keep readers scheduled, tick, prune, report (a Celery worker with beat in it)."""
    _celery("upkeep")


@main.command()
def sinks() -> None:
    """Deliver matches to the sinks that SINKS names; `run` starts it if there are any."""
    from cli.commands.sinks import serve

    serve(load())


def _celery(role: Role) -> None:
    from cli.become_process import work

    work(role, load())


@main.command()
def migrate() -> None:
    """Create or update the store; safe to run again, and before every release."""
    from cli.become_process import prepare_store

    say(prepare_store(load()))


@main.command()
@click.option(
    "--from", "source", required=True, type=click.Choice(["sqlite", "elasticsearch"]), help="Where posts are."
)
@click.option("--to", "target", required=True, type=click.Choice(["sqlite", "elasticsearch"]), help="Where they go.")
def copy(source: str, target: str) -> None:
    """Copy everything stored from DATA_DIR to ELASTICSEARCH_URL or back; Ctrl-C ends it, the next call resumes there.

    Everything else must be stopped. At the end both stores are compared; exit status 1 if they differ.
    """
    from cli.commands.copy import copy as copied

    for line in copied(load(), source, target):
        say(line)


@main.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH…")
@click.option("--dry-run", is_flag=True, help="Read everything, say what it is, store nothing.")
@click.option("--again", is_flag=True, help="Read files anew that were imported before.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def import_(paths: tuple[Path, ...], dry_run: bool, again: bool, as_json: bool) -> None:
    """Import files and folders of posts: archives, recordings, downloads, packed or not.

    \b
    murmur import twitter-2026-11-30.zip        X's personal archive, as it comes
    murmur import archive-*.tar.gz              a Mastodon account
    murmur import twitter-stream-2019-08.tar    the Internet Archive's stream grab
    murmur import --dry-run downloads/          what is in these files?

    What a file is, its content tells. It works while `murmur run` runs, and alone. Ctrl-C ends it, and the same command
    goes on there. Exit status: 0 every file was read to its end (records that cannot be read are counted), 1 one was
    not, 2 a path or setting is wrong.
    """
    from cli.commands.import_files import import_files

    sys.exit(import_files(load(), paths, dry_run=dry_run, again=again, as_json=as_json))


@main.command()
def settings() -> None:
    """List every setting with its value and purpose; a star marks a value that is not the default."""
    from cli.settings_table import settings_table

    click.echo(printable_lines(settings_table(load())))


@main.command()
def doctor() -> None:
    """Examine broker, store, page, sources and sinks; exit status 1 if one of them does not work."""
    from cli.commands.doctor import examine

    healthy = True
    for finding in examine(load()):
        say(finding.line())
        healthy = healthy and finding.well
    sys.exit(0 if healthy else 1)


@main.command()
@click.argument("source", type=click.Choice(RECHECKED))
@click.option("--limit", type=click.IntRange(1, 100_000_000), help="At most this many posts; else all that are stored.")
def recheck(source: str, limit: int | None) -> None:
    """Look up stored posts and delete those that no longer exist; Ctrl-C ends it, and the next call resumes there."""
    from cli.commands.recheck import recheck as look

    for line in look(load(), source, limit):
        say(line)


@main.group()
def dead() -> None:
    """Records that could not be read: list them, or enqueue them again."""


@dead.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
def dead_list(limit: int) -> None:
    """Show dead letters, oldest first: id, time, source, error, the beginning of the record."""
    from cli.commands.dead_letters import listing

    for line in listing(load(), limit):
        say(line)


@dead.command("retry")
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="At most this many, oldest first; else all.")
def dead_retry(limit: int | None) -> None:
    """Enqueue dead letters again."""
    from cli.commands.dead_letters import retry

    say(retry(load(), limit))


@main.group()
def decks() -> None:
    """Decks of columns that the page keeps here: list, show, export, import, delete."""


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@decks.command("list")
@_AS_JSON
def decks_list(as_json: bool) -> None:
    """List the decks, the last saved first: id, time, number of columns, title."""
    from cli.commands.decks import listing

    for line in listing(load(), as_json=as_json):
        say(line)


@decks.command("show")
@click.argument("deck_id", metavar="ID")
@_AS_JSON
def decks_show(deck_id: str, as_json: bool) -> None:
    """Show a deck: columns, read markers, pins and notes."""
    from cli.commands.decks import show

    for line in show(load(), deck_id, as_json=as_json):
        say(line)


@decks.command("export")
@click.argument("deck_id", metavar="ID")
def decks_export(deck_id: str) -> None:
    """Print the document of a deck as the JSON file that the page and `import` read."""
    from cli.commands.decks import export

    click.echo(export(load(), deck_id))


@decks.command("import")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--id", "deck_id", required=True, help="Id of the deck: 1 to 64 of a-z, 0-9 and -.")
@click.option("--replace", is_flag=True, help="Save over a deck of this id.")
@_AS_JSON
def decks_import(path: Path, deck_id: str, replace: bool, as_json: bool) -> None:
    """Save a deck's JSON file under an id."""
    from cli.commands.decks import import_file

    say(import_file(load(), path, deck_id, replace=replace, as_json=as_json))


@decks.command("delete")
@click.argument("deck_id", metavar="ID")
@_AS_JSON
def decks_delete(deck_id: str, as_json: bool) -> None:
    """Delete a deck with its read markers, pins and notes."""
    from cli.commands.decks import delete

    say(delete(load(), deck_id, as_json=as_json))


@main.command()
@click.argument("query")
@click.option("--post", "post_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def explain(query: str, post_file: Path | None) -> None:
    """Show how a search is parsed and, with --post, why a post (JSON) matches or not."""
    from cli.commands.explain import explain as explained

    click.echo(printable_lines(explained(query, post_file)))


@main.command()
@click.argument("author")
@click.option("--until-now", is_flag=True, help="Take in later posts of the author.")
def forget(author: str, until_now: bool) -> None:
    """Delete all posts of AUTHOR (source:handle or source:id), and keep later ones out for good."""
    from cli.commands.forget import forget as forgotten

    for line in forgotten(load(), author, until_now=until_now):
        say(line)


@main.command()
@click.argument("query", required=False)
def track(query: str | None) -> None:
    """Show TRACK, or change it while everything runs: a search, `searches`, or '' for the setting."""
    from cli.commands.track_setting import change, current

    loaded: Settings = load()
    say(current(loaded) if query is None else change(loaded, query))
