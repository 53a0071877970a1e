//! What an import reports: what has changed, and nothing of what has not.

use crate::documents::{Bench, of_paths};

fn summary(bench: &Bench) -> String {
    bench.run().unwrap().summary(false).to_string()
}

/// A path with one operation that is called `name`.
fn path(path: &str, name: &str) -> String {
    format!(
        "{path}: {{get: {{operationId: {name}, tags: [Things], responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}}}}}}}\n"
    )
}

const THING: &str = "Thing: {type: object, properties: {id: {type: integer, format: int12}}}";

/// A document of all APIs with a fix, and an overlay that does not fit all that is to come.
fn before() -> Bench {
    let paths = path("/things", "listThings") + &path("/others", "listOthers");
    let text = of_paths("Cisco Secure Access API", &paths, THING);
    let overlay = "
- {target: '$.components.schemas[\"policies.Thing\"].properties.label', update: {x-secret: true}}
- {target: '$.components.schemas[\"policies.Thing\"].properties.id', update: {format: int64}}
";
    let mut bench = Bench::with(&text).overlay("44.yaml", overlay);
    bench.run().unwrap();
    bench.forget();
    bench
}

#[test]
fn an_import_that_changes_nothing_reports_one_line() {
    let bench = before();
    let line = "nothing has changed: 2 operations in 5 files; overlays have to decide 1 things, see `cargo xtask check`";
    assert_eq!(summary(&bench), line);
    assert_eq!(summary(&bench.given("one.yaml")), line);
}

#[test]
fn a_new_document_reports_what_it_changes() {
    let schemas = "Thing: {type: object, properties: {label: {type: string}}}";
    let paths = path("/things", "listThings") + &path("/news", "listNews");
    let text = of_paths("Cisco Secure Access Things API", &paths, schemas);
    let text = summary(&before().document("things.yaml", text));
    assert_eq!(
        text,
        "4 files written
         SOURCES.md
         base/index.json
         base/things.json
         policies.json
1 new operations
         policies::list_news
1 DOCUMENTS DESCRIBE OPERATIONS that others described before
         \"Cisco Secure Access Things API\" instead of \"Cisco Secure Access API\": GET /policies/v2/things
1 OPERATIONS OF WHICH ANOTHER DOCUMENT SAYS MORE than the one that describes them; an overlay can add it
         GET /policies/v2/things: \"Cisco Secure Access API\" alone has response 200/id"
    );
}

#[test]
fn actions_that_begin_or_cease_to_fit_are_reported() {
    let schemas = "Thing: {type: object, properties: {label: {type: string}}}";
    let paths = path("/things", "listThings") + &path("/others", "listOthers");
    let text = of_paths("Cisco Secure Access API", &paths, schemas);
    let text = summary(&before().document("two.yaml", text));
    let reported = |title: &str, action: &str| {
        text.split_once(title).is_some_and(|(_, rest)| {
            rest.lines()
                .nth(1)
                .is_some_and(|line| line.contains(action))
        })
    };
    let (first, second) = ("properties.label", "44.yaml:6: target");
    assert!(reported("1 STALE OVERLAY ACTIONS", second), "{text}");
    assert!(
        reported(
            "1 overlay actions or extensions are not stale any more",
            first
        ),
        "{text}"
    );
}

#[test]
fn fixes_of_what_is_as_before_are_not_reported_again() {
    let schemas = format!(
        "{THING}\nOther: {{type: object, properties: {{b: {{type: string, format: pem}}}}}}"
    );
    let other = path("/others", "listOthers").replace("schemas/Thing", "schemas/Other");
    let text = of_paths(
        "Cisco Secure Access API",
        &(path("/things", "listThings") + &other),
        &schemas,
    );
    let text = summary(&before().document("two.yaml", text));
    assert!(text.contains("1 new fixes\n      1  formats: "), "{text}");
    assert!(
        text.contains(
            "\n         two.yaml:15:40: #/components/schemas/Other/properties/b: \"pem\" dropped"
        ),
        "{text}"
    );
    assert!(!text.contains("int12"), "{text}");
}

#[test]
fn an_older_document_is_reported() {
    let text = of_paths(
        "Cisco Secure Access API",
        &path("/things", "listThings"),
        THING,
    );
    let text = text.replace("version: 1.0.0", "version: 0.10.0");
    let text = summary(&before().document("old.yaml", text));
    assert!(
        text.starts_with(
            "1 OLDER than the document in the base
         old.yaml: \"Cisco Secure Access API\" of version 0.10.0; the base has version 1.0.0\n"
        ),
        "{text}"
    );
    assert!(text.contains("1 OPERATIONS GONE"), "{text}");
}

#[test]
fn a_verbose_summary_has_what_stays_too() {
    let summary = before().run().unwrap().summary(true).to_string();
    assert!(
        summary.contains("0 numbers that are not integers"),
        "{summary}"
    );
    assert!(summary.contains("\nnothing has changed"), "{summary}");
}
