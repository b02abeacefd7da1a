"""From a trained adapter or checkpoint to files that other programs run, checked to be the same model."""
