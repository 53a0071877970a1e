//! How operations page: by rule, and as overlays say.

use cisco_secure_access_importer::Outcome;
use serde_json::{Value, json};

use crate::documents::{Bench, of_paths};

const LIST: &str = "{type: array, items: {type: string}}";

fn object(properties: &str) -> String {
    format!("{{type: object, properties: {{{properties}}}}}")
}

/// An operation that lists, in parts.
struct Listing<'a> {
    /// Its path, of which its name is made.
    path: &'a str,
    /// The names of its query parameters, whose largest value is 100.
    parameters: &'a [&'a str],
    /// The schema of its response.
    schema: &'a str,
    /// The headers of its response.
    headers: &'a str,
    /// What an overlay says of its pages.
    overlay: Option<&'a str>,
}

impl Default for Listing<'_> {
    fn default() -> Self {
        Self {
            path: "/things",
            parameters: &["offset", "limit"],
            schema: LIST,
            headers: "{}",
            overlay: None,
        }
    }
}

impl Listing<'_> {
    fn import(&self) -> (Value, Outcome) {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|name| {
                format!("{{name: {name}, in: query, schema: {{type: integer, maximum: 100}}}}")
            })
            .collect();
        let paths = format!(
            "{}:
  get:
    operationId: x
    parameters: [{}]
    responses: {{'200': {{description: ok, headers: {}, content: {{application/json: {{schema: {}}}}}}}}}",
            self.path,
            parameters.join(", "),
            self.headers,
            self.schema,
        );
        let bench = Bench::with(&of_paths("Cisco Secure Access Test API", &paths, ""));
        let bench = match self.overlay {
            Some(own) => bench.overlay(
                "10-test.yaml",
                &format!("  - target: $.paths.*.get\n    update: {{x-pagination: {own}}}\n"),
            ),
            None => bench,
        };
        let outcome = bench.run().unwrap();
        let spec = bench.spec("policies");
        let operation = &spec["paths"][format!("/policies/v2{}", self.path)]["get"];
        (operation["x-pagination"].clone(), outcome)
    }

    /// How it pages.
    fn rule(&self) -> Value {
        self.import().0
    }

    /// Why it does not page.
    fn reason(&self) -> String {
        let (rule, outcome) = self.import();
        assert_eq!(rule, Value::Null);
        let found = outcome.pagination.into_values().next();
        found.unwrap().unwrap_err()
    }
}

#[test]
fn paging_is_found_by_shape() {
    let rule = |parameters: &[&str], schema: &str| {
        Listing {
            parameters,
            schema,
            ..Listing::default()
        }
        .rule()
    };
    assert_eq!(
        rule(
            &["offset", "limit"],
            &object(&format!("data: {LIST}, total: {{type: integer}}"))
        ),
        json!({"style": "offset", "offset": "offset", "limit": "limit", "start": 0, "maxOffset": 100, "maximum": 100, "items": "/data", "total": "/total"})
    );
    assert_eq!(
        rule(&["page", "limit"], LIST),
        json!({"style": "page", "page": "page", "limit": "limit", "start": 1, "maximum": 100, "items": ""})
    );
    let meta = object("total: {type: integer}");
    assert_eq!(
        rule(&["page"], &object(&format!("data: {LIST}, meta: {meta}"))),
        json!({"style": "page", "page": "page", "start": 1, "items": "/data", "total": "/meta/total"})
    );
    assert_eq!(
        rule(
            &["cursor"],
            &object(&format!("items: {LIST}, next: {{type: string}}"))
        ),
        json!({"style": "cursor", "cursor": "cursor", "items": "/items", "next": "/next"})
    );
    let nested = object(&format!("body: {}", object(&format!("usages: {LIST}"))));
    assert_eq!(rule(&["page"], &nested)["items"], "/body/usages");
    let two = object(&format!("things: {LIST}, others: {LIST}"));
    assert_eq!(
        rule(&["offset"], &two)["items"],
        "/things",
        "the list called like the path"
    );
    assert_eq!(
        rule(&["limit"], LIST)["style"],
        "single",
        "a limit alone does not page"
    );
    assert_eq!(
        rule(&["offset"], &object(&format!("a: {LIST}, b: {LIST}"))),
        Value::Null
    );
    assert_eq!(rule(&["offset"], "{type: string}"), Value::Null);
}

#[test]
fn a_list_without_a_parameter_of_paging_comes_in_one_response() {
    let listing = |path, parameters, schema| Listing {
        path,
        parameters,
        schema,
        ..Listing::default()
    };
    let bare = listing("/things", &[], LIST);
    assert_eq!(bare.rule(), json!({"style": "single", "items": ""}));
    let object = object(&format!(
        "rows: {LIST}, about: {{type: string}}, total: {{type: integer}}"
    ));
    assert_eq!(
        listing("/things", &["limit"], &object).rule(),
        json!({"style": "single", "limit": "limit", "maximum": 100, "items": "/rows", "total": "/total"})
    );
    // What has a parameter of paging comes in pages, and what has another name is no list unless an overlay says so.
    assert_eq!(listing("/things", &["page"], LIST).rule()["style"], "page");
    assert_eq!(listing("/thing", &[], LIST).rule(), Value::Null);
    let overlay = Some("{style: single}");
    let listed = Listing {
        overlay,
        ..listing("/thing", &["offset"], LIST)
    };
    assert_eq!(listed.rule(), json!({"style": "single", "items": ""}));
    // A name of a list without one is reported.
    let two = self::object(&format!("a: {LIST}, b: {LIST}"));
    let reason = listing("/things", &[], &two).reason();
    assert_eq!(reason, "its response has several lists: \"/a\", \"/b\"");
    let reason = listing("/things", &[], "{type: string}").reason();
    assert_eq!(reason, "its response has no list");
}

#[test]
fn the_end_is_found_by_shape() {
    let rule = |schema: &str| {
        Listing {
            schema,
            ..Listing::default()
        }
        .rule()
    };
    let more = rule(&object(&format!(
        "rows: {LIST}, totalResults: {{type: integer}}, moreDataAvailable: {{type: boolean}}"
    )));
    assert_eq!(more["more"], "/moreDataAvailable");
    assert_eq!(more.get("total"), None, "it counts the page");
    let info = object("hasMoreRecords: {type: boolean}, totalNumRecords: {type: integer}");
    let records = rule(&object(&format!("records: {LIST}, pageInfo: {info}")));
    assert_eq!(records["more"], "/pageInfo/hasMoreRecords");
    assert_eq!(records["total"], "/pageInfo/totalNumRecords");
    let counted = rule(&object(&format!(
        "items: {LIST}, itemsCount: {{type: integer}}"
    )));
    assert_eq!(counted["total"], "/itemsCount");
    let linked = Listing {
        headers: "{link: {schema: {type: string}}}",
        ..Listing::default()
    };
    assert_eq!(linked.rule()["link"], true);
}

#[test]
fn an_overlay_has_the_last_word_on_paging() {
    let rule = |schema: &str, own: &str| {
        Listing {
            parameters: &["offset"],
            schema,
            overlay: Some(own),
            ..Listing::default()
        }
        .rule()
    };
    let two = object(&format!("a: {LIST}, b: {LIST}"));
    assert_eq!(rule(LIST, "false"), Value::Null);
    assert_eq!(rule(LIST, "{maxOffset: 7}")["maxOffset"], 7);
    assert_eq!(
        rule(&two, "{items: /b}"),
        json!({"style": "offset", "offset": "offset", "start": 0, "maxOffset": 100, "items": "/b"})
    );
    let total = object(&format!("data: {LIST}, total: {{type: integer}}"));
    assert_eq!(rule(&total, "{total: false}").get("total"), None);
}

#[test]
fn an_overlay_chooses_the_style_and_says_where_the_cursor_is() {
    let items = "{type: array, items: {type: object, properties: {name: {type: string}}}}";
    let rule = |own: &str| {
        Listing {
            parameters: &["page", "limit", "after"],
            schema: items,
            overlay: Some(own),
            ..Listing::default()
        }
        .rule()
    };
    assert_eq!(
        rule("{style: cursor, cursor: after, nextFromItem: /name}"),
        json!({"style": "cursor", "cursor": "after", "limit": "limit", "maximum": 100, "items": "", "nextFromItem": "/name"})
    );
    assert_eq!(
        rule("{style: cursor, cursor: page, nextHeader: X-Next}")["nextHeader"],
        "X-Next"
    );
    assert_eq!(
        rule("{style: cursor, cursor: after, link: true}")["link"],
        true
    );
}

#[test]
fn a_key_that_does_not_fit_is_named() {
    let schema = object(&format!("data: {LIST}, total: {{type: string}}"));
    let cases = [
        (
            "{items: /gone}",
            "`items` is \"/gone\", not a pointer to an array of its response",
        ),
        (
            "{total: /total}",
            "`total` is \"/total\", not a pointer to an integer or a number",
        ),
        (
            "{more: /total}",
            "`more` is \"/total\", not a pointer to a boolean",
        ),
        ("{link: 'yes'}", "`link` is \"yes\", not true"),
        ("{maySendAll: 1}", "`maySendAll` is 1, not true"),
        ("{maximum: many}", "`maximum` is \"many\", not a number"),
        (
            "{limit: size}",
            "`limit` is \"size\", not the name of a query parameter",
        ),
        (
            "{offset: from}",
            "`offset` is \"from\", not the name of a query parameter",
        ),
        ("{ends: never}", "`ends` is no key of `x-pagination`"),
        ("{style: cursor}", "it has no parameter of paging"),
        (
            "{style: cursor, cursor: offset}",
            "its response has no cursor for the next page",
        ),
        (
            "{style: cursor, cursor: offset, next: /total, maxOffset: 7}",
            "`maxOffset` belongs to the style `offset`",
        ),
        (
            "{style: cursor, cursor: offset, nextFromItem: /name}",
            "`nextFromItem` is \"/name\", not a pointer to a string or an integer of an item",
        ),
        (
            "{style: cursor, cursor: offset, nextHeader: ''}",
            "not the name of a header",
        ),
        (
            "{style: single, items: /data, start: 1}",
            "`start` belongs to a style with several pages",
        ),
        ("7", "`x-pagination` is 7, not an object or false"),
    ];
    for (own, expected) in cases {
        let reason = Listing {
            schema: &schema,
            overlay: Some(own),
            ..Listing::default()
        }
        .reason();
        assert!(reason.contains(expected), "{own}: {reason}");
    }
}
