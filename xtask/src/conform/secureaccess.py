"""Calls each operation of the simulator with Cisco's SDK for Python and its typed models, and writes what these do with the responses.

    secureaccess.py < requests.json

The input has a key and secret, and requests of each operation with the URL of the simulator that gets them. The output is a JSON list with
an element for each request of an operation that the SDK has: the request's `operation` and `everything`, and as `reason` why the call
failed, or `null`.
"""

import email
import importlib
import inspect
import json
import pkgutil
import re
import sys
import typing
from urllib.parse import parse_qs, unquote

import pydantic
import secure_access
import secure_access.api
from secure_access.api.token_api import TokenApi

PLACEHOLDER = re.compile(r"{[^}]*}")


def shape(path):
    return PLACEHOLDER.sub("{}", path)


def methods():
    """Every method of the SDK: class, name, HTTP method, path, and the parameters by location and name on the wire."""
    for module in pkgutil.iter_modules(secure_access.api.__path__):
        module = importlib.import_module(f"secure_access.api.{module.name}")
        for _, api in inspect.getmembers(module, inspect.isclass):
            if api.__module__ != module.__name__:
                continue
            for name, serialize in inspect.getmembers(api, inspect.isfunction):
                if not re.fullmatch(r"_.*_serialize", name):
                    continue
                source = inspect.getsource(serialize)
                path = re.search(r"resource_path='([^']*)'", source)
                verb = re.search(r"method='([A-Z]+)'", source)
                if path and verb:
                    # Names that begin with an underscore are the SDK's own.
                    in_header = re.findall(r"_header_params\['([^']+)'\] = ([^\W_]\w*)\n", source)
                    in_form = re.findall(r"_form_params\.append\(\('([^']+)', (\w+)", source)
                    parameters = {
                        "path": dict(re.findall(r"_path_params\['([^']+)'\] = (\w+)", source)),
                        "query": dict(re.findall(r"_query_params\.append\(\('([^']+)', (\w+)", source)),
                        "header": {wire.lower(): python for wire, python in in_header},
                        "form": dict(in_form + re.findall(r"_files\['([^']+)'\] = (\w+)", source)),
                        "body": {"": python for python in re.findall(r"_body_params = (\w+)\n", source)},
                    }
                    yield api, name[1 : -len("_serialize")], verb[1], path[1], parameters


def modelled(annotation, value):
    """A body as the models of the SDK have it."""
    if hasattr(annotation, "from_dict"):
        return annotation.from_dict(value)
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) in (typing.Annotated, typing.Union):
        return modelled(inner[0], value)
    if typing.get_origin(annotation) is list and isinstance(value, list):
        return [modelled(inner[0], item) for item in value]
    if typing.get_origin(annotation) is dict and isinstance(value, dict):
        return {name: modelled(inner[1], item) for name, item in value.items()}
    return value


def typed(annotation, text):
    """A value that the method takes: of the wire's text, or of what it stands for."""
    def attempts():
        yield text
        for convert in (int, float, lambda value: {"true": True, "false": False}[value]):
            try:
                yield convert(text)
            except (ValueError, KeyError):
                pass
        if text.startswith(("{", "[")):
            yield modelled(annotation, json.loads(text))
        pieces = text.split(",")
        yield pieces
        if all(piece.lstrip("-").isdigit() for piece in pieces):
            yield [int(piece) for piece in pieces]

    adapter = pydantic.TypeAdapter(annotation)
    for value in attempts():
        try:
            adapter.validate_python(value)
            return value
        except pydantic.ValidationError:
            pass
    return text


def sent(request):
    """What the body of a request has, by location and name on the wire; JSON has no name."""
    content_type, body = request["headers"].get("content-type", ""), request["body"]
    if "json" in content_type:
        return {("body", ""): json.loads(body)}
    if content_type.startswith("multipart/"):
        message = email.message_from_string(f"Content-Type: {content_type}\r\n\r\n{body}")
        parts = message.get_payload()
        return {
            ("form", part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in parts
        }
    return {("form", wire): value[0] for wire, value in parse_qs(body).items()}


def arguments(method, parameters, request):
    template, path = request["template"].split("/"), request["path"].split("/")
    values = {}
    for name, value in zip(template, path):
        if name.startswith("{"):
            suffix = name[name.index("}") + 1 :]
            wire = name[1 : name.index("}")]
            values["path", wire] = unquote(value[: len(value) - len(suffix)])
    for wire, value in parse_qs(request["query"], keep_blank_values=True).items():
        values["query", wire] = ",".join(value)
    for wire, value in request["headers"].items():
        values["header", wire] = value
    values.update(sent(request))
    hints = typing.get_type_hints(inspect.unwrap(method), include_extras=True)
    known = {
        (location, wire): python for location, names in parameters.items() for wire, python in names.items()
    }
    # A path parameter can have another name in the SDK; there its position counts.
    in_path = iter(parameters["path"].values())
    given = {}
    for (location, wire), value in values.items():
        python = next(in_path, None) if location == "path" else known.get((location, wire))
        if not python:
            continue
        if location == "body":
            given[python] = modelled(hints[python], value)
        else:
            given[python] = typed(hints[python], value) if isinstance(value, str) else value
    return given


def reason(error):
    """The first lines that say what is wrong, without the input."""
    if isinstance(error, pydantic.ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(map(str, first["loc"]))
        return f"{error.title}: {location}: {first['msg']}"
    if isinstance(error, secure_access.ApiException):
        return f"{error.status} {error.body or error.reason}"[:600]
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def main():
    given = json.load(sys.stdin)
    known = list(methods())

    def client(**settings):
        return secure_access.ApiClient(secure_access.Configuration(**settings))

    findings = []
    for request in given["requests"]:
        template = shape(request["template"])
        matches = [
            entry for entry in known if entry[2] == request["method"] and template.endswith(shape(entry[3]))
        ]
        if not matches:
            continue
        # Of several, the one with the longest path; reports have another base URL than the rest.
        api, name, _, path, parameters = max(matches, key=lambda entry: len(entry[3]))
        url = request["url"].rstrip("/")
        with_key = dict(username=given["key"], password=given["secret"])
        token = TokenApi(client(host=url, **with_key)).create_auth_token(grant_type="client_credentials")
        host = url + template[: len(template) - len(shape(path))]
        credentials = with_key if api is TokenApi else dict(access_token=token.access_token)
        method = getattr(api(client(host=host, **credentials)), name)
        finding = {"operation": request["operation"], "everything": request["everything"], "reason": None}
        try:
            method(**arguments(method, parameters, request))
        except Exception as error:  # whatever the SDK does is a finding
            finding["reason"] = reason(error)
        findings.append(finding)
    json.dump(findings, sys.stdout)


main()
