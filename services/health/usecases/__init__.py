"""What the health department does: load, rule, save.

Guarantees: the store, the vault and the time are passed in; whatever is done because of an event
can be done again. Does not: know HTTP, FHIR or MongoDB.
"""
