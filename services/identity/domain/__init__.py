"""The rules of accounts, sessions, keys and legal persons: pure, one module for each.

registration   who may register, and what an acceptable password is
accounts       an account and its append-only history
lockout        how long a login name waits after failures
sessions       families of rotating refresh tokens
tokens         what an access token says
keys           the ring of signing keys
legal_persons  who acts for a legal person, in what, until when

Records are plain documents (dict). Every function returns a new one and leaves its argument alone.
Personal numbers never get in here: a person is known by the keyed lookup of their number.
"""
