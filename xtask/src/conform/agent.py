"""Uses `secure-access mcp` as an agent does, with the official MCP SDK for Python, and writes what is not as expected.

    agent.py < server.json

The input has the `command` of the server and its `environment`. The output is JSON: `checks`, a list of `name` and `reason`, which is why
the check failed or `null`, and `seconds`, how long the calls of a thousand took, one after the other and all at once.
"""

import asyncio
import json
import sys
import time

from mcp import Client, MCPError, StdioServerParameters

COUNT = 1000
# An operation without a documented rate limit: the server would wait for it.
CALL = {
    "operation": "list_usage_metrics",
    "arguments": {
        "query": {
            "organization_id": 1,
            "product_id": "sse",
            "from": "2026-01-01T00:00:00Z",
            "to": "2026-01-02T00:00:00Z",
            "time_grouping_interval": "DAY",
        }
    },
}
DELETION = {"operation": "delete_site", "arguments": {"path": {"siteId": 1002}}}


def expect(condition, reason):
    if not condition:
        raise AssertionError(reason)


async def success(client, tool, arguments):
    result = await client.call_tool(tool, arguments)
    expect(not result.is_error, result)
    expect(json.loads(result.content[0].text) == result.structured_content, "the text is not the structured content")
    return result.structured_content


async def failure(client, tool, arguments):
    result = await client.call_tool(tool, arguments)
    expect(result.is_error, result)
    return result.structured_content["error"]


async def lists_tools(client):
    listed = (await client.list_tools()).tools
    names = [tool.name for tool in listed]
    expect(names == ["search_operations", "describe_operation", "call_operation", "list_items"], names)
    expect(all(tool.annotations.read_only_hint for tool in listed), "a tool is not read-only")
    expect("read-only" in client.instructions, client.instructions)
    expect(client.server_info.name == "secure-access", client.server_info)


async def searches_and_describes(client):
    found = await success(client, "search_operations", {"words": "list sites"})
    expect(found["operations"][0]["operation"] == "list_sites", found)
    described = await success(client, "describe_operation", {"operation": "get_site"})
    expect(described["arguments"]["required"] == ["path"], described)


async def calls(client):
    result = await success(client, "call_operation", {"operation": "list_sites"})
    expect(result["status"] == 200 and len(result["body"]) == 3, result)


async def pages(client):
    first = await success(client, "list_items", {"operation": "list_sites", "max_items": 2})
    expect(first["count"] == 2 and first["truncated"], first)
    rest = await success(client, "list_items", {"continuation": first["continuation"]})
    expect(rest["count"] == 1 and not rest["truncated"], rest)


async def rejects(client):
    for operation, body in [("create_site", {"name": "Harbour"}), ("delete_site", None)]:
        error = await failure(client, "call_operation", {**DELETION, "operation": operation} if body is None else
                              {"operation": operation, "arguments": {"body": body}})
        expect("read-only" in error["message"], error)
    error = await failure(client, "call_operation", {"operation": "create_token"})
    expect("cannot be called here" in error["message"], error)
    error = await failure(client, "call_operation", {"operation": "get_site", "arguments": {"path": {"siteId": "east"}}})
    expect(error["message"].startswith("/path/siteId: "), error)
    error = await failure(client, "call_operation", {"operation": "get_site", "arguments": {"path": {"siteId": 999}}})
    expect(error["httpStatus"] == 404, error)
    try:
        await client.call_tool("sink_ship", {})
    except MCPError as error:
        expect(error.error.code == -32602, error)
    else:
        expect(False, "a tool that does not exist was called")


async def confirms(client):
    error = await failure(client, "call_operation", DELETION)
    expect("needs `confirm`" in error["message"], error)
    error = await failure(client, "call_operation", {**DELETION, "confirm": "Site 001"})
    expect("does not name" in error["message"], error)
    result = await success(client, "call_operation", {**DELETION, "confirm": "Site 002"})
    expect(result["status"] in (200, 204), result)


async def run(command, environment):
    checks, seconds = [], {}

    async def session(mode, arguments, steps):
        server = StdioServerParameters(command=command[0], args=[*command[1:], *arguments], env=environment)
        async with Client(server, mode=mode) as client:
            for step in steps:
                name = f"{step.__name__} ({mode})"
                try:
                    await step(client)
                    checks.append({"name": name, "reason": None})
                except Exception as error:
                    checks.append({"name": name, "reason": repr(error)})

    async def thousand(client):
        start = time.perf_counter()
        for _ in range(COUNT):
            await success(client, "call_operation", CALL)
        seconds["one after the other"] = time.perf_counter() - start
        start = time.perf_counter()
        await asyncio.gather(*(success(client, "call_operation", CALL) for _ in range(COUNT)))
        seconds["at once"] = time.perf_counter() - start

    # The handshake of the protocol until 2025, and without one, as it is since 2026.
    for mode in ["legacy", "auto"]:
        await session(mode, [], [lists_tools, searches_and_describes, calls, pages, rejects])
    await session("legacy", ["--allow-write"], [confirms])
    await session("auto", [], [thousand])
    return {"checks": checks, "seconds": seconds}


server = json.load(sys.stdin)
print(json.dumps(asyncio.run(run(server["command"], server["environment"]))))
