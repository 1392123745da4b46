#!/usr/bin/env bash
# Seen: Celery 5.7.0. A task that sends other tasks while it runs keeps one result object for each message until it ends,
#   in `request.children`, though both tasks have `ignore_result=True` and no result backend is set. A task that reads a
#   stream for days and sends forty messages a second grows by some 3 MB a minute.
# Expected: with `ignore_result` nothing of a result is kept (its documentation: "Don't store task state").
# Output: results kept by default: 1000; with add_to_parent=False: 0
# Here: pipeline's producer sends with `add_to_parent=False`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q celery==5.7.0
cat >"$folder/seen.py" <<'PYTHON'
import sys

from celery import Celery

app = Celery("seen", broker="memory://")


@app.task(ignore_result=True)
def one(number):
    pass


@app.task(bind=True, ignore_result=True)
def long_running(self, **options):
    for number in range(1000):
        one.apply_async((number,), **options)
    return len(self.request.children)


default = long_running.apply().result
without = long_running.apply(kwargs={"add_to_parent": False}).result
print(f"results kept by default: {default}; with add_to_parent=False: {without}")
sys.exit(0 if (default, without) == (1000, 0) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
