"""`./pulumiw verify`, within the virtual environment: whether the deployed pipeline is healthy."""
