import subprocess
import sys

from flask import request

ALLOWED = {"list": "ls"}


def run():
    command = request.args.get("command")
    # ruleid: python.subprocess-untrusted-program
    subprocess.run(command.split())
    # ruleid: python.subprocess-untrusted-program
    subprocess.run([command, "-l"])
    # ruleid: python.subprocess-untrusted-program
    subprocess.call(sys.argv[1:])
    # ok: python.subprocess-untrusted-program
    subprocess.run(["ls", command])
    # ok: python.subprocess-untrusted-program
    subprocess.run([ALLOWED[command]])
