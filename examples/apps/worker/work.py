"""Does something every few seconds, and says so, until it is told to end."""

import itertools
import os
import signal
import sys
import threading

ending = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ending.set())

pause = float(os.environ.get("PAUSE_SECONDS", "5"))
for count in itertools.count(1):
    print(f"piece of work {count} done", flush=True)
    if ending.wait(pause):
        print("ended after what was begun", flush=True)
        sys.exit(0)
