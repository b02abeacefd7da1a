import subprocess


def show(folder):
    # ruleid: python.subprocess-string-command
    subprocess.run(f"ls {folder}".split())
    # ruleid: python.subprocess-string-command
    subprocess.call("ls {}".format(folder))
    # ok: python.subprocess-string-command
    subprocess.run("ls -l".split())
    # ok: python.subprocess-string-command
    subprocess.run(["ls", folder])
