"""What our graph is held against: the same pipeline, declared as people declare it today."""
