"""Pulumi plugins in Python, for machines that cannot reach Pulumi's own download site.

The engine finds the executables of ``bin/`` on PATH and starts them with its own address as an argument. It reads a
port from their first line of output, and calls them by gRPC (``pulumirpc``, with the messages of the Pulumi SDK):

- ``language``: the Python language host, which runs the program;
- ``random``: the ``random`` provider, as far as the program needs it;
- ``confluentcloud``: the ``confluentcloud`` provider, over Confluent Cloud's REST API.

The providers share: ``protos`` (the messages, without the rest of the SDK), ``wire`` (property values), ``schema``
(inputs and their checks), ``diffs`` (changes), ``resource`` (create, read, update, delete), ``servicer`` (the engine's
calls), ``responses`` (the engine's messages), ``process`` (start and end of a plugin).
"""
