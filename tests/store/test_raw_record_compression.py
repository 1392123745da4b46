"""Raw record compression: what several threads pack and unpack at once is what each gave."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from pipeline.store.raw_record_compression import compress, decompress


def test_threads_that_pack_and_unpack_at_once_do_not_mix_their_records() -> None:
    def work(seed: int) -> list[bool]:
        chance = random.Random(seed)
        records = [chance.randbytes(chance.randint(20_000, 60_000)) * 2 for _ in range(60)]
        return [decompress(compress(record)) == record for record in records]

    with ThreadPoolExecutor(8) as threads:
        assert all(all(found) for found in threads.map(work, range(8)))
