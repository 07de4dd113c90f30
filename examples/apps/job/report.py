"""Counts the words of a few lines, and fails when it is told to: `FAIL=1`."""

import collections
import os
import sys

LINES = ["to build a ship", "to launch a ship", "to let it go"]

words = collections.Counter(word for line in LINES for word in line.split())
for word, count in sorted(words.items(), key=lambda pair: (-pair[1], pair[0])):
    print(f"{count:3} {word}", flush=True)
if os.environ.get("FAIL"):
    print("told to fail", file=sys.stderr)
    sys.exit(3)
