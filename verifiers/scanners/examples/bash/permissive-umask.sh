# ruleid: bash.permissive-umask
umask 000
# ok: bash.permissive-umask
umask 077
