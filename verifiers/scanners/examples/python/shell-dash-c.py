import subprocess


def show(folder):
    # ruleid: python.shell-dash-c
    subprocess.run(["sh", "-c", "ls " + folder])
    # ruleid: python.shell-dash-c
    subprocess.run(["/bin/bash", "-c", folder])
    # ok: python.shell-dash-c
    subprocess.run(["sh", "-c", "ls /"])
    # ok: python.shell-dash-c
    subprocess.run(["python", "-c", folder])
