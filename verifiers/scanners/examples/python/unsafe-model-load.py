import torch


def read(path):
    # ruleid: python.unsafe-model-load
    torch.load(path)
    # ruleid: python.unsafe-model-load
    torch.load(path, map_location="cpu")
    # ok: python.unsafe-model-load
    torch.load(path, weights_only=True)
    # ok: python.unsafe-model-load
    torch.save(path, "model.pt")
