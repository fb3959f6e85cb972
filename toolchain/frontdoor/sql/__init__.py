"""The part of `./pulumiw sql` that runs in the virtual environment: a statement, through Confluent's own driver."""
