import os
import subprocess

# ruleid: python.shell-constant-command
subprocess.run("ls -l", shell=True)
# ruleid: python.shell-constant-command
os.system("clear")
# ok: python.shell-constant-command
subprocess.run(["ls", "-l"])
