"""From documents to what is asked and what is answered."""
