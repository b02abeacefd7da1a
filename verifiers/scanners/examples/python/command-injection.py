import os
import shlex
import subprocess
from os import system


def ping(host):
    # ruleid: python.command-injection
    os.system("ping -c 1 " + host)
    # ruleid: python.command-injection
    os.popen(f"ping {host}").read()
    # ruleid: python.command-injection
    subprocess.getoutput("ping %s" % host)
    # ruleid: python.command-injection
    system(host)
    command = "ping " + host
    # ruleid: python.command-injection
    os.system(command)
    # ok: python.command-injection
    os.system("ping localhost")
    # ok: python.command-injection
    os.system("ping " + shlex.quote(host))
    # ok: python.command-injection
    subprocess.run(["ping", "-c", "1", host], check=True)
