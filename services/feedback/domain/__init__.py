"""The rules of feedback: evaluations, rectifications, requests of the public, figures, notices.

Guarantees: pure; the time and ids are passed in. Does not: load or save anything.
"""
