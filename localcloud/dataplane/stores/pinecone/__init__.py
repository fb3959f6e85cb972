"""Pinecone on this machine: its REST API over exact search, in a process of its own."""
