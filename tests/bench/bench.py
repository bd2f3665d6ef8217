#!/usr/bin/env python3
"""The benchmarks: one line each, "name value unit [target]" - run by `make bench`.

Everything is measured from outside, on the real programs: processor time and peak memory as the
system accounts them, resident memory from /proc, bytes and key times on a pseudo-terminal. A figure
that could not be taken is printed as "not measured" with the reason.
"""
import argparse
import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

BUILD = os.environ.get("CAWSOLE_BUILDDIR", "build")
PROGRAM = os.path.join(BUILD, "cawsole")
SIM = os.path.join(BUILD, "cawsole-sim")
MICRO = os.path.join(BUILD, "bench-micro")


def line(name, value, unit="", target=None):
    if value is None:
        print(f"{name} not measured ({unit})", flush=True)
        return
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    print(f"{name} {text} {unit}".rstrip() + (f" target {target}" if target is not None else ""),
          flush=True)


class Sim:
    """A simulator of its own for each measurement: a known state, a free port."""

    def __init__(self, *args, tls=False):
        self.dir = tempfile.TemporaryDirectory()
        self.ca = os.path.join(self.dir.name, "ca.pem")
        extra = ["--tls", "--ca-out", self.ca] if tls else []
        self.process = subprocess.Popen([SIM, "--port", "0", "--seed", "1", *extra, *map(str, args)],
                                        stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        match = re.match(r"listening on (\S+)", first)
        if not match:
            raise RuntimeError(f"the simulator said {first!r}")
        self.url = match.group(1)
        self.tls = tls

    def env(self):
        home = self.dir.name
        env = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color",
               "LANG": "C.UTF-8", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
               "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.url, "XDG_STATE_HOME": home}
        if self.tls:
            env["AWS_CA_BUNDLE"] = self.ca
        return env

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.dir.cleanup()


REFERENCE = ("--tasks", 200, "--parameters", 500)
LARGE = ("--tasks", 10000, "--parameters", 10000)


def run_once(sim):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run([PROGRAM, "--once", "--json"], env=sim.env(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"--once ended with {done.returncode}: {done.stderr.decode()[:300]}")
    return cpu, wall, json.loads(done.stdout)


def bench_refresh(runs):
    for tls in (False, True):
        for latency in (0, 50):
            name = f"once_{'tls' if tls else 'http'}_{latency}ms"
            with Sim(*REFERENCE, "--latency", latency, tls=tls) as sim:
                run_once(sim)
                got = [run_once(sim) for _ in range(runs)]
            line(f"{name}_cpu", statistics.median(g[0] for g in got), "s",
                 0.060 if not tls and not latency else None)
            line(f"{name}_wall", statistics.median(g[1] for g in got), "s")
            line(f"{name}_requests", got[-1][2]["requests"]["total"], "requests")


class Board:
    """The board on a pseudo-terminal; `idle` lines come over the test descriptor."""

    def __init__(self, sim, rows=40, cols=120):
        self.read_fd, write_fd = os.pipe()
        os.set_inheritable(write_fd, True)
        env = dict(sim.env(), CAWSOLE_TEST_FD=str(write_fd))
        self.started = time.monotonic()
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execve(PROGRAM, [PROGRAM], env)
        os.close(write_fd)
        fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.said = b""
        self.bytes = 0

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

    def proc(self, name):
        with open(f"/proc/{self.pid}/{name}") as f:
            return f.read()

    def resident_mib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", self.proc("status")).group(1)) / 1024

    def peak_mib(self):
        return int(re.search(r"VmHWM:\s+(\d+)", self.proc("status")).group(1)) / 1024

    def cpu(self):
        fields = self.proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except OSError:
            pass
        os.close(self.tty)
        os.close(self.read_fd)


def settle(board, seconds=60):
    if board.pump(seconds, until=b"idle") is None:
        raise RuntimeError("the board never came to rest")
    board.pump(3)


def bench_memory():
    for tls in (False, True):
        with Sim(*REFERENCE, tls=tls) as sim:
            board = Board(sim)
            settle(board)
            name = "tls" if tls else "http"
            line(f"resident_{name}", board.resident_mib(), "MiB", 18 if tls else 16)
            line(f"resident_peak_{name}", board.peak_mib(), "MiB")
            board.close()
    with Sim(*LARGE) as sim:
        board = Board(sim)
        settle(board, 120)
        line("resident_10000", board.resident_mib(), "MiB", 45)
        line("resident_peak_10000", board.peak_mib(), "MiB")
        board.close()


def bench_idle(seconds):
    with Sim(*REFERENCE) as sim:
        board = Board(sim)
        settle(board)
        board.bytes, cpu, start = 0, board.cpu(), time.monotonic()
        board.pump(seconds)
        passed = time.monotonic() - start
        line("idle_bytes_per_second", board.bytes / passed, "B/s", 100)
        line("idle_cpu", 100 * (board.cpu() - cpu) / passed, "%", 0.3)
        board.close()


def bench_keys(presses):
    with Sim(*LARGE, tls=True) as sim:
        board = Board(sim)
        settle(board, 120)
        times = []
        os.write(board.tty, b"5z")  # parameters, the whole screen
        board.pump(1)
        for i in range(presses):
            if i % 10 == 0:
                os.write(board.tty, b"\x12")  # refresh: keys compete with the replies
                board.pump(0.05)
            board.pump(0.02)
            start = time.monotonic()
            os.write(board.tty, b"j" if i % 40 < 20 else b"k")
            shown = board.pump(5, until_output=True)
            times.append((shown - start) * 1e3 if shown else 5000.0)
        times.sort()
        line("key_to_screen_median", statistics.median(times), "ms")
        line("key_to_screen_p99", times[int(len(times) * 0.99)], "ms", 16)
        line("key_to_screen_worst", times[-1], "ms", 50)
        board.close()


def bench_start(runs):
    with Sim() as sim:
        times = []
        for _ in range(runs):
            board = Board(sim)
            at = board.pump(10, until=b"first-frame")
            if at:
                times.append((at - board.started) * 1e3)
            board.close()
    if times:
        line("cold_start_first_frame", statistics.median(times), "ms", 15)
    else:
        line("cold_start_first_frame", None, "the program named no first frame")


def bench_calls(seconds):
    with Sim(*REFERENCE) as sim:
        board = Board(sim)
        settle(board)
        board.pump(max(0, 61 - (time.monotonic() - board.started)))  # the first fill leaves the window
        board.pump(seconds)
        fcntl.ioctl(board.tty, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 130, 0, 0))
        os.kill(board.pid, signal.SIGWINCH)
        text = b""
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if select.select([board.tty], [], [], 0.2)[0]:
                text += os.read(board.tty, 65536)
        found = re.findall(rb"(\d+)/min", re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", text))
        if found:
            line("calls_per_minute", int(found[0]), "calls/min", 120)
        else:
            line("calls_per_minute", None, "the title line showed no figure")
        board.close()


def raw_reply(sim, service, operation, params):
    import botocore.session
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing")
    client = session.create_client(service, region_name="eu-west-1", endpoint_url=sim.url)
    bodies = []
    client.meta.events.register("before-parse.*",
                                lambda response_dict, **_: bodies.append(response_dict["body"]))
    answer = getattr(client, operation)(**params)
    return bodies[-1], answer


def bench_micro():
    with Sim(*LARGE) as sim, tempfile.TemporaryDirectory() as tmp:
        subprocess.run([MICRO, "sign"], check=True)
        try:
            _, listed = raw_reply(sim, "ecs", "list_clusters", {})
            cluster, whole, token = listed["clusterArns"][0], None, {}
            while whole is None or len(json.dumps(whole)) < 2_000_000:
                _, listed = raw_reply(sim, "ecs", "list_tasks", dict(cluster=cluster, **token))
                body, _ = raw_reply(sim, "ecs", "describe_tasks",
                                    {"cluster": cluster, "tasks": listed["taskArns"]})
                part = json.loads(body)
                if whole is None:
                    whole = part
                else:
                    whole["tasks"] += part["tasks"]
                if "nextToken" not in listed:
                    break
                token = {"nextToken": listed["nextToken"]}
            path = os.path.join(tmp, "tasks.json")
            with open(path, "w") as f:
                json.dump(whole, f, separators=(",", ":"))
            subprocess.run([MICRO, "decode-json", path], check=True)
            body, _ = raw_reply(sim, "rds", "describe_db_instances", {})
            text = body.decode()
            match = re.search(r"<DBInstances>(.*)</DBInstances>", text, re.S)
            grown = match.group(1) * max(1, 2_000_000 // len(match.group(1)))
            path = os.path.join(tmp, "instances.xml")
            with open(path, "w") as f:
                f.write(text[:match.start(1)] + grown + text[match.end(1):])
            subprocess.run([MICRO, "decode-xml", path], check=True)
        except ImportError:
            line("decode_json_ms", None, "needs botocore to fetch the replies")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", help="micro, refresh, memory, idle, keys, start, calls")
    parser.add_argument("--short", action="store_true", help="fewer runs")
    options = parser.parse_args()
    short = options.short
    every = {
        "micro": bench_micro,
        "refresh": lambda: bench_refresh(3 if short else 9),
        "start": lambda: bench_start(5 if short else 21),
        "memory": bench_memory,
        "idle": lambda: bench_idle(15 if short else 60),
        "keys": lambda: bench_keys(60 if short else 400),
        "calls": lambda: bench_calls(5 if short else 60),
    }
    failed = False
    for name, run in every.items():
        if options.only and name not in options.only.split(","):
            continue
        try:
            run()
        except Exception as error:  # one figure that fails leaves the others
            failed = True
            line(name, None, str(error))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
