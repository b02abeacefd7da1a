import os
import zipfile


def unpack(path, folder):
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        # ruleid: python.zip-slip
        with open(os.path.join(folder, name), "wb") as stream:
            stream.write(archive.read(name))
    for name in archive.namelist():
        # ok: python.zip-slip
        with open(os.path.join(folder, os.path.basename(name)), "wb") as stream:
            stream.write(archive.read(name))
