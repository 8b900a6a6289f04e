"""Tests of the runner. Those that need its API or hostile programs run within the image only."""
