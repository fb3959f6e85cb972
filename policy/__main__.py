"""The policy pack's entry point: the engine runs this folder as a program (PulumiPolicy.yaml)."""

from guardrails import pack

pack.serve()
