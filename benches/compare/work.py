"""The work of the comparison, done with Cisco's SDK for Python: `work.py BASE_URL KEY SECRET JOB`."""

import sys

import secure_access
from secure_access.api import activity_api, destination_lists_api, destinations_api, sites_api, token_api

url, key, secret, job = sys.argv[1:]
url = url.rstrip("/")


def client(**settings):
    # All of its reports have another base URL than the rest.
    return secure_access.ApiClient(secure_access.Configuration(**settings))


with_key = client(host=url, username=key, password=secret)
token = token_api.TokenApi(with_key).create_auth_token(grant_type="client_credentials").access_token
service = client(host=url, access_token=token)
sites = sites_api.SitesApi(service)
site = sites.list_sites()[0].site_id
if job in ("gets", "blocking"):
    for _ in range(1000):
        assert sites.get_site(site).name
elif job == "list":
    lists = destination_lists_api.DestinationListsApi(service).get_destination_lists()
    destinations = destinations_api.DestinationsApi(service)
    count = 0
    for page in range(1, 1001):
        count += len(destinations.get_destinations(lists.data[0].id, page=page, limit=100).data)
    assert count == 100_000
elif job == "pages":
    reports = activity_api.ActivityApi(client(host=url + "/reports/v2", access_token=token))
    for page in range(20):
        assert len(reports.get_activity_dns("-30days", "now", 1000, offset=page).data) == 1000
elif job == "decode":
    service = client(host=url + "/reports/v2", access_token=token)
    reports = activity_api.ActivityApi(service)
    page = reports.get_activity_dns_without_preload_content("-30days", "now", 1000, offset=0).data
    for _ in range(200):
        assert len(activity_api.GetActivityDns200Response.from_json(page.decode()).data) == 1000
elif job != "token":
    sys.exit(f"no job {job}")
