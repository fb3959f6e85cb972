"""The pipeline as Pulumi components: one concept a module, wired together in ``__main__.py``."""
