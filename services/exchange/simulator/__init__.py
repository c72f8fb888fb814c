"""Existing systems of departments, simulated: they provide and consume over HTTP, as real ones do.

    python -m services.exchange.simulator --port 9000 --gateway http://localhost:8000

One process plays any number of nodes, each at an address of its own (`nodes`): it checks the order,
reads from generated people (`people`, `resources`), signs with the node's key and answers. It is
what a department's engineer can start from: `answering` is all that a system must do.

Guarantees: people, keys and answers follow from the seed, so they are the same in each run. Nobody
in it exists; numbers are valid by their check digit only.
Does not: belong anywhere else than on a local platform or in tests: its keys are public.
"""
