"""Objects of a stack that somebody has deleted outside Pulumi: proven gone, then taken out of the state."""
