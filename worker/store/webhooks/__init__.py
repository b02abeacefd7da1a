"""Webhook endpoints in the database, and what is to be told to them."""
