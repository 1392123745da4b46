"""The product, started and never left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.e2e.product import Product
from tests.paths import PROJECT

Start = Callable[..., Product]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start products, with one worker unless a test wants more; whatever happens, none is left behind."""
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    products: list[Product] = []

    def begin(data_dir: Path | None = None, **settings: Any) -> Product:
        products.append(Product(data_dir or tmp_path / "data", **{"WORKERS": "1"} | settings))
        return products[-1]

    yield begin
    for product in products:
        product.end()
