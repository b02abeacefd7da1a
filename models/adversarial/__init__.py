"""Attacks on a model, and the training that hardens it against them."""
