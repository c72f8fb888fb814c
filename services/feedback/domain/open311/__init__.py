"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): services, requests, and their two formats.

Guarantees: element names, values and errors as the standard's page has them; JSON by the Spark
convention. Does not: know HTTP routes or the store.
"""
