//! Differences of the scope `investigate`, most of them seen in responses of Umbrella Investigate, which has the same back end.

use cisco_secure_access::api::investigate::types::{
    DomainCategorizationStatus, PassiveDnsRecordList, WhoisRecord, WhoisSearchField,
};
use cisco_secure_access::{Client, Response, ResponseFuture};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{lines, read, serving, time};
use crate::scripted::{Scripted, ScriptedResponse};

type PassiveDnsCall = fn(&Client) -> ResponseFuture<Response<PassiveDnsRecordList>>;

#[tokio::test]
async fn passive_dns_is_a_page_of_records() {
    let calls: [PassiveDnsCall; 4] = [
        |client| {
            client
                .investigate()
                .get_passive_dns_by_name("a.example")
                .send()
        },
        |client| {
            client
                .investigate()
                .get_passive_dns_by_domain("a.example")
                .send()
        },
        |client| {
            client
                .investigate()
                .get_passive_dns_by_ip("192.0.2.7")
                .send()
        },
        |client| {
            client
                .investigate()
                .get_passive_dns_by_raw_data("\"v=spf1\"")
                .send()
        },
    ];
    for call in calls {
        let body = json!({
            "pageInfo": {"hasMoreRecords": false, "limit": null, "offset": 0, "totalNumRecords": 1},
            "recordInfo": {"maxTtl": 900, "minTtl": 30, "totalMaliciousIP": 0},
            "records": [{
                "contentCategories": ["Software/Technology"],
                "firstSeen": 1_700_000_400,
                "firstSeenISO": "2023-11-14T22:20Z",
                "lastSeen": 1_700_086_800,
                "lastSeenISO": "2023-11-15T22:20:00Z",
                "maxTtl": 900,
                "minTtl": 30,
                "name": "a.example",
                "rr": "192.0.2.7",
                "securityCategories": [],
                "type": "A"
            }]
        });
        let page = read(body, call).await;
        assert_eq!(page.page_info.unwrap().total_num_records, Some(1));
        assert_eq!(page.record_info.unwrap().total_malicious_ip, Some(0));
        let record = &page.records[0];
        assert_eq!(record.first_seen, time("2023-11-14T22:20:00Z"));
        assert_eq!(record.first_seen, record.first_seen_iso);
        assert_eq!(record.last_seen, time("2023-11-15T22:20:00Z"));
        assert_eq!(record.last_seen, record.last_seen_iso);
    }
}

#[tokio::test]
async fn passive_dns_pages_by_has_more_records() {
    let page = |records: &[&str], has_more: bool| {
        let records: Vec<_> = records.iter().map(|rr| json!({"rr": rr})).collect();
        let info =
            json!({"hasMoreRecords": has_more, "limit": 2, "offset": 0, "totalNumRecords": 3});
        json!({"records": records, "pageInfo": info}).to_string()
    };
    let (first, second) = (page(&["a.", "b."], true), page(&["c."], false));
    let (server, client) = serving([(200, first.as_str()), (200, second.as_str())]).await;
    let request = client.investigate().get_passive_dns_by_name("a.example");
    let records: Vec<_> = request.items().try_collect().await.unwrap();
    let names: Vec<_> = records
        .iter()
        .filter_map(|record| record.rr.as_deref())
        .collect();
    assert_eq!(names, ["a.", "b.", "c."]);
    assert!(
        lines(&server)[1].contains("offset=2"),
        "{:?}",
        lines(&server)
    );
}

#[tokio::test]
async fn related_domains_are_pairs() {
    let body = json!({"found": true, "tb1": [["b.example", 11.0], ["c.example", 2.5]]});
    let related = read(body, |client| {
        client.investigate().get_related_domains("a.example").send()
    })
    .await;
    let (domain, score) = (&related.tb1[0].domain, related.tb1[1].score);
    assert_eq!((domain.as_deref(), score), (Some("b.example"), Some(2.5)));
}

#[tokio::test]
async fn shares_of_countries_are_pairs() {
    let body = json!({
        "fastflux": false,
        "found": true,
        "geodiversity": [["US", 0.75], ["CN", 0.25]],
        "geodiversity_normalized": [["CN", 1.0]],
        "handlings": {"blocked": 0.125, "normal": 0.875},
        "tld_geodiversity": [],
    });
    let security = read(body, |client| {
        client.investigate().get_domain_security("a.example").send()
    })
    .await;
    let share = &security.geodiversity[0];
    assert_eq!(
        (share.country.as_deref(), share.score),
        (Some("US"), Some(0.75))
    );
    assert_eq!(security.fast_flux, Some(false));
    assert_eq!(security.handlings.get("normal"), Some(&0.875));
}

fn whois(created: Value) -> Value {
    json!({
        "auditUpdatedDate": "2023-12-06 15:57:12 UTC",
        "created": created,
        "domainName": "a.example",
        "emails": ["hostmaster@a.example"],
        "expires": null,
        "hasRawText": true,
        "recordExpired": false,
        "registrantCity": null,
        "timeOfLatestRealtimeCheck": 1_701_878_232_017_i64,
        "whoisServers": null,
    })
}

#[tokio::test]
async fn whois_is_one_record() {
    let record = read(whois(json!("")), |client| {
        client.investigate().get_whois("a.example").send()
    })
    .await;
    assert_eq!(record.domain_name.as_deref(), Some("a.example"));
    assert_eq!(record.audit_updated_date, time("2023-12-06T15:57:12Z"));
    assert_eq!(
        record.time_of_latest_realtime_check,
        time("2023-12-06T15:57:12.017Z")
    );
    assert_eq!((record.created, record.expires), (None, None));

    // The documents have a list, as the history is. A list of one is that record, and is reported.
    let list = json!([whois(json!(""))]).to_string();
    let (_server, client) = serving([(200, list.as_str())]).await;
    let response = client
        .investigate()
        .get_whois("a.example")
        .send()
        .await
        .unwrap();
    assert_eq!(response.deviations()[0].expected(), "an object");
    assert_eq!(response.domain_name, record.domain_name);

    let history = read(json!([whois(json!(""))]), |client| {
        client.investigate().get_whois_history("a.example").send()
    })
    .await;
    assert_eq!(history, [record]);
}

#[tokio::test]
async fn whois_dates_have_no_time() {
    for date in [
        "1986-03-19",
        "1986-03-19 00:00:00 UTC",
        "1986-03-19T00:00:00Z",
    ] {
        let record: WhoisRecord = read(whois(json!(date)), |client| {
            client.investigate().get_whois("a.example").send()
        })
        .await;
        assert_eq!(record.created, time("1986-03-19T00:00:00Z"), "{date}");
    }
}

#[tokio::test]
async fn samples_are_one_page() {
    let body = json!({
        "limit": 10,
        "moreDataAvailable": false,
        "offset": 0,
        "query": "a.example",
        "samples": [{"firstSeen": 1_700_000_400_000_i64, "magicType": "PE32", "sha256": "00ff", "threatScore": 95}],
        "totalResults": 1,
    });
    let page = read(body, |client| {
        client.investigate().list_samples("a.example").send()
    })
    .await;
    assert_eq!(
        (page.total_results, page.samples[0].threat_score),
        (Some(1), Some(95))
    );
    assert_eq!(page.samples[0].first_seen, time("2023-11-14T22:20:00Z"));

    let page = |hash: &str, more: bool| {
        json!({"samples": [{"sha256": hash}], "totalResults": 1, "moreDataAvailable": more})
            .to_string()
    };
    let (first, second) = (page("00", true), page("01", false));
    let (server, client) = serving([(200, first.as_str()), (200, second.as_str())]).await;
    let samples = client.investigate().list_samples("a.example").items();
    assert_eq!(samples.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert_eq!(lines(&server).len(), 2);
}

#[tokio::test]
async fn prefixes_are_a_list_of_networks() {
    let body = json!([
        {"cidr": "192.0.2.0/24", "geo": {"country_code": "US", "country_name": "United States"}},
        {"cidr": "198.51.100.0/24", "geo": {"country_code": null, "country_name": null}},
    ]);
    let prefixes = read(body, |client| {
        client.investigate().get_asn_prefixes("64496").send()
    })
    .await;
    assert_eq!(prefixes[0].cidr.as_deref(), Some("192.0.2.0/24"));
    let country = prefixes[0].geo.as_ref().unwrap();
    assert_eq!(country.country_code.as_deref(), Some("US"));
}

#[tokio::test]
async fn autonomous_systems_are_a_list() {
    let call = |client: &Client| client.investigate().get_ip_asn("192.0.2.7").send();
    let row =
        json!({"asn": 64_496, "cidr": "192.0.2.0/24", "creation_date": "2004-05-06", "ir": 3});
    let systems = read(json!([row]), call).await;
    assert_eq!(systems[0].asn, Some(64_496));
    assert_eq!(
        systems[0].creation_date,
        Some("2004-05-06".parse().unwrap())
    );
    assert!(read(json!([]), call).await.is_empty());

    // The documents have one object, with the number in quotes. It reads the same, and is reported.
    let documented = row.to_string().replace("64496", "\"64496\"");
    let (_server, client) = serving([(200, documented.as_str())]).await;
    let response = call(&client).await.unwrap();
    let [deviation] = response.deviations() else {
        panic!("{response:?}");
    };
    assert_eq!((deviation.path(), deviation.expected()), ("$", "a list"));
    assert_eq!(response[0].asn, systems[0].asn);
}

#[tokio::test]
async fn a_risk_indicator_may_have_no_score() {
    let body = json!({
        "indicators": [
            {"indicator": "Lexical", "normalized_score": 12, "score": -0.5},
            {"indicator": "Block Status", "normalized_score": 0, "score": false},
        ],
        "risk_score": 12,
    });
    let risk = read(body, |client| {
        client
            .investigate()
            .get_domain_risk_score("a.example")
            .send()
    })
    .await;
    let scores: Vec<_> = risk
        .indicators
        .iter()
        .map(|indicator| indicator.score)
        .collect();
    assert_eq!(
        (scores, risk.risk_score),
        (vec![Some(-0.5), None], Some(12.0))
    );
}

#[tokio::test]
async fn co_occurring_domains_are_pairs() {
    let body = json!({"found": true, "pfs2": [["b.example", 0.0625], ["c.example", 0.5]]});
    let domains = read(body, |client| {
        client
            .investigate()
            .get_co_occurring_domains("a.example")
            .send()
    })
    .await;
    assert_eq!(domains.pfs2[0].domain.as_deref(), Some("b.example"));
    assert_eq!(domains.pfs2[1].score, Some(0.5));
}

#[tokio::test]
async fn query_volumes_are_integers() {
    let seen = json!({"dates": [1_700_000_400_000_i64, 1_700_004_000_000_i64], "queries": [3, 0]});
    let documented = json!({"dates": ["1700000400000", "1700004000000"], "queries": ["3", "0"]});
    for body in [seen, documented] {
        let volume = read(body, |client| {
            client
                .investigate()
                .get_domain_volume("a.example")
                .start("-30days")
                .send()
        })
        .await;
        assert_eq!(Some(volume.dates[1]), time("2023-11-14T23:20:00Z"));
        assert_eq!(volume.queries, [3, 0]);
    }
}

#[tokio::test]
async fn subdomains_have_seconds_in_quotes() {
    for seen in [json!("1668529445"), json!(1_668_529_445)] {
        let body = json!([{"firstSeen": seen, "name": "b.a.example", "securityCategories": []}]);
        let rows = read(body, |client| {
            client.investigate().list_subdomains("a.example").send()
        })
        .await;
        assert_eq!(rows[0].first_seen, time("2022-11-15T16:24:05Z"));
    }
}

/// The names of all subdomains, and the queries of the listing, if a page starts at or after the name in `offsetName`.
async fn subdomains(
    total: usize,
    page_size: usize,
    is_inclusive: bool,
) -> (Vec<String>, Vec<String>) {
    let name = |index: usize| format!("{index:04}.a.example");
    let server = Scripted::by(move |request| {
        let first = request.split("offsetName=").nth(1).map_or(0, |rest| {
            let index: usize = rest[..4].parse().unwrap();
            index + usize::from(!is_inclusive)
        });
        let rows = (first..total)
            .take(page_size)
            .map(|index| json!({"name": name(index)}));
        ScriptedResponse::json(200, &rows.collect::<Value>().to_string())
    })
    .await;
    let items = server
        .client()
        .investigate()
        .list_subdomains("a.example")
        .items();
    let rows: Vec<_> = items.try_collect().await.unwrap();
    (
        rows.into_iter().filter_map(|row| row.name).collect(),
        lines(&server),
    )
}

#[tokio::test]
async fn subdomain_pages_start_at_or_after_a_name() {
    for total in [0, 1, 2, 99, 100, 101, 199, 200, 450] {
        let expected: Vec<_> = (0..total)
            .map(|index| format!("{index:04}.a.example"))
            .collect();
        for is_inclusive in [true, false] {
            let (names, queries) = subdomains(total, 100, is_inclusive).await;
            assert_eq!(names, expected, "{total}, inclusive: {is_inclusive}");
            assert!(queries.len() <= total / 99 + 2, "{queries:?}");
        }
    }
}

#[tokio::test]
async fn results_of_searches_have_nulls() {
    let body = json!({
        "expression": "a.*",
        "limit": 10,
        "matches": [{"firstSeen": 1_700_000_400_000_i64, "firstSeenISO": "2023-11-14T22:20:00.000Z", "name": "a.example", "securityCategories": null}],
        "moreDataAvailable": false,
        "totalResults": 1,
    });
    let found = read(body, |client| {
        client
            .investigate()
            .search_domains("a.*")
            .start("-7days")
            .send()
    })
    .await;
    assert!(found.matches[0].security_categories.is_empty());

    let body = json!({"records": [whois(json!(null))], "limit": 10, "moreDataAvailable": false, "totalResults": 1});
    let found = read(body, |client| {
        let investigate = client.investigate();
        investigate
            .search_whois(WhoisSearchField::Domain, "a.*")
            .start("-7days")
            .send()
    })
    .await;
    assert_eq!(found.records[0].created, None);
}

#[tokio::test]
async fn whois_by_email_continues_after_its_total() {
    let page = |name: &str, more: bool| {
        json!({"domains": [{"domain": name}], "limit": 500, "moreDataAvailable": more, "totalResults": 1}).to_string()
    };
    let (first, second) = (page("a.example", true), page("b.example", false));
    let (server, client) = serving([(200, first.as_str()), (200, second.as_str())]).await;
    let domains = client
        .investigate()
        .get_whois_by_email("ann@a.example")
        .items();
    assert_eq!(domains.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert!(
        lines(&server)[0].contains("limit=500"),
        "{:?}",
        lines(&server)
    );
}

#[tokio::test]
async fn categorizations_are_keyed_by_domain() {
    let body = json!({"a.example": {"content_categories": ["17"], "security_categories": [], "status": -1}});
    let many = read(body.clone(), |client| {
        let domains = ["a.example".to_owned()];
        client.investigate().categorize_domains(&domains).send()
    })
    .await;
    let one = read(body, |client| {
        client
            .investigate()
            .get_domain_categorization("a.example")
            .send()
    })
    .await;
    assert_eq!(many["a.example"], one["a.example"]);
    let status = one["a.example"].status.as_ref();
    assert_eq!(status, Some(&DomainCategorizationStatus::Malicious));
}
