import subprocess
from subprocess import Popen, check_output


def show(folder):
    # ruleid: python.subprocess-shell
    subprocess.run("ls " + folder, shell=True)
    # ruleid: python.subprocess-shell
    subprocess.call(f"ls {folder}", shell=True)
    # ruleid: python.subprocess-shell
    Popen("ls %s" % folder, shell=True)
    # ruleid: python.subprocess-shell
    check_output(folder, shell=True)
    # ok: python.subprocess-shell
    subprocess.run(["ls", folder])
    # ok: python.subprocess-shell
    subprocess.run("ls /", shell=True)
    # ok: python.subprocess-shell
    Popen(["ls", folder], shell=False)
