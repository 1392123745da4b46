"""Accepted language: the first language of a browser in which something exists, English else."""

from __future__ import annotations

from collections.abc import Callable

from flask import request


def accepted_language(exists: Callable[[str], bool]) -> str:
    """Return the first language that the browser accepts and for which `exists` holds; English always exists."""
    languages = (tag.lower().split("-")[0] for tag in request.accept_languages.values())
    return next((language for language in languages if language == "en" or exists(language)), "en")
