import shlex


class Volume:
    def extend(self, name, size):
        command = "svctask expand -size %s %s" % (size, name)
        # ruleid: python.command-string-from-values
        self._run_ssh(command)
        # ruleid: python.command-string-from-values
        self.client.exec_command(f"rm -r {name}")
        # ruleid: python.command-string-from-values
        self.host.run("nslookup {}".format(name))
        # ok: python.command-string-from-values
        self._run_ssh(["svctask", "expand", name])
        # ok: python.command-string-from-values
        self.client.exec_command("uptime")
        # ok: python.command-string-from-values
        self.client.exec_command(f"rm -r {shlex.quote(name)}")
