"""Lexicons and the search for their phrases in recognised text."""
