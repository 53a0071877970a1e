"""Calls each read operation of the simulator with Cisco's SDK for Python, and writes what its typed models do with the responses.

    secureaccess.py < server.json

The input has the URL, key and secret of the simulator and a request of each operation. The output is one JSON object: for each operation
`null`, or why the call failed; operations that the SDK lacks are missing.
"""

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
    """Every GET of the SDK: class, name, path, and the parameters of the method by their names on the wire."""
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
                if path and "method='GET'" in source:
                    in_path = re.findall(r"_path_params\['([^']+)'\] = (\w+)", source)
                    in_query = re.findall(r"_query_params\.append\(\('([^']+)', (\w+)", source)
                    in_header = re.findall(r"_header_params\['([^']+)'\] = (\w+)\n", source)
                    parameters = {
                        "path": dict(in_path),
                        "query": dict(in_query),
                        "header": {wire.lower(): python for wire, python in in_header},
                    }
                    yield api, name[1 : -len("_serialize")], path[1], parameters


def typed(annotation, text):
    """A value that the method takes: of the wire's text, or of what it stands for."""
    def attempts():
        yield text
        for convert in (int, float, lambda value: {"true": True, "false": False}[value]):
            try:
                yield convert(text)
            except (ValueError, KeyError):
                pass
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
    hints = typing.get_type_hints(inspect.unwrap(method), include_extras=True)
    known = {
        (location, wire): python for location, names in parameters.items() for wire, python in names.items()
    }
    # A path parameter can have another name in the SDK; there its position counts.
    in_path = iter(parameters["path"].values())
    given = {}
    for (location, wire), value in values.items():
        python = next(in_path, None) if location == "path" else known.get((location, wire))
        if python:
            given[python] = typed(hints[python], value)
    return given


def reason(error):
    """The first lines that say what is wrong, without the input."""
    if isinstance(error, pydantic.ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(map(str, first["loc"]))
        return f"{error.title}: {location}: {first['msg']}"
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def main():
    server = json.load(sys.stdin)
    url = server["url"].rstrip("/")
    known = list(methods())

    def client(**settings):
        return secure_access.ApiClient(secure_access.Configuration(**settings))

    with_key = client(host=url, username=server["key"], password=server["secret"])
    token = TokenApi(with_key).create_auth_token(grant_type="client_credentials").access_token
    findings = {}
    for request in server["requests"]:
        template = shape(request["template"])
        matches = [entry for entry in known if template.endswith(shape(entry[2]))]
        if not matches:
            continue
        # Of several, the one with the longest path; reports have another base URL than the rest.
        api, name, path, parameters = max(matches, key=lambda entry: len(entry[2]))
        base = template[: len(template) - len(shape(path))]
        method = getattr(api(client(host=url + base, access_token=token)), name)
        try:
            method(**arguments(method, parameters, request))
            findings[request["operation"]] = None
        except Exception as error:  # whatever the SDK does is a finding
            findings[request["operation"]] = reason(error)
    json.dump(findings, sys.stdout)


main()
