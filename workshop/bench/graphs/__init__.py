"""Graphs to compare ours with: the same pipeline, declared as it is usually declared today."""
