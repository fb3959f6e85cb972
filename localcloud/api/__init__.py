"""Confluent Cloud's REST API over ``control``: HTTP in, HTTP out."""
