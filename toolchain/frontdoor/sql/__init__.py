"""`./pulumiw sql`, within the virtual environment: Confluent's own driver with a stack's outputs."""
