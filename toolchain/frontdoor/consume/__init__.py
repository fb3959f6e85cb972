"""The part of `./pulumiw consume` that runs in the virtual environment: a topic's records, decoded by their schemas."""
