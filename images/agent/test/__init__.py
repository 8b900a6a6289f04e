"""Tests of the agent: they start the real one."""
