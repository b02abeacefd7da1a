import os
import tempfile

# ruleid: python.predictable-temporary-file
path = tempfile.mktemp()
# ruleid: python.predictable-temporary-file
name = os.tempnam()
# ok: python.predictable-temporary-file
handle, other = tempfile.mkstemp()
# ok: python.predictable-temporary-file
folder = tempfile.TemporaryDirectory()
