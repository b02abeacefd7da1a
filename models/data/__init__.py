"""From raw code to rows that a model can be trained on."""
