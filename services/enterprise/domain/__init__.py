"""The rules of enterprise registration, pure: no clock, no store, no framework.

Every rule returns the refusals it has to make (`shared.errors.FieldError`, in both languages,
naming the article), never a bare yes or no; facts that a rule needs are passed in.
"""
