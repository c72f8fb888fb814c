"""`python -m shared.local.demo`: a whole affair against the running platform, told as it happens.

Guarantees: it is played by HTTP alone, as any front end would; every request and answer is shown;
it can be played again and again on the same data; it ends with a failure where an answer is not
what it should be. Does not: start the platform.
"""
