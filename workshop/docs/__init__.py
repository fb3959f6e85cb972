"""Pages of ``docs/`` that are generated from the code they describe: ``./pulumiw docs [--check]``."""
