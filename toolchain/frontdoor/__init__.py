"""The front door: what `./pulumiw` does before, around and after `pulumi`.

Everything but :mod:`toolchain.frontdoor.sql` uses the standard library alone, because it runs before the project's
virtual environment exists.
"""
