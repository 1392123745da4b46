"""Highlighted terms: the words, phrases, prefixes and tags of a search that a page marks in the posts it shows.

Exclusions are left out.
"""

from __future__ import annotations

from pipeline.query.tree import And, Facet, Near, Node, Or, Phrase, Prefix, Word


def highlighted_terms(root: Node) -> tuple[str, ...]:
    """Return the wanted words, phrases (with blanks), prefixes (`pre*`) and tags (with their sign), sorted.

    Exclusions are left out.
    """
    found: set[str] = set()
    _collect(root, found)
    return tuple(sorted(found))


def _collect(node: Node, found: set[str]) -> None:
    match node:
        case And(children) | Or(children):
            for child in children:
                _collect(child, found)
        case Word(token, "words"):
            found.add(token)
        case Phrase(tokens, "words"):
            found.add(" ".join(tokens))
        case Near(tokens, _):
            found.update(tokens)
        case Prefix(token):
            found.add(f"{token}*")
        case Facet(name) if name[0] in "#@$":
            found.add(name)
