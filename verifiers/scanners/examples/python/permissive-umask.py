import os

# ruleid: python.permissive-umask
os.umask(0)
# ok: python.permissive-umask
os.umask(0o077)
# ok: python.permissive-umask
os.umask(0o022)
