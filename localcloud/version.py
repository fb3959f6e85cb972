"""Which program this is."""

SERVICE = "confluent-local-cloud"
VERSION = "0.1.0"
# Number of the layout of the state folder: raised whenever an older program would misread what a newer one has written.
STATE_FORMAT = 1
