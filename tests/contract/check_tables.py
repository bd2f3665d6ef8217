#!/usr/bin/env python3
"""Holds the tables of aws/api against AWS's own service models.

The models are botocore's where it can be imported, or else the trimmed ones beside the checkout. Every
row is checked: protocol, target, path, query members, names of list elements, where the items are and
of which shape, every field's wire path and kind, page tokens, page and batch sizes. At the end the
tables are damaged on purpose, one row at a time, and each damage has to be found.
"""
import copy
import json
import os
import re
import subprocess
import sys

BUILD = os.environ.get("CAWSOLE_BUILDDIR", ".")
SHARED = os.environ.get("CAWSOLE_SHARED", "")

KINDS = {
    "str": {"string"},
    "int": {"integer", "long"},
    "double": {"double", "float"},
    "bool": {"boolean"},
    "time": {"timestamp"},
    "struct": {"structure"},
}
ELEMENTS = {"strs": {"string"}, "doubles": {"double", "float"}, "times": {"timestamp"},
            "list": {"structure"}}

# What the console must be able to ask.
WANTED = {
    "sso": "GetRoleCredentials",
    "sso-oidc": "CreateToken RegisterClient StartDeviceAuthorization",
    "sts": "GetCallerIdentity AssumeRole AssumeRoleWithWebIdentity",
    "cloudfront": "ListDistributions GetDistribution GetVpcOrigin ListInvalidations GetInvalidation "
                  "CreateInvalidation",
    "elbv2": "DescribeLoadBalancers DescribeListeners DescribeRules DescribeTargetGroups "
             "DescribeTargetHealth",
    "ecs": "ListClusters DescribeClusters ListServices DescribeServices ListTasks DescribeTasks "
           "DescribeTaskDefinition ListTaskDefinitions UpdateService",
    "application-autoscaling": "DescribeScalableTargets DescribeScalingPolicies",
    "rds": "DescribeDBInstances DescribeDBClusters DescribeEvents",
    "ssm": "DescribeParameters GetParametersByPath GetParameters GetParameterHistory",
    "cloudwatch": "GetMetricData DescribeAlarms",
    "secretsmanager": "ListSecrets",
    "s3": "ListBuckets",
    "apigatewayv2": "GetApis GetIntegrations",
}

# Bounds that the documentation gives and the models leave out.
PAGE_MAX = {"ecs": 100, "rds": 100, "cloudfront": 100, "apigatewayv2": 500,
            "DescribeScalableTargets": 50, "DescribeScalingPolicies": 10}
BATCH_MAX = {"DescribeServices": 10, "DescribeTasks": 100, "DescribeClusters": 100,
             "GetMetricData": 500}


class Models:
    """Service models and paginators by service id; None where there is none."""

    def __init__(self):
        try:
            import botocore.loaders
            self.loader = botocore.loaders.Loader()
            self.source = "botocore"
        except ImportError:
            self.loader = None
            self.source = os.path.join(SHARED, "aws", "models")
        self.cache = {}

    def available(self):
        return self.loader is not None or os.path.isdir(self.source)

    def load(self, service, what):
        if (service, what) not in self.cache:
            self.cache[service, what] = self.read(service, what)
        return self.cache[service, what]

    def read(self, service, what):
        if self.loader:
            return self.loader.load_service_model(service, what)
        suffix = {"service-2": "", "paginators-1": ".paginators"}[what]
        path = os.path.join(self.source, service + suffix + ".json")
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)


class Shape:
    """A shape, and the reference by which it was reached (it carries the wire name)."""

    def __init__(self, model, ref):
        self.model, self.ref, self.name = model, ref, ref["shape"]
        self.shape = model["shapes"][self.name]
        self.type = self.shape["type"]

    def of(self, ref):
        return Shape(self.model, ref)

    def members(self):
        return {name: self.of(ref) for name, ref in self.shape.get("members", {}).items()}

    def element(self):
        return self.of(self.shape["member"])

    def wire_member(self, wire, json_names):
        for name, shape in self.members().items():
            known = name if json_names else shape.ref.get("locationName", name)
            if known == wire and "location" not in shape.ref:
                return shape
        return None

    def follow(self, path, json_names):
        shape = self
        for segment in filter(None, path.split("/")):
            shape = shape.wire_member(segment, json_names) if shape.type == "structure" else None
            if shape is None:
                return None
        return shape


def check_layout(where, item):
    """What the decoder relies on, whatever the model says."""
    fields = item["fields"]
    if len(fields) > 64:
        yield f"{where}: {len(fields)} fields, at most 64 fit into `has`"
    paths = [f["path"] for f in fields]
    if len(set(paths)) != len(paths):
        yield f"{where}: a path stands there twice"
    spans = sorted((f["offset"], f["offset"] + f["size"], f["path"]) for f in fields)
    end = 8
    for start, stop, path in spans:
        if start < end or stop > item["size"]:
            yield f"{where}: {path} lies over its neighbour, over `has` or beyond the struct"
        end = stop
    for depth in range(1, max(p.count("/") for p in paths) + 1):
        seen, last = set(), None
        for path in paths:
            parts = path.split("/")
            begin = "/".join(parts[:depth]) if len(parts) > depth else None
            if begin and begin != last and begin in seen:
                yield f"{where}: the fields below {begin} do not stand side by side"
            seen.add(begin)
            last = begin


def check_field(where, field, shape):
    kind = field["kind"]
    if kind in KINDS:
        if shape.type not in KINDS[kind]:
            yield f"{where}: {kind}, but AWS has {shape.type}"
    elif kind == "map":
        if shape.type != "map" or shape.of(shape.shape["value"]).type != "string":
            yield f"{where}: map, but AWS has {shape.type}"
    elif shape.type != "list" or shape.element().type not in ELEMENTS[kind]:
        yield f"{where}: {kind}, but AWS has {shape.type}"


def check_item(where, item, shape, json_names):
    if shape.name != item["name"]:
        yield f"{where}: called {item['name']}, but AWS calls it {shape.name}"
    yield from check_layout(where, item)
    for field in item["fields"]:
        at = f"{where} {field['path']}"
        target = shape.follow(field["path"], json_names)
        if target is None:
            yield f"{at}: no such path in {shape.name}"
            continue
        wrong = list(check_field(at, field, target))
        yield from wrong
        if field["type"] and not wrong:
            below = target.element() if field["kind"] == "list" else target
            yield from check_item(at, field["type"], below, json_names)


def check_service(service, model):
    where, meta = service["id"], model["metadata"]
    protocol = service["protocol"].split("-1.")[0]
    if protocol not in meta.get("protocols", [meta["protocol"]]):
        yield f"{where}: speaks {meta.get('protocols')}, not {protocol}"
    if protocol == "json":
        if service["protocol"] != "json-" + meta["jsonVersion"]:
            yield f"{where}: JSON is {meta['jsonVersion']}"
        if service["target_prefix"] != meta["targetPrefix"]:
            yield f"{where}: the target prefix is {meta['targetPrefix']}"
    if protocol == "query" and service["version"] != meta["apiVersion"]:
        yield f"{where}: the version is {meta['apiVersion']}"
    if service["query_mode"] != ("awsQueryCompatible" in meta and protocol == "json"):
        yield f"{where}: query_mode"
    if service["host_prefix"] != meta["endpointPrefix"]:
        yield f"{where}: the host begins with {meta['endpointPrefix']}"
    if service["signing_name"] != meta.get("signingName", meta["endpointPrefix"]):
        yield f"{where}: signs as {meta.get('signingName', meta['endpointPrefix'])}"
    if service["endpoint_var"] != meta["serviceId"].upper().replace(" ", "_"):
        yield f"{where}: the variable ends in {meta['serviceId']}"


def check_endpoints(services):
    """Which services are global, from the list of endpoints beside the checkout."""
    try:
        with open(os.path.join(SHARED, "aws", "endpoints.tsv"), encoding="utf-8") as handle:
            rows = [line.rstrip("\n").split("\t") for line in handle]
    except OSError:
        return
    for service in services:
        signed = {r[4] for r in rows if r[0] == service["id"] and r[1:3] == ["eu-central-1", "-"]}
        if signed and service["global"] != (signed != {"eu-central-1"}):
            yield f"{service['id']}: signed for {signed} from eu-central-1"


def pairs(text, default):
    """'A=b C' -> {'A': 'b', 'C': 'C' or the default}."""
    out = {}
    for word in (text or "").split():
        name, _, value = word.partition("=")
        out[name] = value or default or name
    return out


def list_names(shape, seen=()):
    """Member name -> name of its list's elements, for every list in a request."""
    if shape.type == "list":
        yield from list_names(shape.element(), seen)
    if shape.type != "structure" or shape.name in seen:
        return
    for name, member in shape.members().items():
        if member.type == "list":
            yield name, member.shape["member"].get("locationName", "member")
        yield from list_names(member, (*seen, shape.name))


def check_request(where, op, service, model, operation):
    inputs = Shape(model, operation["input"]).members() if "input" in operation else {}
    if service["protocol"].startswith("rest"):
        uri = {m.ref["locationName"]: n for n, m in inputs.items() if m.ref.get("location") == "uri"}
        path = operation["http"]["requestUri"].split("?")[0]
        path = re.sub(r"{(\w+)}", lambda m: "{" + uri[m.group(1)] + "}", path)
        if (op["method"], op["path"]) != (operation["http"]["method"], path):
            yield f"{where}: {operation['http']['method']} {path}"
        query = {n: m.ref["locationName"] for n, m in inputs.items()
                 if m.ref.get("location") == "querystring"}
        if pairs(op["query"], None) != query:
            yield f"{where}: the query has {query}"
        headers = {n: m.ref["locationName"] for n, m in inputs.items()
                   if m.ref.get("location") == "header" and n in pairs(op["header"], None)}
        if pairs(op["header"], None) != headers:
            yield f"{where}: the headers are {headers}"
        payload = Shape(model, operation["input"]).shape.get("payload") if inputs else None
        if op["root"] != payload:
            yield f"{where}: the body is {payload}"
        if payload and inputs[payload].ref.get("xmlNamespace", {}).get("uri") != service["xmlns"]:
            yield f"{where}: the namespace is {inputs[payload].ref.get('xmlNamespace')}"
    elif (op["method"] or "POST", op["path"] or "/", op["query"], op["root"]) != \
            ("POST", "/", None, None):
        yield f"{where}: method, path, query and root are for the rest protocols"
    if service["protocol"] in ("query", "rest-xml") and "input" in operation:
        names = dict(list_names(Shape(model, operation["input"])))
        given = pairs(op["lists"], None)
        want = {n: e for n, e in names.items() if e != "member"}
        if given != want:
            yield f"{where}: the lists' elements are {want}"
    elif op["lists"]:
        yield f"{where}: names of list elements are for query and rest-xml"


def check_pages(where, op, inputs, result, pager, wire):
    if pager is None:
        if op["token_in"] or op["token_out"] or op["more"]:
            yield f"{where}: is not paged"
        if op["size_in"]:
            yield f"{where}: has no page size"
        return
    out = lambda path: wire(path.split(".")[-1])
    if op["token_in"] != pager["input_token"] or op["token_out"] != out(pager["output_token"]):
        yield f"{where}: tokens {pager['input_token']}, {pager['output_token']}"
    if op["more"] != (out(pager["more_results"]) if "more_results" in pager else None):
        yield f"{where}: goes on while {pager.get('more_results')}"
    keys = pager["result_key"]
    keys = [out(k) for k in (keys if isinstance(keys, list) else [keys])]
    if op["items"] not in keys:
        yield f"{where}: the items are in {keys}"
    if op["name"] == "GetMetricData":
        return
    if op["size_in"] != pager["limit_key"]:
        yield f"{where}: the page size is {pager['limit_key']}"
        return
    shape = inputs[op["size_in"]]
    most = PAGE_MAX.get(op["name"], PAGE_MAX.get(op["service"], shape.shape.get("max")))
    if most is None or not shape.shape.get("min", 1) <= op["size"] <= most:
        yield f"{where}: pages of {op['size']}, at most {most}"
    if op["size_text"] and shape.type != "string":
        yield f"{where}: the page size is a {shape.type}"


def check_batch(where, op, inputs):
    if not op["batch"]:
        if op["name"] in BATCH_MAX:
            yield f"{where}: takes at most {BATCH_MAX[op['name']]} at a time"
        return
    shape = inputs.get(op["batch"])
    if shape is None or shape.type != "list":
        yield f"{where}: {op['batch']} is no list of the request"
        return
    most = BATCH_MAX.get(op["name"], shape.shape.get("max"))
    if most is None or not 0 < op["batch_max"] <= most:
        yield f"{where}: {op['batch_max']} {op['batch']} a call, at most {most}"


def check_result(where, op, result, json_names, xml):
    if op["items"] is None:
        if op["item"]:
            yield f"{where}: an item, but no place where it is"
        return
    shape = result.follow(op["items"], json_names)
    if shape is None:
        yield f"{where}: no {op['items']} in {result.name}"
        return
    if op["item"] is None:
        if shape.type != "list" or shape.element().type != "string":
            yield f"{where}: {op['items']} is no list of strings"
        return
    if shape.type == "list":
        shape = shape.element()
    elif op["items"] and xml:
        yield f"{where}: {op['items']} is one item, which XML does not show"
    yield from check_item(where, op["item"], shape, json_names)


def check_op(op, service, models):
    """Yields faults; a string that begins with '?' is a row that the model at hand does not know."""
    where = f"{op['service']} {op['name']}"
    model = models.load(op["service"], "service-2")
    operation = model["operations"].get(op["name"])
    if operation is None:
        yield f"?{where}" if models.loader is None else f"{where}: AWS has no such operation"
        return
    json_names = service["protocol"].startswith("json")
    inputs = Shape(model, operation["input"]).members() if "input" in operation else {}
    result = Shape(model, operation["output"])
    if "payload" in result.shape:
        result = result.members()[result.shape["payload"]]
    wire = lambda name: result.members()[name].ref.get("locationName", name) \
        if not json_names and name in result.members() else name
    pager = models.load(op["service"], "paginators-1")["pagination"].get(op["name"])
    yield from check_request(where, op, service, model, operation)
    yield from check_result(where, op, result, json_names, "json" not in service["protocol"])
    yield from check_pages(where, op, inputs, result, pager, wire)
    yield from check_batch(where, op, inputs)
    if op["anonymous"] != (operation.get("authtype") == "none"):
        yield f"{where}: anonymous is {op['anonymous']}"
    if op["write"] == op["name"].startswith(("Get", "List", "Describe", "Assume")):
        yield f"{where}: write is {op['write']}"
    if not op["limit"]["rate"] > 0 or 0 < op["limit"]["burst"] < op["limit"]["rate"]:
        yield f"{where}: a limit of {op['limit']['rate']}/s with bursts of {op['limit']['burst']}"


def check(services, ops, models):
    by_id = {s["id"]: s for s in services}
    faults = list(check_endpoints(services))
    for service in services:
        faults += check_service(service, models.load(service["id"], "service-2"))
    for op in ops:
        faults += check_op(op, by_id[op["service"]], models)
    return faults


def check_names(ops):
    have = {(op["service"], op["name"]) for op in ops}
    want = {(s, n) for s, names in WANTED.items() for n in names.split()}
    return [f"missing or not asked for: {s} {n}" for s, n in sorted(have ^ want)]


def damaged(row, keys, value):
    wrong = copy.deepcopy(row)
    place = wrong
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return wrong


def damages_of_service(service):
    changed = {"protocol": "query-2", "version": "1999", "target_prefix": "No", "host_prefix": "no",
               "signing_name": "no", "endpoint_var": "NO", "xmlns": "http://no/"}
    for key, value in changed.items():
        if service[key]:
            yield key, damaged(service, [key], value)
    yield "query_mode", damaged(service, ["query_mode"], not service["query_mode"])


def damages_of_op(op):
    for key in ("name", "path", "query", "header", "lists", "root", "items", "token_in", "token_out", "more",
                "size_in", "batch"):
        if op[key]:
            yield key, damaged(op, [key], op[key] + "x")
    for key in ("size", "batch_max"):
        if op[key]:
            yield key, damaged(op, [key], 100000)
    for key in ("write", "anonymous"):
        yield key, damaged(op, [key], not op[key])
    for i, field in enumerate(op["item"]["fields"] if op["item"] else ()):
        at = ["item", "fields", i]
        yield field["path"], damaged(op, at + ["path"], field["path"] + "x")
        yield field["path"], damaged(op, at + ["offset"], 0)
        other = "int" if field["kind"] != "int" else "str"
        yield field["path"], damaged(op, at + ["kind"], other)


def self_test(tables, models, unknown):
    """Damages the tables in one place after the other; every damage has to be found."""
    count, missed = 0, []
    ops_of = lambda s: [op for op in tables["ops"] if op["service"] == s["id"]
                        and f"{op['service']} {op['name']}" not in unknown]
    for service in tables["services"]:
        for what, wrong in damages_of_service(service):
            count += 1
            if not check([wrong], ops_of(service), models):
                missed.append(f"damage not found: {service['id']} {what}")
        for op in ops_of(service):
            for what, wrong in damages_of_op(op):
                count += 1
                if not check([service], [wrong], models):
                    missed.append(f"damage not found: {op['name']} {what}")
    if not check_names(tables["ops"][1:]):
        missed.append("damage not found: an operation less")
    return count, missed


def main():
    models = Models()
    if not models.available():
        print("skipped: neither botocore nor", models.source, "is there")
        sys.exit(77)
    dump = subprocess.run([os.path.join(BUILD, "dump_tables")], check=True, capture_output=True)
    tables = json.loads(dump.stdout)
    found = check_names(tables["ops"]) + check(tables["services"], tables["ops"], models)
    unknown = {f[1:] for f in found if f.startswith("?")}
    faults = [f for f in found if not f.startswith("?")]
    count, missed = self_test(tables, models, unknown)
    for fault in faults + missed:
        print(fault)
    for name in sorted(unknown):
        print("not in the trimmed models, not checked:", name)
    print(f"{len(tables['ops'])} operations held against {models.source}, {count} damages tried, "
          f"{len(faults + missed)} faults")
    sys.exit(1 if faults or missed else 0)


main()
