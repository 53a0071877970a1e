//! What `cargo xtask report-decode-failure` leaves of a response: what the documents say, the structure, and nothing of the customer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use cisco_secure_access_openapi::{Document, Redactor};
use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};
use xtask::decode_failure::{self, report};
use xtask::examples::driver::{Deviation, Driver, Recoded, Reply, Request};
use xtask::examples::schema::Api;
use xtask::workspace;

/// Specifications with one operation, `policies.list_things`.
fn api() -> Api {
    let thing = json!({
        "properties": {
            "name": {"type": "string"},
            "state": {"type": "string", "enum": ["healthy", "unhealthy"]},
            "level": {"type": "integer", "enum": [10, 20]},
            "parent": {"$ref": "#/components/schemas/Thing"},
            "byDomain": {"additionalProperties": {"$ref": "#/components/schemas/Thing"}},
        },
    });
    let response = json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}});
    let document = json!({
        "openapi": "3.0.3",
        "paths": {"/policies/v2/things": {"get": {
            "operationId": "list_things",
            "summary": "List things",
            "tags": ["Things"],
            "responses": {"200": {"content": {"application/json": {"schema": response}}}},
        }}},
        "components": {"schemas": {"Thing": thing}},
    });
    Api::from_iter([Document::new("policies", document).unwrap()])
}

fn redacted(response: &Value) -> Value {
    let api = api();
    let schemas = api.any_response(api.named("list_things").unwrap());
    Redactor::new(api.documents()).redact(response, &schemas)
}

#[test]
fn what_the_documents_say_is_kept() {
    let response = json!([
        {"state": "healthy", "level": 20, "parent": {"state": "unhealthy", "name": null}},
        {"byDomain": {"quay.test": {"state": "healthy"}}},
        {"name": true},
    ]);
    let kept = json!([
        {"state": "healthy", "level": 20, "parent": {"state": "unhealthy", "name": null}},
        {"byDomain": {"undocumented-1": {"state": "healthy"}}},
        {"name": true},
    ]);
    assert_eq!(redacted(&response), kept);
}

#[test]
fn a_listed_value_is_kept_in_its_own_place_alone() {
    let response = json!([{"name": "healthy", "state": "worried", "level": 30, "other": 20}]);
    let kept =
        json!([{"name": "xxxxxxxx", "state": "xxxxxxxx", "level": 22, "undocumented-3": 22}]);
    assert_eq!(redacted(&response), kept);
}

#[test]
fn placeholders_are_of_the_same_kind() {
    for (value, placeholder) in [
        (json!(0), json!(1)),
        (json!(8_162_517), json!(2_222_222)),
        (json!(-35), json!(-22)),
        (json!(i64::MIN), json!(-2_222_222_222_222_222_222_i64)),
        (json!(i64::MAX as u64 + 5), json!(u64::MAX)),
        (json!(-3.75), json!(-2.5)),
        (json!(7.0), json!(2.0)),
        (json!(1e30), json!(2e20)),
        (json!(""), json!("")),
        (json!("0"), json!("1")),
        (json!("0042"), json!("2222")),
        (json!("-7"), json!("-2")),
        (json!("3.5"), json!("2.5")),
        (json!("False"), json!("true")),
        (json!("2026-05-04"), json!("2000-01-01")),
        (
            json!("2026-05-04T13:24:35.768Z"),
            json!("2000-01-01T00:00:00.000Z"),
        ),
        (json!("2026-05-04 13:24:35"), json!("2000-01-01 00:00:00")),
        (json!("0000-00-00 00:00:00"), json!("0000-00-00 00:00:00")),
        (
            json!("2026-05-04T13:24:35+02:00"),
            json!("2000-01-01T00:00:00+00:00"),
        ),
        (
            json!("9d4f3f4e-7c65-4b1a-8f7d-3b5a79d84c66"),
            json!("00000000-0000-4000-8000-000000000000"),
        ),
        (json!("198.51.100.77"), json!("192.0.2.2")),
        (json!("198.51.100.0/25"), json!("192.0.2.0/24")),
        (json!("2001:db8:77::9"), json!("2001:db8::2")),
        (
            json!("https://quay.test/a?b=c"),
            json!("https://www.example.com/"),
        ),
        (json!("pier@quay.test"), json!("user@example.com")),
        (json!("pier.quay.test"), json!("www.example.com")),
        (json!("Pier 3"), json!("xxxxxxxx")),
        (json!("Überfahrt"), json!("xxxxxxxxxxxxxxxx")),
        (json!("2026-13-45x"), json!("xxxxxxxxxxxxxxxx")),
    ] {
        assert_eq!(redacted(&value), placeholder, "{value}");
    }
}

/// The crate, as a function of a request.
struct Fake<F>(F);

impl<F: FnMut(&Request<'_>) -> Reply> Driver for Fake<F> {
    fn recode(&mut self, requests: &[Request<'_>]) -> Result<Vec<Reply>, String> {
        Ok(requests.iter().map(&mut self.0).collect())
    }
}

#[test]
fn the_problem_is_that_of_what_is_left() {
    let api = api();
    let operation = api.named("policies.list_things").unwrap();
    let response = json!([{"name": [81_162]}]);
    let mut rejecting = Fake(|request: &Request<'_>| Err(format!("at {}", request.json)));
    let failure = report(&api, operation, &response, &mut rejecting).unwrap();
    assert_eq!(failure.problem(), r#"at [{"name":[22222]}]"#);

    let mut reporting = Fake(|request: &Request<'_>| {
        let deviation = Deviation {
            path: "$[0].name".to_owned(),
            expected: "a string".to_owned(),
            found: "a list".to_owned(),
        };
        Ok(Recoded {
            json: request.json.to_owned(),
            deviations: vec![deviation],
        })
    });
    let failure = report(&api, operation, &response, &mut reporting).unwrap();
    assert_eq!(
        failure.problem(),
        "the response differs from its documentation at $[0].name: expected a string, found a list"
    );

    let mut content = Fake(|_: &Request<'_>| Ok(Recoded::default()));
    let failure = report(&api, operation, &response, &mut content).unwrap();
    assert!(
        failure.problem().contains("is read"),
        "{}",
        failure.problem()
    );
}

#[test]
fn an_unknown_operation_is_reported_with_the_most_similar() {
    let error = decode_failure::run(workspace(), "list_sitez", Path::new("none.json")).unwrap_err();
    assert!(error.contains("no operation list_sitez"), "{error}");
    assert!(
        error.contains("the most similar are list_sites,"),
        "{error}"
    );
}

/// Texts in letters and digits that no placeholder has: not the words of the documents either.
fn secret() -> impl Strategy<Value = String> {
    let date =
        (3u32..10, 3u32..10).prop_map(|(one, two)| format!("{one}{two}43-09-30T{one}3:45:56Z"));
    let octets = vec(proptest::sample::select(vec![33u8, 47, 58, 74, 99]), 4);
    let ip = octets
        .prop_map(|octets| format!("{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]));
    let id = "[3-9]{8}-[3-9]{4}-[3-9]{4}-[3-9]{4}-[3-9]{12}";
    let word = "[JKQZjkqz3-9éß語_ -]{3,40}";
    let url = "[JKQZ]{3,8}://[jkqz]{3,8}/[jkqz]{3,30}";
    let mail = "[jkqz]{3,9}@[jkqz]{3,9}[.][jkqz]{3,9}";
    let number = "[3-9]{3,30}";
    prop_oneof![date, ip, id, word, url, mail, number]
}

fn responses() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        secret().prop_map(Value::from),
    ];
    let name = prop_oneof![Just("name".to_owned()), Just("parent".to_owned()), secret()];
    scalar.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(name.clone(), inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// All texts of a value, names and numbers of three characters and more included.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            found.push(name.clone());
            leaves(value, found);
        }),
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether a text is one that the redaction makes, whatever it is made of.
fn is_placeholder(text: &str) -> bool {
    const FIXED: [&str; 14] = [
        "",
        "true",
        "1",
        "18446744073709551615",
        "192.0.2.2",
        "192.0.2.0/24",
        "2001:db8::2",
        "2001:db8::/32",
        "https://www.example.com/",
        "user@example.com",
        "www.example.com",
        "00000000-0000-4000-8000-000000000000",
        "name",
        "parent",
    ];
    let all = |text: &str, of: &str| text.chars().all(|letter| of.contains(letter));
    let rest = |start| text.strip_prefix(start);
    FIXED.contains(&text)
        || (all(text, "x") && text.len().is_power_of_two())
        || all(text.trim_start_matches('-'), "2")
        || ["2.0", "2.5", "2e20", "2e+20", "200000000000000000000.0"]
            .contains(&text.trim_start_matches('-'))
        || rest("2000-01-01").is_some_and(|time| all(time, "T 0:.Z+-"))
        || rest("0000-00-00").is_some_and(|time| all(time, "T 0:.Z+-"))
        || rest("undocumented-").is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The structure of a value.
fn shape(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(shape).collect(),
        // The order of names changes with them.
        Value::Object(map) => {
            let mut inner: Vec<_> = map.values().map(|value| shape(value).to_string()).collect();
            inner.sort();
            json!({"object": inner})
        }
        Value::String(_) => json!("text"),
        Value::Number(number) => json!(if number.is_f64() { "number" } else { "integer" }),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

proptest! {
    #[test]
    fn no_text_survives(secret in secret(), response in responses()) {
        let response = json!([{"name": &secret, &secret: &secret}, response]);
        let redacted = redacted(&response);
        prop_assert!(!redacted.to_string().contains(&secret), "{redacted}");
        let mut texts = Vec::new();
        leaves(&redacted, &mut texts);
        for text in texts {
            prop_assert!(is_placeholder(&text), "{text}");
        }
    }

    #[test]
    fn structure_and_types_stay(response in responses()) {
        prop_assert_eq!(shape(&redacted(&response)), shape(&response));
    }
}
