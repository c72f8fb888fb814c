"""The operator's command, ``python -m shared.ops COMMAND``: one module a command.

Guarantees: whatever is asked ends within its time limits; what cannot be reached is named, with
exit code 2; where something was left or differs, 1. It works on whatever AMQP_URI and MONGO_URI
name (`setting`), and says what it found as a table, or with ``--json`` as JSON.
Does not: need a running service, unless a command says so.
"""
