"""The rules of the health department, pure: no framework, no database, no clock of its own.

Guarantees: whatever the law or the standard asks is here. Does not: load or keep anything.
"""
