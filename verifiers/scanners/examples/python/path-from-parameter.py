import os


def read(folder, name):
    # ruleid: python.path-from-parameter
    with open(os.path.join(folder, name)) as stream:
        return stream.read()


def read_checked(folder, name):
    path = os.path.join(folder, os.path.basename(name))
    # ok: python.path-from-parameter
    with open(path) as stream:
        return stream.read()


def read_whole(path):
    # ok: python.path-from-parameter
    with open(path) as stream:
        return stream.read()
