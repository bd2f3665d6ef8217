"""A tap between a client and the simulator (HTTP): every call, when it was sent, and what it needed
to know. It hands on bytes as they are, so signatures stay good.
"""
import json
import re
import select
import socket
import threading
import time
from urllib.parse import parse_qs, unquote_plus

# Published limits (calls a second) by service as it is signed for, and the operations that share one.
LIMITS = [
    ("ECS cluster read", "ecs", ("ListClusters", "DescribeClusters"), 20),
    ("ECS service read", "ecs", ("ListServices", "DescribeServices"), 20),
    ("ECS cluster resource read", "ecs", ("ListTasks", "DescribeTasks"), 20),
    ("ECS task definition read", "ecs", ("DescribeTaskDefinition",), 20),
    ("ELB", "elasticloadbalancing", None, 10),
    ("CloudWatch GetMetricData", "monitoring", ("GetMetricData",), 500),
    ("CloudWatch DescribeAlarms", "monitoring", ("DescribeAlarms",), 9),
    ("SSM parameter read", "ssm", ("GetParameter", "GetParameters", "GetParametersByPath"), 40),
    ("Secrets Manager ListSecrets", "secretsmanager", ("ListSecrets",), 100),
    ("STS", "sts", None, 600),
    ("API Gateway management", "apigateway", None, 10),
]

# Names that a reply gives away and a later call has to say: tokens, ARNs and identifiers.
NAMED = re.compile(r'"((?:arn:aws[^"]*|[A-Za-z0-9+/=_:.-]{16,}))"'
                   r"|<(?:[A-Za-z]*(?:Arn|ARN|Id|Marker|Token))>([^<]+)<")


# What decides whether a call is made at all, though it says no name that the other gave: tasks are
# listed by cluster or by service, as the cluster's count of running tasks has it.
DECIDED_BY = {"ListTasks": "DescribeClusters"}


def limit_of(call):
    for name, service, operations, rate in LIMITS:
        if call.service == service and (operations is None or call.operation in operations):
            return name, rate
    return None, None


class Call:
    def __init__(self, head, body):
        self.head, self.body = head, body
        self.sent, self.ended, self.status = time.monotonic(), None, 0
        self.method, self.path = head.split(b"\r\n", 1)[0].decode().split(" ")[:2]
        text = head.decode("latin-1")
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", text)
        target = re.search(r"(?im)^x-amz-target: *\S*?\.?(\w+)\s*$", text)
        action = re.search(rb"(?:^|&)Action=(\w+)", body)
        self.service = scope.group(1) if scope else "?"
        self.operation = (target.group(1) if target else action.group(1).decode() if action
                          else f"{self.method} {self.path.split('?')[0]}")
        self.request = self.path + "\n" + body.decode("utf-8", "replace")
        self.reply = ""
        self.bytes = 0


def read_message(sock, kept):
    """One HTTP message with its length in the head: (head, body, rest), None at the end."""
    while b"\r\n\r\n" not in kept:
        more = sock.recv(65536)
        if not more:
            return None
        kept += more
    head, kept = kept.split(b"\r\n\r\n", 1)
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    size = int(found.group(1)) if found else 0
    while len(kept) < size:
        more = sock.recv(1 << 20)
        if not more:
            return None
        kept += more
    return head + b"\r\n\r\n", kept[:size], kept[size:]


class Tap:
    """Stands in front of a Sim; `calls` grows. with Tap(sim): programs started then go through it."""

    def __init__(self, sim):
        self.sim, self.direct = sim, sim.url
        host, port = re.match(r"http://([^:/]+):(\d+)", sim.url).groups()
        self.upstream = (host, int(port))
        self.calls, self.lock = [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        self.sim.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.sim.url = self.direct
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        to_client = to_server = b""
        with client, socket.create_connection(self.upstream) as server:
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while True:
                    ready, _, _ = select.select([client, server], [], [])
                    if server in ready:
                        return  # it closed a connection that nobody used: so do we
                    message = read_message(client, to_server)
                    if message is None:
                        return
                    head, body, to_server = message
                    call = Call(head, body)
                    with self.lock:
                        self.calls.append(call)
                    server.sendall(head + body)
                    answer = read_message(server, to_client)
                    if answer is None:
                        return
                    reply_head, reply, to_client = answer
                    call.status = int(reply_head.split(b" ", 2)[1])
                    call.reply, call.bytes = reply.decode("utf-8", "replace"), len(reply)
                    call.ended = time.monotonic()
                    client.sendall(reply_head + reply)
            except OSError:
                return

    def take(self):
        """The calls since the last time."""
        with self.lock:
            calls, self.calls = self.calls, []
        return calls


def write_requests(calls, path):
    """For bench-replay; what libcurl says by itself is left to it."""
    own = (b"accept:", b"content-length:", b"connection:")
    with open(path, "wb") as f:
        for call in calls:
            lines = call.head.rstrip(b"\r\n").split(b"\r\n")[1:]
            lines = [h for h in lines if not h.lower().startswith(own)]
            start = f"{call.method} {call.path} {len(lines)} {len(call.body)}\n"
            f.write(start.encode() + b"".join(h + b"\n" for h in lines) + call.body)


# ---- what depends on what --------------------------------------------------------------------------

def names_asked(call):
    text = call.request
    if "Action=" in text:
        text = "\n".join(json.dumps(v) for vs in parse_qs(text.split("\n", 1)[1]).values() for v in vs)
    path = [unquote_plus(p) for p in re.split(r"[/?&=]", call.path) if len(p) > 3]
    return {m[0] or m[1] for m in NAMED.findall(text)} | set(path)


def names_given(call):
    short = re.findall(r'"(?:[a-zA-Z]*Id|NextToken|nextToken)" *: *"([^"]+)"', call.reply)
    return {m[0] or m[1] for m in NAMED.findall(call.reply)} | set(short)


def longest_chain(calls):
    """Calls that had to wait for one another: a call comes after the earliest reply that told it a
    name it says. Returns the operations of the longest chain."""
    chains, givers, said = {}, {}, set()
    for call in sorted(calls, key=lambda c: c.ended):
        asked = names_asked(call)
        needs = [givers[n] for n in asked if n in givers and givers[n].ended <= call.sent]
        needs += [c for c in calls if c.operation == DECIDED_BY.get(call.operation)
                  and c.ended <= call.sent]
        before = max((chains[id(n)] for n in needs), key=len, default=[])
        chains[id(call)] = before + [call.operation]
        for name in names_given(call):
            if name not in said:
                givers.setdefault(name, call)
        said |= asked
    return max(chains.values(), key=len, default=[])


def busiest_minute(calls, of=lambda call: True):
    """The most calls within any 60 s."""
    times = sorted(c.sent for c in calls if of(c))
    most = first = 0
    for i, at in enumerate(times):
        while at - times[first] > 60:
            first += 1
        most = max(most, i - first + 1)
    return most
