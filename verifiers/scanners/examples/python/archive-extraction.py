import tarfile
import zipfile


def unpack(path, folder):
    with tarfile.open(path) as archive:
        # ruleid: python.archive-extraction
        archive.extractall(folder)
        # ok: python.archive-extraction
        archive.extractall(folder, filter="data")
    bundle = tarfile.open(path)
    # ruleid: python.archive-extraction
    bundle.extractall(folder)
    with zipfile.ZipFile(path) as zipped:
        # ok: python.archive-extraction
        zipped.extractall(folder)
