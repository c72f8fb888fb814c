"""Deployment: compose and Kubernetes, both made from the folders of `services/`."""
