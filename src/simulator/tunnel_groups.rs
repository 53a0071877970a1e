//! Network tunnel groups and regions: a collection with its state, and the hubs as the service sends them, with nulls.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::server::Answer;
use crate::cloud::Cloud;

const GROUPS: &str = "/deployments/v2/networktunnelgroups";
const REGIONS: &str = "/deployments/v2/regions";
/// How many groups a page has that asks for none.
const PAGE: usize = 10;
/// The longest page.
const LONGEST_PAGE: usize = 200;
/// When everything here happened.
const TIME: &str = "2026-01-15T08:30:00Z";
const ORGANIZATION: i64 = 8_000_123;

#[derive(Debug)]
pub(super) struct TunnelGroups {
    regions: &'static [&'static str],
    groups: BTreeMap<i64, Value>,
    next_id: i64,
}

impl TunnelGroups {
    pub(super) fn new(cloud: &Cloud, count: usize) -> Self {
        let regions: &[_] = match cloud {
            Cloud::China => &["cn-north-1", "cn-east-1"],
            _ => &["us-east-1", "us-west-1", "eu-central-1"],
        };
        let mut groups = Self {
            regions,
            groups: BTreeMap::new(),
            next_id: 1001,
        };
        for number in 1..=count {
            let region = regions[number % regions.len()];
            let device = ["ASA", "FTD", "Meraki MX", "ISR"][number % 4];
            let status = ["connected", "disconnected", "warning"][number % 3];
            let routing = json!({"type": "static", "data": {"networkCIDRs": [format!("10.{}.0.0/16", number % 256)]}});
            groups.insert(
                &format!("Branch {number:03}"),
                region,
                device,
                status,
                routing,
            );
        }
        groups
    }

    fn insert(
        &mut self,
        name: &str,
        region: &str,
        device: &str,
        status: &str,
        routing: Value,
    ) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let hub = |number: i64, primary: bool| {
            json!({
                "id": id * 10 + number,
                "isPrimary": primary,
                "authId": format!("group{id}-{number}@{ORGANIZATION}.simulated.example"),
                "datacenter": {"name": format!("{region}-dc{number}")},
                "createdAt": TIME,
                "modifiedAt": TIME,
                // Documented as an object and a list; the service sends null for a hub that never was connected.
                "status": null,
                "tunnelsStatus": null,
            })
        };
        let group = json!({
            "id": id,
            "name": name,
            "organizationId": ORGANIZATION,
            "deviceType": device,
            "region": region,
            "status": status,
            "hubs": [hub(1, true), hub(2, false)],
            "routing": routing,
            "createdAt": TIME,
            "modifiedAt": TIME,
        });
        self.groups.insert(id, group.clone());
        group
    }

    /// Answers a call; `None` where it is about something else.
    pub(super) fn answer(
        &mut self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: &[u8],
    ) -> Option<Answer> {
        if path == REGIONS {
            return (method == "GET").then(|| self.list_regions());
        }
        let rest = path.strip_prefix(GROUPS)?;
        if rest.is_empty() {
            return match method {
                "GET" => Some(self.list(query)),
                "POST" => Some(self.create(body)),
                _ => None,
            };
        }
        let id = rest.strip_prefix('/')?;
        let Some(id) = id.parse().ok().filter(|id| self.groups.contains_key(id)) else {
            let message = format!("There is no network tunnel group {id}.");
            return Some(Answer::error(StatusCode::NOT_FOUND, &message));
        };
        match method {
            "GET" => Some(self.get(id)),
            "PATCH" => Some(self.update(id, body)),
            "DELETE" => {
                self.groups.remove(&id);
                Some(Answer::no_content())
            }
            _ => None,
        }
    }

    fn list_regions(&self) -> Answer {
        let regions = self.regions.iter().map(|region| {
            json!({"region": region, "name": region, "description": "simulated", "continent": "simulated"})
        });
        let regions: Vec<_> = regions.collect();
        Answer::new(StatusCode::OK, json!({"regions": regions}))
    }

    fn list(&self, query: &[(String, String)]) -> Answer {
        let parameter = |name: &str| {
            query
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value)
        };
        let number = |name: &str, default: usize| match parameter(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| invalid(name, "a whole number that is not negative")),
        };
        let (offset, limit) = match (number("offset", 0), number("limit", PAGE)) {
            (Ok(offset), Ok(limit)) if (1..=LONGEST_PAGE).contains(&limit) => (offset, limit),
            (Ok(_), Ok(_)) => return invalid("limit", "a number from 1 to 200"),
            (Err(refusal), _) | (_, Err(refusal)) => return refusal,
        };
        let filters = match parameter("filters").map(|text| serde_json::from_str::<Value>(text)) {
            None => Value::Null,
            Some(Ok(filters)) if filters.is_object() => filters,
            Some(_) => return invalid("filters", "a JSON object"),
        };
        let matching: Vec<&Value> = self
            .groups
            .values()
            .filter(|group| passes(group, &filters))
            .collect();
        let data: Vec<_> = matching.iter().skip(offset).take(limit).collect();
        Answer::new(
            StatusCode::OK,
            json!({"data": data, "offset": offset, "limit": limit, "total": matching.len()}),
        )
    }

    fn create(&mut self, body: &[u8]) -> Answer {
        let body = match serde_json::from_slice::<Value>(body) {
            Ok(body) => body,
            Err(_) => return Answer::error(StatusCode::BAD_REQUEST, "The body is not JSON."),
        };
        for name in ["name", "region", "passphrase"] {
            if body[name].as_str().is_none_or(str::is_empty) {
                return invalid(name, "a text");
            }
        }
        if body["authIdPrefix"].is_null() {
            return invalid("authIdPrefix", "a text or a list of texts");
        }
        let (name, region) = (text(&body, "name"), text(&body, "region"));
        if !self.regions.contains(&region) {
            return invalid("region", &format!("one of {}", self.regions.join(", ")));
        }
        if self.groups.values().any(|group| group["name"] == name) {
            let message = "A network tunnel group of this name exists already.";
            return Answer::error(StatusCode::CONFLICT, message);
        }
        let device = body["deviceType"].as_str().unwrap_or("other");
        let group = self.insert(
            name,
            region,
            device,
            "disconnected",
            body["routing"].clone(),
        );
        Answer::new(StatusCode::CREATED, group)
    }

    fn get(&self, id: i64) -> Answer {
        Answer::new(StatusCode::OK, self.groups[&id].clone())
    }

    fn update(&mut self, id: i64, body: &[u8]) -> Answer {
        const CHANGEABLE: [&str; 4] = ["/name", "/region", "/authIdPrefix", "/routing"];
        let Ok(Value::Array(changes)) = serde_json::from_slice(body) else {
            return Answer::error(StatusCode::BAD_REQUEST, "The body is no list of changes.");
        };
        let mut changed = self.groups[&id].clone();
        for change in &changes {
            let path = text(change, "path");
            if change["op"] != "replace" || !CHANGEABLE.contains(&path) {
                return invalid(
                    path,
                    "a change with op `replace` and the path of a property",
                );
            }
            changed[&path[1..]] = change["value"].clone();
        }
        self.groups.insert(id, changed);
        self.get(id)
    }
}

fn passes(group: &Value, filters: &Value) -> bool {
    let contains = |property: &str, wanted: &str| {
        let value = text(group, property).to_lowercase();
        value.contains(&wanted.to_lowercase())
    };
    filters
        .as_object()
        .into_iter()
        .flatten()
        .all(|(name, wanted)| {
            let wanted = wanted.as_str().unwrap_or_default();
            match name.as_str() {
                "exactName" => text(group, "name").eq_ignore_ascii_case(wanted),
                "name" | "region" | "status" => contains(name, wanted),
                _ => true,
            }
        })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn invalid(name: &str, expected: &str) -> Answer {
    Answer::new(
        StatusCode::BAD_REQUEST,
        json!({
            "error": "Bad Request",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "validationErrors": {name: format!("expected {expected}")},
        }),
    )
}
