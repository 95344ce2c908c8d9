"""`wuzha evaluate` and DuckDB on the same files, one after the other, in one run:
wall time, processor time, peak memory, and whether both wrote the same bytes.

    python evaluate.py WUZHA_BINARY WORK_DIR [SCHOOLS STUDENTS YEARS]

Needs the Python package duckdb. Makes the data with `wuzha sample` if they are
not there yet (about 1.3 GB at the usual 1000 schools, 1,000,000 students, 3 years).
"""

import filecmp
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PLAN = os.path.join(HERE, "data", "city.toml")
AS_OF = "2024-06-15"


def measured(command):
    start = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(binary, work, schools="1000", students="1000000", years="3"):
    data = os.path.join(work, f"data-{schools}-{students}-{years}")
    ours, theirs = os.path.join(work, "wuzha"), os.path.join(work, "duckdb")
    if not os.path.exists(os.path.join(data, "records.csv")):
        subprocess.run([binary, "sample", "--plan", PLAN, "--schools", schools, "--students", students,
                        "--years", years, "--seed", "1", "--out", data], check=True)
    script = os.path.join(HERE, "evaluate_duckdb.py")
    # Both find the files in the page cache.
    with open(os.path.join(data, "records.csv"), "rb") as file:
        while file.read(1 << 24):
            pass
    rows = [
        ("wuzha", measured([binary, "evaluate", "--plan", PLAN, "--data", data, "--as-of", AS_OF, "--out", ours])),
        ("duckdb", measured([sys.executable, script, PLAN, data, AS_OF, theirs, str(os.cpu_count())])),
    ]
    print(f"{'':8} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}")
    for name, (wall, cpu, peak) in rows:
        print(f"{name:8} {wall:8.1f} {cpu:8.1f} {peak:8.0f}")
    ratio = [theirs / ours for ours, theirs in zip(rows[0][1], rows[1][1])]
    print(f"{'ratio':8} {ratio[0]:8.1f} {ratio[1]:8.1f} {ratio[2]:8.1f}")
    for name in ("standings.csv", "rates.csv"):
        same = filecmp.cmp(os.path.join(ours, name), os.path.join(theirs, name), shallow=False)
        print(f"{name}: {'the same bytes' if same else 'DIFFERENT'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
