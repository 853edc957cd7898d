"""Clients as integrators make them: generated from the services' documents, compiled strictly, used for real."""
