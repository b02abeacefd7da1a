import shelve

import numpy as np
import pandas as pd


def read(path):
    # ruleid: python.unsafe-pickle-file
    shelve.open(path)
    # ruleid: python.unsafe-pickle-file
    pd.read_pickle(path)
    # ruleid: python.unsafe-pickle-file
    np.load(path, allow_pickle=True)
    # ok: python.unsafe-pickle-file
    np.load(path)
    # ok: python.unsafe-pickle-file
    pd.read_csv(path)
