"""Pulumi plugins in Python, for machines that cannot reach Pulumi's own download site.

The engine finds the executables of ``bin/`` on PATH, starts them with its own address as their argument, reads a port
from their first line of output and speaks gRPC with them (``pulumirpc``; the messages are those of the Pulumi SDK):

- ``language``: the Python language host, which runs the program;
- ``random``: the ``random`` provider, as far as the program needs it;
- ``confluentcloud``: the ``confluentcloud`` provider, over Confluent Cloud's REST API.

Beside them, what the two providers share: ``protos`` (the messages, without the rest of the SDK), ``wire`` (their
values), ``schema`` and ``diffs`` (what a resource's inputs are and what a change to one means), ``resource`` (what a
resource can do), ``servicer`` (the engine's calls), ``process`` (life and death of a plugin).
"""
