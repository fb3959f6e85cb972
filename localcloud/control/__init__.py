"""The resources of the local cloud and their life. Knows nothing of HTTP; asks the data plane through its interface."""
