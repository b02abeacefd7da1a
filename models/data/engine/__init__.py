"""The data pipeline on datatrove: a plan of stages, run on processes or on a cluster."""
