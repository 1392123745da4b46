"""Answers are decoded safely by many threads at once."""

from __future__ import annotations

import subprocess
import sys

from tests.paths import PROJECT

FIRST_USES = """
from __future__ import annotations
import sys, threading, types
from pipeline.store.elastic.cluster.json_codec import decode
sys.setswitchinterval(1e-6)
SHAPES = '''
from __future__ import annotations
import msgspec
class Row(msgspec.Struct):
    words: list[str] = []
    numbers: dict[str, int] = {}
class Hit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    row: Row = msgspec.field(name="_source")
class Found(msgspec.Struct):
    hits: list[Hit]
'''
body = b'{"hits":[{"_id":"x:1","_source":{"words":["a"],"numbers":{"likes":1}}}]}'
for number in range(500):
    sys.modules[f"shapes{number}"] = shapes = types.ModuleType(f"shapes{number}")
    exec(SHAPES, shapes.__dict__)
    together = threading.Barrier(4)
    def use():
        together.wait()
        assert decode(body, shapes.Found).hits[0].row.numbers == {"likes": 1}
    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print("whole")
"""


def test_threads_that_read_a_shape_for_the_first_time_at_once_do_not_end_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USES], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
