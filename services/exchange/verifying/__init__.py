"""Checking the log from outside: what `services.exchange.verify` does.

`source` asks the service, `proving` makes sure that its answers are those of a signed head, `copy`
keeps what was seen, `checking` is the procedure. Nothing here believes the service.
"""
