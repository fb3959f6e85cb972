"""Objects of a stack that somebody deleted outside Pulumi: proves their deletion, and removes them from the state."""
