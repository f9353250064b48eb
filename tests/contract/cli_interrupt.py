#!/usr/bin/env python3
"""facecraft process is interrupted at any moment of its start: it ends in order, with one line."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.realpath(sys.argv[1])
PHOTO = "tests/data/astronaut.png"
MOMENTS = 60  # half a millisecond apart, from before it listens until it looks at the photo
if not pathlib.Path("models/selfie_segmentation.tflite").exists():
    print("skipped: no models are fetched")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    for moment in range(MOMENTS):
        run = subprocess.Popen([PROGRAM, "process", "--quiet", PHOTO, "-o", folder],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(moment / 2000)
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        assert run.returncode in (0, 130, -signal.SIGINT), (moment, run.returncode, said)
        if run.returncode == 130:
            assert said == "facecraft: interrupted after 0 of 1 photos\n", (moment, said)
