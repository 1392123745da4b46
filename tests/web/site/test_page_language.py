"""The document of the page goes out in the first language that the browser accepts and the page has."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from web.site import page


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr,en;q=0.7,de;q=0.5", "en"),
        ("..", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_document_has_the_language_of_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accepted: str, language: str
) -> None:
    (tmp_path / "index.html").write_text("en")
    (tmp_path / "index.de.html").write_text("de")
    monkeypatch.setattr(page, "STATIC", tmp_path)
    app = Flask(__name__)
    app.add_url_rule("/", "page", page.page)
    answer = app.test_client().get("/", headers={"Accept-Language": accepted})
    assert answer.get_data(as_text=True) == language
    assert "Accept-Language" in answer.headers["Vary"]
