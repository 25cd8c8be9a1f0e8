"""`make bench`: how long things take, as ratios and percentiles of one run. Nothing here is asserted."""
