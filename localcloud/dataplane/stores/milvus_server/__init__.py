"""The program of the Milvus server: Milvus Lite's own gRPC API, and Milvus's REST API (v2) over it, on one port.

It runs as a process of its own and imports what only its requirements file names.
"""
