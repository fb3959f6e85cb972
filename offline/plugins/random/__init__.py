"""The ``random`` provider, as far as the program needs it: RandomId."""
