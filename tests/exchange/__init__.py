"""The exchange of a running platform, with systems outside at both ends."""
