"""Everybody Dance Now as a pipeline of stages.

What PyTorch reads from the environment when it is loaded is set here, before any stage loads it.
"""

import os

# Its threads wait for each other by spinning. By default, 300,000 rounds, a training step that takes 1.3 s alone takes
# 4.2 s beside another training (2 cores), where 2.6 would be fair; this many cost nothing alone and leave it at 3.0 s.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# Large blocks of memory in huge pages: a step at 512x256 takes 6 % less time.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
