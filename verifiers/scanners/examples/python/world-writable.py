import os
import stat


def share(path):
    # ruleid: python.world-writable
    os.chmod(path, 0o777)
    # ruleid: python.world-writable
    os.chmod(path, 0o666)
    # ruleid: python.world-writable
    os.chmod(path, stat.S_IRUSR | stat.S_IWOTH)
    # ok: python.world-writable
    os.chmod(path, 0o600)
    # ok: python.world-writable
    os.chmod(path, 0o755)
    # ok: python.world-writable
    os.chmod(path, 0o644)
