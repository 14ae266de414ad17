"""Everybody Dance Now as a pipeline of stages.

What PyTorch reads from the environment when it is loaded is set here, before any stage loads it.
"""

import os

# Its threads wait for each other by spinning. The default, 300,000 rounds, makes a training step that takes 1.8 s alone take
# over 10 s beside one other busy program (2 cores); this many cost nothing alone and leave it at 3.7 s.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
# Large blocks of memory in huge pages: a step at 512x256 takes 6 % less time.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
