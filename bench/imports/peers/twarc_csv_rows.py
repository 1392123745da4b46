"""Peer: turns a file of X v2 pages into CSV by twarc-csv's own converter, as `twarc2 csv` does; prints the seconds."""

import json
import sys
import time
from pathlib import Path

import csv_writer
import dataframe_converter

with (
    Path(sys.argv[1]).open(encoding="utf8") as infile,
    Path(sys.argv[2]).open("w", encoding="utf8") as outfile,
):
    wall, cpu = time.perf_counter(), time.process_time()
    converter = dataframe_converter.DataFrameConverter(input_data_type="tweets")
    csv_writer.CSVConverter(infile, outfile, converter=converter, hide_progress=True).process()
print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}))
