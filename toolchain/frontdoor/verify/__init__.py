"""The part of `./pulumiw verify` that runs in the virtual environment: health checks of a deployed pipeline."""
