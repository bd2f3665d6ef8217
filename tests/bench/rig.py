"""What the benchmarks run on: a simulator of its own for each figure, the board on a pseudo-terminal,
and the lines that come out.
"""
import fcntl
import os
import pty
import re
import select
import signal
import ssl
import struct
import subprocess
import tempfile
import termios
import time
import urllib.request

BUILD = os.environ.get("CAWSOLE_BUILDDIR", "build")
PROGRAM = os.path.join(BUILD, "cawsole")
SIM = os.path.join(BUILD, "cawsole-sim")
MICRO = os.path.join(BUILD, "bench-micro")
REPLAY = os.path.join(BUILD, "bench-replay")
FLOOR = os.path.join(BUILD, "bench-floor")

REFERENCE = ("--tasks", 200, "--parameters", 500)
LARGE = ("--tasks", 10000, "--parameters", 10000)

missed = []  # gates: counts that are above their target


def line(name, value, unit="", target=None, gate=False):
    """One figure. A gate is a count: above its target it fails the run; times only tell."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    words = [name, text, unit]
    if target is not None:
        words += [f"{'gate' if gate else 'target'} {target}"]
        if gate and value > target:
            missed.append(name)
            words += ["MISSED"]
    print(" ".join(w for w in words if w), flush=True)


def not_measured(name, why):
    print(f"{name} not measured ({why})", flush=True)


def environment(url, home, ca=None):
    env = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8",
           "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
           "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": url, "XDG_STATE_HOME": home}
    if ca:
        env["AWS_CA_BUNDLE"] = env["CURL_CA_BUNDLE"] = ca
    return env


class Sim:
    """A simulator in a known state on a free port. Its `url` may be pointed at something between."""

    def __init__(self, *args, tls=False):
        self.dir = tempfile.TemporaryDirectory()
        self.ca = os.path.join(self.dir.name, "ca.pem") if tls else None
        extra = ["--tls", "--ca-out", self.ca] if tls else []
        self.process = subprocess.Popen([SIM, "--port", "0", "--seed", "1", *extra, *map(str, args)],
                                        stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        match = re.match(r"listening on (\S+)", first)
        if not match:
            raise RuntimeError(f"the simulator said {first!r}")
        self.url = match.group(1)

    def env(self):
        return environment(self.url, self.dir.name, self.ca)

    def faults(self, method, spec=""):
        """Begins (POST), lists (GET) or ends (DELETE) faults; the list as it is told."""
        trust = ssl._create_unverified_context() if self.ca else None
        asked = urllib.request.Request(self.url + "/_sim/faults", spec.encode(), method=method)
        with urllib.request.urlopen(asked, timeout=30, context=trust) as answer:
            return answer.read().decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.dir.cleanup()


def set_size(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


class Board:
    """A program on a pseudo-terminal; what it says of itself comes over the test descriptor."""

    def __init__(self, sim, program=None, args=(), rows=40, cols=120):
        self.read_fd, write_fd = os.pipe()
        os.set_inheritable(write_fd, True)
        env = dict(sim.env(), CAWSOLE_TEST_FD=str(write_fd))
        program = program or PROGRAM
        self.started = time.monotonic()
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            set_size(0, rows, cols)
            os.execve(program, [program, *args], env)
        os.close(write_fd)
        self.said = b""
        self.bytes = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except OSError:
            pass
        os.close(self.tty)
        os.close(self.read_fd)

    def type(self, keys):
        os.write(self.tty, keys)

    def pump(self, seconds, until=None, until_output=False):
        """Reads for so long; returns when `until` was said (or any output came) or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.tty, self.read_fd], [], [], left)
            if self.tty in ready:
                try:
                    data = os.read(self.tty, 65536)
                except OSError:
                    return None
                self.bytes += len(data)
                if until_output and data:
                    return time.monotonic()
            if self.read_fd in ready:
                data = os.read(self.read_fd, 65536)
                if not data:
                    return None
                self.said += data
                if until and until in self.said:
                    return time.monotonic()
        return None

    def settle(self, seconds=120):
        """Until the first fill is over and nothing is under way; then a little longer."""
        self.said = b""
        if self.pump(seconds, until=b"idle") is None:
            raise RuntimeError(f"the board never came to rest in {seconds} s")
        self.pump(3)

    def memory(self, name):
        """MiB: VmRSS now, VmHWM at most."""
        with open(f"/proc/{self.pid}/status") as f:
            return int(re.search(name + r":\s+(\d+)", f.read()).group(1)) / 1024

    def cpu(self):
        """Seconds of processor time, to the nanosecond where the kernel tells."""
        try:
            with open(f"/proc/{self.pid}/schedstat") as f:
                return int(f.read().split()[0]) / 1e9
        except OSError:
            with open(f"/proc/{self.pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
