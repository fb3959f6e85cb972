"""The stack's settings, typed and checked, and what follows from them: regions and names."""
