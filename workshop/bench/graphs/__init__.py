"""Graphs for comparison: the same pipeline, declared as tutorials declare it."""
