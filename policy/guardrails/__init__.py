"""What a streaming pipeline on Confluent Cloud must not do: one policy a module, all of them in ``pack``.

Nothing here knows the program it judges, or imports from it: the pack can be published and serve other projects.
"""
