#!/usr/bin/env python3
"""The benchmarks: one line each, "name value unit [target]" - run by `make bench`.

Everything is measured from outside, on the real programs: processor time as the kernel accounts it,
resident memory from /proc, bytes and key times on a pseudo-terminal, calls on a tap in front of the
simulator. Machines differ and drift: times come with a floor or a peer taken turn by turn in the same
run, and only counts (calls, bytes) are gates, which make this program end with 1. A figure that could
not be taken is printed as "not measured" with the reason.
"""
import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import rig
import tap
from rig import LARGE, REFERENCE, Board, Sim, line, not_measured

LATENCY_MS = 50
HANG_MS = 20000


def run_child(argv, env, good=(0,)):
    """(CPU seconds, wall seconds, output)"""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in good:
        raise RuntimeError(f"{argv[-1]} ended with {done.returncode}: {done.stderr.decode()[-300:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, done.stdout


def run_once(sim):
    cpu, wall, out = run_child([rig.PROGRAM, "--once", "--json"], sim.env(), good=(0, 1, 2))
    return cpu, wall, json.loads(out)


# ---- one refresh ------------------------------------------------------------------------------------

def bench_refresh(runs):
    cpu = {}
    for tls in (False, True):
        name = "tls" if tls else "http"
        with Sim(*REFERENCE, tls=tls) as sim:
            run_once(sim)
            got = [run_once(sim) for _ in range(runs)]
            cpu[name] = statistics.median(g[0] for g in got)
            line(f"refresh_{name}_cpu", cpu[name], "s", 0.060)
            line(f"refresh_{name}_wall", statistics.median(g[1] for g in got), "s")
    with Sim(*REFERENCE) as sim:
        with tap.Tap(sim) as wire:
            run_once(sim)
            calls = wire.take()
            line("refresh_bytes", sum(c.bytes for c in calls), "B")
            line("refresh_requests", len(calls), "requests", 90, gate=True)
            bench_replay(sim, wire, calls, runs, cpu["http"])
        bench_running(sim, runs)
        bench_boto3(sim, len(calls), cpu["http"])


def bench_replay(sim, wire, calls, runs, cpu):
    """The same requests sent by libcurl alone, their answers parsed and thrown away."""
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "requests")
        tap.write_requests(calls, path)
        got = [json.loads(run_child([rig.REPLAY, path, wire.direct], sim.env())[2])
               for _ in range(runs)]
    floor = statistics.median(g["cpu"] for g in got)
    line("replay_cpu", floor, "s")
    line("replay_running_cpu", statistics.median(g["again_cpu"] for g in got), "s")
    line("refresh_http_cpu_ratio", cpu / floor, "x replay")


def bench_running(sim, runs):
    """Ctrl-R on the board: all is read again but what never changes; drawing counts too."""
    with Board(sim) as board:
        board.settle()
        used = []
        for _ in range(runs):
            before, start = board.cpu(), time.monotonic()
            board.type(b"\x12")
            board.pump(0.2)
            board.said = b""
            board.pump(5, until=b"idle")
            spent, passed = board.cpu() - before, time.monotonic() - start
            board.pump(1.2 - passed)
            used.append(spent)
        line("refresh_running_cpu", statistics.median(used), "s", 0.025)


def bench_boto3(sim, requests, cpu):
    try:
        env = dict(sim.env(), AWS_DEFAULT_REGION="eu-west-1", AWS_EC2_METADATA_DISABLED="true")
        peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer_boto3.py")
        whole, _, out = run_child([sys.executable, "-B", peer], env)
    except RuntimeError as error:
        not_measured("boto3", str(error).strip().splitlines()[-1])
        return
    peer = json.loads(out)
    line("boto3_refresh_cpu", peer["cpu"], "s")
    line("boto3_refresh_cpu_ratio", peer["cpu"] / cpu, "x ours")
    line("boto3_running_cpu", peer["again_cpu"], "s")
    line("boto3_peak", peer["peak_mib"], "MiB")
    line("boto3_requests", peer["requests"], "requests")
    line("refresh_requests_beyond_boto3", requests - peer["requests"], "requests", 6, gate=True)


def bench_latency(runs):
    """The board complete when every call takes so long; parameters apart, whose pages are a chain."""
    figures = {}
    for name, args in (("board", ("--tasks", 200, "--parameters", 20)), ("whole", REFERENCE)):
        with Sim(*args) as sim:
            with tap.Tap(sim) as wire:
                run_once(sim)
                chain = tap.longest_chain(wire.take())
            idle = statistics.median(run_once(sim)[1] for _ in range(runs))
        with Sim(*args, "--latency", LATENCY_MS) as sim:
            late = statistics.median(run_once(sim)[1] for _ in range(runs))
        figures[name] = (chain, idle, late)
    for name, (chain, idle, late) in figures.items():
        least = len(chain) * LATENCY_MS / 1000
        line(f"{name}_chain", len(chain), "calls, each needing the one before: "
             + re.sub(r"(\b\S+\b)( \1\b)+", lambda m: f"{m[0].count(' ') + 1}x{m[1]}", " ".join(chain)))
        line(f"{name}_complete_{LATENCY_MS}ms", late, "s", round(least * 1.15, 3))
        line(f"{name}_complete_{LATENCY_MS}ms_latencies", (late - idle) / LATENCY_MS * 1000,
             "latencies waited for", round(len(chain) * 1.15, 2))


# ---- memory -----------------------------------------------------------------------------------------

def bench_memory():
    for tls in (False, True):
        name = "tls" if tls else "http"
        with Sim(*REFERENCE, tls=tls) as sim:
            with Board(sim, rig.FLOOR, [sim.url]) as floor:
                floor.settle(20)
                line(f"resident_{name}_floor", floor.memory("VmRSS"), "MiB")
            with Board(sim) as board:
                board.settle()
                line(f"resident_{name}", board.memory("VmRSS"), "MiB", 18 if tls else 16)
                line(f"resident_{name}_peak", board.memory("VmHWM"), "MiB")
    with Sim(*LARGE) as sim, Board(sim) as board:
        board.settle()
        line("resident_10000", board.memory("VmRSS"), "MiB", 45)
        line("resident_10000_peak", board.memory("VmHWM"), "MiB")
        line("once_10000_peak", once_peak(sim), "MiB")


def once_peak(sim):
    """Every task is read, which the board never does of so large a cluster."""
    child = subprocess.Popen([rig.PROGRAM, "--once", "--json"], env=sim.env(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


def bench_growth(minutes):
    if not minutes:
        not_measured("resident_growth", "takes ten minutes: --long")
        return
    with Sim(*REFERENCE, "--speed", 20) as sim, Board(sim) as board:
        board.settle()
        board.pump(60)
        first = board.memory("VmRSS")
        for minute in range(1, minutes + 1):
            board.pump(60)
            line(f"resident_minute_{minute}", board.memory("VmRSS"), "MiB")
        line("resident_growth", board.memory("VmRSS") - first, f"MiB in {minutes} min at speed 20")


# ---- at rest ----------------------------------------------------------------------------------------

def bench_idle(seconds):
    with Sim(*REFERENCE) as sim, Board(sim) as board:
        board.settle()
        board.bytes, cpu, start = 0, board.cpu(), time.monotonic()
        board.pump(seconds)
        passed = time.monotonic() - start
        line("idle_bytes", board.bytes / passed, "B/s", 100, gate=True)
        line("idle_cpu", 100 * (board.cpu() - cpu) / passed, "%", 0.3)


def bench_calls(seconds):
    with Sim(*REFERENCE) as sim, tap.Tap(sim) as wire, Board(sim) as board:
        board.settle()
        board.pump(max(0, 61 - (time.monotonic() - board.started)))  # the first fill leaves the window
        wire.take()
        board.pump(seconds)
        calls = wire.take()
    line("calls_per_minute", len(calls) * 60 / seconds, "calls/min", 120, gate=True)
    line("calls_busiest_minute", tap.busiest_minute(calls), "calls")
    line("calls_failed", sum(not 200 <= c.status < 300 for c in calls), "calls", 0, gate=True)
    line("calls_bytes_per_minute", sum(c.bytes for c in calls) * 60 / seconds, "B/min")
    for name, _, _, rate in tap.LIMITS:
        most = tap.busiest_minute(calls, lambda c, name=name: tap.limit_of(c)[0] == name)
        if most:
            line(f"calls_share_{name.replace(' ', '_')}", 100 * most / (rate * 60),
                 f"% of the published rate ({most} calls in the busiest minute)", 10, gate=True)
    unpublished = [c for c in calls if tap.limit_of(c)[0] is None]
    for service in sorted({c.service for c in unpublished}):
        most = tap.busiest_minute(unpublished, lambda c, service=service: c.service == service)
        line(f"calls_unpublished_{service}", most, "calls in the busiest minute")


# ---- keys -------------------------------------------------------------------------------------------

def time_keys(board, keys, every, pause):
    """Milliseconds from each key to the first output after it; Ctrl-R before every so many."""
    times = []
    for i, key in enumerate(keys):
        if i % every == 0:
            board.type(b"\x12")
            board.pump(0.05)
        board.pump(pause)
        start = time.monotonic()
        board.type(key)
        shown = board.pump(5, until_output=True)
        times.append((shown - start) * 1e3 if shown else 5000.0)
    return sorted(times)


def tell_keys(name, times):
    line(f"{name}_p50", statistics.median(times), "ms")
    line(f"{name}_p99", times[min(len(times) - 1, int(len(times) * 0.99))], "ms", 16)
    line(f"{name}_worst", times[-1], "ms", 50)


def bench_hanging(sim, board, moves):
    """The same while each call hangs: none is answered before the keys are through."""
    sim.faults("POST", f"latency,ms={HANG_MS}")
    board.type(b"\x12")
    board.pump(1)
    board.said = b""
    times = time_keys(board, moves[:HANG_MS // 100], 40, 0.025)
    met = int(re.search(r"(\d+) of \d+ calls", sim.faults("GET")).group(1))
    sim.faults("DELETE")
    if not met or b"idle" in board.said:
        not_measured("key_hanging", f"{met} calls met the fault, and then none was under way")
        return
    line("key_hanging_calls", met, "calls hanging")
    tell_keys("key_hanging", times)
    board.settle()


def bench_keys(presses):
    """10,000 parameters on the whole screen over TLS, all being read again meanwhile."""
    with Sim(*LARGE, tls=True) as sim, Board(sim) as board:
        board.settle()
        board.type(b"5z")
        board.pump(1)
        moves = [b"jjjjjjjjjj\x06kkkkkkkkkk\x02"[i % 22:i % 22 + 1] for i in range(presses)]
        tell_keys("key_move", time_keys(board, moves, 40, 0.025))
        bench_hanging(sim, board, moves)
        board.type(b"g")
        board.pump(1)
        words = [c.encode() for c in "pool" + "\x7f" * 4] * (presses // 16)
        board.type(b"/")
        board.pump(1)
        tell_keys("key_filter", time_keys(board, words, 8, 0.12))
        board.type(b"\r")
        board.pump(1)
        board.type(b">>")
        board.pump(1)
        tell_keys("key_sort", time_keys(board, [b"="] * (presses // 8), 8, 0.12))


def bench_start(runs):
    times = {"ours": [], "floor": []}
    with Sim() as sim:
        for _ in range(runs):
            for name, program in (("floor", rig.FLOOR), ("ours", rig.PROGRAM)):
                with Board(sim, program) as board:
                    at = board.pump(10, until=b"first-frame")
                    if not at:
                        raise RuntimeError(f"{program} named no first frame")
                    times[name].append((at - board.started) * 1e3)
    line("cold_start_floor", statistics.median(times["floor"]), "ms")
    line("cold_start", statistics.median(times["ours"]), "ms", 15)
    line("cold_start_ratio", statistics.median(a / b for a, b in zip(times["ours"], times["floor"])),
         "x floor", round(15 / 8.5, 2))


# ---- inner parts ------------------------------------------------------------------------------------

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


def task_corpus(sim):
    """2 MB of DescribeTasks, made of its pages."""
    _, listed = raw_reply(sim, "ecs", "list_clusters", {})
    cluster, whole, token = listed["clusterArns"][0], None, {}
    while whole is None or len(json.dumps(whole)) < 2_000_000:
        _, listed = raw_reply(sim, "ecs", "list_tasks", dict(cluster=cluster, **token))
        body, _ = raw_reply(sim, "ecs", "describe_tasks",
                            {"cluster": cluster, "tasks": listed["taskArns"]})
        part = json.loads(body)
        whole = whole or dict(part, tasks=[])
        whole["tasks"] += part["tasks"]
        if "nextToken" not in listed:
            break
        token = {"nextToken": listed["nextToken"]}
    return json.dumps(whole, separators=(",", ":"))


def instance_corpus(sim):
    body, _ = raw_reply(sim, "rds", "describe_db_instances", {})
    text = body.decode()
    match = re.search(r"<DBInstances>(.*)</DBInstances>", text, re.S)
    grown = match.group(1) * max(1, 2_000_000 // len(match.group(1)))
    return text[:match.start(1)] + grown + text[match.end(1):]


def micro(*args):
    targets = {"sign_per_second": 200000, "decode_json_ratio": 2}
    out = subprocess.run([rig.MICRO, *args], check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = {}
    for text in out.splitlines():
        name, value, *unit = text.split()
        figures[name] = float(value)
        line(name, float(value), " ".join(unit), targets.get(name))
    return figures


def botocore_rate():
    """Signatures a second of a 700-byte request, the key derived anew as botocore does."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    auth, rates = SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), "ecs", "eu-west-1"), []
    for _ in range(5):
        start = time.process_time()
        for _ in range(1000):
            auth.add_auth(AWSRequest("POST", "https://ecs.eu-west-1.amazonaws.com/", data=b"x" * 700,
                                     headers={"Content-Type": "application/x-amz-json-1.1"}))
        rates.append(1000 / (time.process_time() - start))
    return statistics.median(rates)


def bench_micro():
    ours = micro("sign")["sign_per_second"]
    try:
        theirs = botocore_rate()
    except ImportError:
        for name in ("sign_botocore", "decode"):
            not_measured(name, f"needs botocore, which {sys.executable} has not; set PYTHON")
        return
    line("sign_botocore_per_second", theirs, "1/s")
    line("sign_ratio", ours / theirs, "x botocore")
    with Sim(*LARGE) as sim, tempfile.TemporaryDirectory() as tmp:
        for what, corpus in (("json", task_corpus(sim)), ("xml", instance_corpus(sim))):
            path = os.path.join(tmp, what)
            with open(path, "w") as f:
                f.write(corpus)
            micro(f"decode-{what}", path)


# ---- all --------------------------------------------------------------------------------------------

def machine():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"model name\s*: (.*)", f.read())
    print(f"# {os.cpu_count()} x {model.group(1) if model else platform.machine()}, "
          f"Linux {platform.release()}, load {os.getloadavg()[0]:.1f}, "
          f"{time.strftime('%Y-%m-%d %H:%M')}", flush=True)


def main():
    short = "--short" in sys.argv
    every = {  # start first: forking this program takes the longer, the more it has loaded
        "start": lambda: bench_start(5 if short else 31),
        "micro": bench_micro,
        "refresh": lambda: bench_refresh(3 if short else 11),
        "latency": lambda: bench_latency(3 if short else 7),
        "memory": bench_memory,
        "idle": lambda: bench_idle(15 if short else 60),
        "keys": lambda: bench_keys(80 if short else 400),
        "calls": lambda: bench_calls(20 if short else 120),
        "growth": lambda: bench_growth(10 if "--long" in sys.argv else 0),
    }
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="of " + ", ".join(every))
    parser.add_argument("--short", action="store_true", help="fewer runs")
    parser.add_argument("--long", action="store_true", help="ten minutes of memory as well")
    options = parser.parse_args()
    machine()
    for name, run in every.items():
        if options.only and name not in options.only.split(","):
            continue
        try:
            run()
        except Exception as error:  # one figure that fails leaves the others
            rig.missed.append(name)
            not_measured(name, str(error))
    if rig.missed:
        print(f"# missed: {' '.join(rig.missed)}")
    return 1 if rig.missed else 0


if __name__ == "__main__":
    sys.exit(main())
