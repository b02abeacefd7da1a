# ruleid: bash.world-writable
chmod 777 out
# ruleid: bash.world-writable
chmod -R a+rwx out
# ok: bash.world-writable
chmod 700 out
# ok: bash.world-writable
chmod +x run
