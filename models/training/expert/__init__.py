"""Expert iteration: the model's own answers that the verifiers passed are what it is trained on next."""
