"""The ``confluentcloud`` provider 2.87.0 over Confluent Cloud's REST API, as far as the program needs it.

Names, nesting, ids, secrets and replacements are the official provider's, so that a program and its state can switch
between the two. The calls are Confluent's documented REST API (``/org/v2``, ``/iam/v2``, ``/cmk/v2``, ``/srcm/v3``,
``/fcpm/v2``, ``/connect/v1``, ``/sql/v1``, Kafka REST v3, Schema Registry). It differs from the official provider in
these points:

- It polls the API instead of sleeping for a fixed time: no wait after a role binding, a key or a topic.
- A failed statement never counts as created. The error of its creation has phase and detail, a refresh reports it, and
  the next ``up`` replaces it; the old one is deleted first, since its name is taken.
- An object that was created but is not ready is saved with its id, so there is no orphan. If the engine itself has
  died, the object is deleted again, except a statement: its table would stay, and nothing would prove whose it is.
- Deleting an object that no longer exists is no error.
- A change that no update can make (a statement's ``properties``, a connection's ``endpoint``) is refused in the
  preview, with the option that would replace the object. New ``credentials`` of a resource are stored in the state
  alone: they are no property of the object.
- Inputs are checked before anything is created: unknown names, missing values, CFU, names the API would refuse.
"""
