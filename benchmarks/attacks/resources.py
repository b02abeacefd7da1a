"""Attacks that take more than they are given, or live longer.

Each stops by itself a good way above its limit, so that it does no harm where nothing stops it.
"""

from __future__ import annotations

from benchmarks.attacks.attack import Attack, floods
from verifiers.sandbox.protocol import Limits

MB = 2**20
_SMALL = Limits(wall_s=8, memory_bytes=96 * MB, pids=32, disk_bytes=16 * MB)

RESOURCES = (
    Attack(
        "fork bomb",
        """
        import time
        made = 0
        try:
            while made < 200:
                if os.fork() == 0:
                    time.sleep(2); os._exit(0)
                made += 1
        except OSError: pass
        if made >= 200: print("GOT", made, "children")
        """,
        _SMALL,
    ),
    Attack(
        "thread bomb",
        """
        import threading, time
        made = 0
        try:
            while made < 200:
                threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
                made += 1
        except RuntimeError: pass
        if made >= 200: print("GOT", made, "threads", flush=True)
        os._exit(0)
        """,
        _SMALL,
        is_granted_by_gvisor=True,
    ),
    Attack(
        "memory bomb",
        """
        kept = [b"1" * 2**20 for _ in range(400)]
        print("GOT", len(kept), "MB")
        """,
        _SMALL,
    ),
    Attack(
        "memory bomb of many children",
        """
        import time
        pids = []
        for _ in range(12):
            pid = os.fork()
            if pid == 0:
                kept = b"1" * (40 * 2**20)
                time.sleep(0.7); os._exit(0)
            pids.append(pid)
        codes = [os.waitpid(pid, 0)[1] for pid in pids]
        if not any(codes): print("GOT", 12 * 40, "MB")
        """,
        _SMALL,
    ),
    Attack(
        "memory bomb in /dev/shm",
        """
        name = f"/dev/shm/{BAIT['marker']}"
        try:
            with open(name, "wb") as file:
                for _ in range(300): file.write(b"1" * 2**20)
            print("GOT 300 MB")
        except OSError: pass
        finally: os.path.exists(name) and os.unlink(name)
        """,
        Limits(wall_s=8, memory_bytes=96 * MB, disk_bytes=200 * MB),
    ),
    Attack(
        "memory bomb in a memfd",
        """
        file = os.memfd_create("x")
        for _ in range(300): os.write(file, b"1" * 2**20)
        print("GOT 300 MB")
        """,
        _SMALL,
    ),
    Attack(
        "disk bomb",
        """
        try:
            with open("fill", "wb") as file:
                for _ in range(100): file.write(b"1" * 2**20)
            print("GOT 100 MB")
        except OSError: pass
        """,
        Limits(wall_s=8, disk_bytes=16 * MB),
    ),
    Attack(
        "inode bomb",
        """
        made = 0
        try:
            os.mkdir("inodes")
            while made < 150_000:
                os.close(os.open(f"inodes/{made}", os.O_CREAT | os.O_WRONLY)); made += 1
            print("GOT", made, "files")
        except OSError: pass
        """,
        Limits(wall_s=20, cpu_s=20, memory_bytes=64 * MB, disk_bytes=8 * MB),
    ),
    Attack(
        "output bomb",
        """
        block = b"x" * 2**20
        for _ in range(60):
            view = memoryview(block)
            while view: view = view[os.write(1, view):]
        """,
        more=floods,
    ),
    Attack(
        "output bomb on stderr",
        """
        block = b"x" * 2**20
        for _ in range(60):
            view = memoryview(block)
            while view: view = view[os.write(2, view):]
        """,
        more=floods,
    ),
    Attack(
        "descriptor bomb",
        """
        made = 0
        try:
            while made < 600: os.open("/dev/null", os.O_RDONLY); made += 1
        except OSError: pass
        if made >= 600: print("GOT", made, "descriptors")
        """,
    ),
    Attack(
        "raising its own limits",
        """
        import resource
        for kind in ("NOFILE", "NPROC", "CPU", "CORE"):
            number = getattr(resource, f"RLIMIT_{kind}")
            soft, hard = resource.getrlimit(number)
            try: resource.setrlimit(number, (hard + 1, hard + 1) if hard >= 0 else (hard, hard))
            except (ValueError, OSError): continue
            if hard >= 0: print("GOT more", kind)
        """,
        unproven="without a sandbox there is no limit to raise",
        is_granted_by_gvisor=True,
    ),
    Attack(
        "leaving its control group",
        """
        import glob
        for file in glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True)[:200]:
            try:
                with open(file, "w") as group: group.write("0")
                print("GOT into", file); break
            except OSError: pass
        """,
        unproven="would move the harness's own process",
    ),
    Attack(
        "widening its control group",
        """
        import glob
        names = ("memory.limit_in_bytes", "pids.max", "memory.max", "cpu.cfs_quota_us", "cpu.max")
        for name in names:
            for file in glob.glob(f"/sys/fs/cgroup/**/{name}", recursive=True)[:50]:
                try:
                    open(file, "r+b").close()
                    print("GOT", file)
                except OSError: pass
        """,
    ),
    Attack(
        "ignoring SIGTERM",
        """
        import signal, time
        for number in set(range(1, 65)) - {9, 19, 32, 33}:
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0: os.execlp("sleep", "sleep", BAIT["marker"])
        while True: time.sleep(1)
        """,
        Limits(wall_s=1.5),
    ),
    Attack(
        "daemon, forked twice",
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in range(3): os.close(number)
                os.execlp("sleep", "sleep", BAIT["marker"])
            os._exit(0)
        """,
    ),
    Attack(
        "daemon that holds the streams open",
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: os.execlp("sleep", "sleep", BAIT["marker"])
            os._exit(0)
        """,
    ),
    Attack(
        "stopping its parent",
        """
        import signal, time
        try: os.kill(os.getppid(), signal.SIGSTOP)
        except OSError: pass
        """,
        Limits(wall_s=3),
    ),
    Attack(
        "stopping its parent, collected",
        """
        import signal
        try: os.kill(os.getppid(), signal.SIGSTOP)
        except OSError: pass
        """,
        Limits(wall_s=3),
        collect=("out",),
    ),
    Attack(
        "killing everything it can",
        """
        import signal
        os.kill(-1, signal.SIGKILL)
        """,
        unproven="would end this machine's processes",
    ),
)
