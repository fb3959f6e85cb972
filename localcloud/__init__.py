"""Confluent Cloud's API on one machine: ``api`` (HTTP) over ``control`` (resources) over ``dataplane`` (processes)."""
