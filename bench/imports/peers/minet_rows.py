"""Peer: turns X pages (v2) or lines (v1.1) into CSV as minet does, by its library twitwi; prints the seconds."""

import csv
import json
import sys
import time
from pathlib import Path

from twitwi import format_tweet_as_csv_row, normalize_tweet, normalize_tweets_payload_v2
from twitwi.constants import TWEET_FIELDS

with (
    Path(sys.argv[1]).open(encoding="utf8") as infile,
    Path(sys.argv[2]).open("w", encoding="utf8", newline="") as outfile,
):
    wall, cpu = time.perf_counter(), time.process_time()
    writer = csv.writer(outfile)
    writer.writerow(TWEET_FIELDS)
    for line in infile:
        record = json.loads(line)
        for tweet in normalize_tweets_payload_v2(record) if "data" in record else [normalize_tweet(record)]:
            writer.writerow(format_tweet_as_csv_row(tweet))
print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}))
