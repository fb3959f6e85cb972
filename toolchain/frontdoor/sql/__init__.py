"""The part of `./pulumiw sql` that runs in the virtual environment, over Confluent's driver: statements, a shell."""
