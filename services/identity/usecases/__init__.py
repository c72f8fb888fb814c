"""What identity does: load, apply the rule, save. One module for each kind of affair.

registration   a citizen makes an account, an administrator makes an official's
sessions       sign in, refresh, sign out
passwords      verify within the lock-out, change
accounts       one's own data; suspend, reinstate, reassign
legal_persons  who acts for whom; what the register of enterprises tells
keys           the ring of signing keys and what is published of it
"""
