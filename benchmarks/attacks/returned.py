"""Attacks by what a program leaves behind to be taken back."""

from __future__ import annotations

from benchmarks.attacks.attack import Attack, bad_names, floods_files
from verifiers.sandbox.protocol import Limits

MB = 2**20
_FEW = Limits(wall_s=8, files_bytes=2 * MB, files_count=100, disk_bytes=32 * MB)

RETURNED = (
    Attack("symbolic link to a host file", "os.symlink(BAIT['file'], 'out')", _FEW, collect=("out",)),
    Attack(
        "symbolic link to a folder of the host's",
        "os.symlink(os.path.dirname(BAIT['file']), 'out')",
        _FEW,
        collect=("out", "out/*"),
    ),
    Attack(
        "symbolic links in a folder",
        """
        os.mkdir("out")
        os.symlink(BAIT["file"], "out/plain")
        os.symlink("/proc/self/environ", "out/environ")
        """,
        _FEW,
        collect=("out",),
    ),
    Attack(
        "hard link bomb",
        """
        os.mkdir("out")
        with open("out/0", "wb") as file: file.write(b"1" * 2**20)
        for number in range(1, 20): os.link("out/0", f"out/{number}")
        """,
        _FEW,
        collect=("out",),
        more=floods_files,
    ),
    Attack(
        "file bomb",
        "with open('out', 'wb') as file: file.truncate(100 * 2**20)",
        Limits(wall_s=8, files_bytes=2 * MB, disk_bytes=128 * MB),
        collect=("out",),
        more=floods_files,
    ),
    Attack(
        "bomb of many files",
        """
        os.mkdir("out")
        for number in range(2000): open(f"out/{number}", "w").close()
        """,
        _FEW,
        collect=("out",),
        more=floods_files,
    ),
    Attack(
        "file that would be terabytes",
        """
        try:
            with open("out", "wb") as file: file.truncate(2**42)
        except OSError: pass
        """,
        Limits(wall_s=6, files_bytes=2 * MB),
        collect=("out",),
        more=floods_files,
        unproven="a harness that reads it takes all of this machine's memory",
    ),
    Attack(
        "names with newlines and escapes",
        """
        os.mkdir("out")
        for name in ("a\\nFAILED", "\\x1b[2J", "b\\r", "tab\\t", "\\u202egnp.exe"):
            open(f"out/{name}", "w").close()
        """,
        _FEW,
        collect=("out",),
        more=bad_names,
    ),
    Attack(
        "a pipe that nobody writes to",
        "os.mkfifo('out')",
        Limits(wall_s=3),
        collect=("out",),
    ),
    Attack(
        "changing files while they are taken",
        """
        os.mkdir("out"); open("out/file", "w").close()
        if os.fork() == 0:
            os.setsid()
            for number in range(3): os.close(number)
            os.symlink(BAIT["file"], "link"); open("plain", "w").close()
            for _ in range(30_000):
                os.rename("link", "out/file"); os.symlink(BAIT["file"], "link")
                os.rename("plain", "out/file"); open("plain", "w").close()
            os._exit(0)
        """,
        _FEW,
        collect=("out/file",),
    ),
    Attack(
        "an archive of its own making",
        """
        import io, tarfile, time
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for name in ("../../evil", "/etc/evil", "out/../../evil", "a\\nb", ""):
                entry = tarfile.TarInfo(name or "x"); entry.size = 4
                archive.addfile(entry, io.BytesIO(b"evil"))
        for pid in {1, os.getppid()}:
            for number in range(1, 12):
                try:
                    with open(f"/proc/{pid}/fd/{number}", "wb", buffering=0) as pipe:
                        if number > 2: pipe.write(b"0\\n" + buffer.getvalue())
                except OSError: pass
        time.sleep(0.3)
        """,
        _FEW,
        collect=("out",),
        more=bad_names,
        unproven="a harness without a sandbox makes no archive",
    ),
    Attack(
        "an archive bomb of its own making",
        """
        for pid in {1, os.getppid()}:
            for number in range(3, 12):
                try:
                    with open(f"/proc/{pid}/fd/{number}", "wb", buffering=0) as pipe:
                        pipe.write(b"0\\n")
                        for _ in range(64): pipe.write(b"1" * 2**20)
                except OSError: pass
        """,
        _FEW,
        collect=("out",),
        more=floods_files,
        unproven="a harness without a sandbox makes no archive",
    ),
    Attack(
        "a packer of its own",
        """
        for folder in os.environ["PATH"].split(":"):
            try:
                with open(f"{folder}/tar", "w") as file: file.write("#!/bin/sh\\ncat " + BAIT["file"])
                print("GOT", folder)
            except OSError: pass
        """,
        _FEW,
        collect=("out",),
        unproven="would change this machine's tar",
    ),
)
