"""The program of the Qdrant server: Qdrant's own engine, its gRPC and its REST API on one port.

It runs as a process of its own and imports what only its requirements file names.
"""
