"""The ``confluentcloud`` provider 2.87.0 over Confluent Cloud's REST API, as far as the program needs it.

Names, nesting, ids, secrets and what a change replaces are the official provider's, so that a program (and its state)
can go from one to the other. The calls are Confluent's documented REST API (``/org/v2``, ``/iam/v2``, ``/cmk/v2``,
``/srcm/v3``, ``/fcpm/v2``, ``/connect/v1``, ``/sql/v1``, Kafka REST v3, Schema Registry). It differs where the official
one hurts:

- It waits for what the API reports and not for fixed times: no sleep after a role binding, a key or a topic.
- A statement that failed is never green: its creation's error says phase and detail; a refresh that finds it failed
  says so; and the next ``up`` replaces it, deleting it first for its name is taken.
- What was made but did not become well is saved with its id, so that nothing is orphaned; when the engine itself is
  gone, it is deleted again, but for a statement: what that has made would stay, and nobody could tell whose it is.
- Deleting what is gone already is no error.
- What an update can never change (a statement's ``properties``, a connection's ``endpoint``) is refused in the preview,
  with the option that would replace it; new ``credentials`` of a resource are no change on the server and just stored.
- Inputs are checked before anything is made: unknown names, missing values, CFU, names the API would refuse.
"""
