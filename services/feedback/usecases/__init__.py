"""What feedback does: load, rule, save.

Guarantees: the store, the vault and the time are passed in. Does not: know HTTP, the broker or
the database's driver.
"""
