"""HL7 FHIR R4 (4.0.1) on the wire: resources, searches, outcomes (pure).

Guarantees: every resource rendered here is valid R4; whatever is said to be supported is in one
table (`capability`), which the search reads too. Does not: know HTTP or a database.
"""
