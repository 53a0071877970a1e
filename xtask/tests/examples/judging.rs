//! What counts as passed, let off and failed.

use serde_json::{Value, json};
use xtask::examples::collect::collect;
use xtask::examples::driver::{Question, Reply};
use xtask::examples::exceptions::Exceptions;
use xtask::examples::{Report, check};

use crate::{Fake, api, upstream};

/// What the specification says of a thing.
fn thing() -> Value {
    json!({"type": "object", "properties": {
        "count": {"type": "integer"},
        "made": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }})
}

/// Runs an example of an answer and a body through a crate that replies as `reply` says.
fn run(
    answer: &str,
    body: &str,
    exceptions: &str,
    mutate: bool,
    reply: impl FnMut(&Question<'_>) -> Reply,
) -> Report {
    let text = format!(
        "paths:
  /things/{{id}}:
    put:
      operationId: saveThing
      requestBody: {{content: {{application/json: {{example: {body}}}}}}}
      responses: {{'200': {{description: ok, content: {{application/json: {{example: {answer}}}}}}}}}
"
    );
    let api = api(&thing());
    let (cases, _) = collect(&api, &upstream(&text));
    let mut exceptions = Exceptions::parse("exceptions.yaml", exceptions.as_bytes()).unwrap();
    check(&cases, &mut exceptions, mutate, &mut Fake(reply)).unwrap()
}

const NONE: &str = "exceptions: []";

/// The crate if it wrote what it read.
#[expect(clippy::unnecessary_wraps, reason = "it is a reply")]
fn echo(question: &Question<'_>) -> Reply {
    Ok(question.json.to_owned())
}

#[test]
fn what_comes_back_as_it_was_has_passed() {
    let report = run("{count: 7}", "{count: 7}", NONE, false, echo);
    assert!(report.is_good(), "{report}");
}

#[test]
fn notation_order_and_undocumented_properties_do_not_count() {
    let report = run(
        "{count: '7', made: 2026-02-28 12:00:00, more: 1, tags: null}",
        "{count: 7.0, tags: [a, '1'], more: 1}",
        NONE,
        false,
        |question| match question.kind {
            "answer" => Ok(r#"{"made": "2026-02-28T12:00:00Z", "count": 7, "tags": []}"#.into()),
            _ => Ok(r#"{"tags": ["a", "1"], "count": 7}"#.into()),
        },
    );
    assert!(report.is_good(), "{report}");
}

#[test]
fn what_is_lost_added_or_changed_is_named_with_its_path() {
    for (after, expected) in [
        (r#"{"tags": ["a", "b"]}"#, "$.count: 7 became nothing"),
        (r#"{"count": 8, "tags": ["a", "b"]}"#, "$.count: 7 became 8"),
        (
            r#"{"count": 7, "tags": ["a", "c"]}"#,
            r#"$.tags[1]: "b" became "c""#,
        ),
        (r#"{"count": 7, "tags": ["a"]}"#, "$.tags: ["),
        (
            r#"{"count": 7, "tags": ["a", "b"], "made": null}"#,
            "$.made: nothing became null",
        ),
    ] {
        let report = run(
            "{}",
            "{count: 7, tags: [a, b]}",
            NONE,
            false,
            |question| match question.kind {
                "answer" => echo(question),
                _ => Ok(after.into()),
            },
        );
        assert!(!report.is_good());
        assert!(report.to_string().contains(expected), "{report}");
    }
}

#[test]
fn exceptions_let_off_the_place_that_they_name_and_have_to_occur() {
    let refuse = |question: &Question<'_>| match question.kind {
        "answer" => Err("the answer is not as documented at `$.tags[2]`: no".into()),
        _ => echo(question),
    };
    let exception = |path: &str| {
        format!(
            "exceptions: [{{operation: policies.save_thing, in: answer, path: '{path}', reason: test}}]"
        )
    };
    let report = run("{}", "{}", &exception("$.tags[*]"), false, refuse);
    assert!(report.is_good(), "{report}");
    let report = run("{}", "{}", &exception("$.count"), false, refuse);
    assert!(!report.is_good());
    let text = report.to_string();
    assert!(
        text.contains("$.tags[2]: the answer is not as documented"),
        "{text}"
    );
    assert!(
        text.contains("policies.save_thing answer $.count: this exception has not occurred"),
        "{text}"
    );
}

#[test]
fn an_exception_without_a_reason_is_refused() {
    let text = b"exceptions: [{operation: policies.save_thing, in: answer}]";
    let error = Exceptions::parse("exceptions.yaml", text).unwrap_err();
    assert_eq!(
        error,
        "exceptions.yaml: exception 1: found no `reason`, expected a text"
    );
}

/// A crate that reads one integer at `$.count`.
fn strict(question: &Question<'_>) -> Reply {
    let value: Value = serde_json::from_str(question.json).unwrap();
    let integer = |value: &Value| value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let quoted = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.parse::<i64>().is_ok())
    };
    let refused = |path: &str| Err(format!("the answer is not as documented at `{path}`: no"));
    match &value {
        Value::Null => echo(question),
        Value::Object(map) => match map.get("count") {
            None | Some(Value::Null) => echo(question),
            Some(count) if integer(count) || quoted(count) => echo(question),
            Some(_) => refused("$.count"),
        },
        _ => refused("$"),
    }
}

#[test]
fn mutants_are_judged_by_what_the_specification_says() {
    let report = run("{count: 7}", "{}", NONE, true, strict);
    assert!(report.is_good(), "{report}");
    let text = report.to_string();
    // `$` four ways and `$.count` four ways: a value of another type.
    assert!(
        text.contains("other type                    0        8        0"),
        "{text}"
    );
}

#[test]
fn a_crate_that_is_too_strict_too_lax_or_vague_is_found_out() {
    let judged = |reply: fn(&Question<'_>) -> Reply| {
        let report = run("{count: 7}", "{}", NONE, true, reply);
        assert!(!report.is_good());
        report.to_string()
    };
    let strict_about_text = judged(|question| match question.json {
        r#"{"count":"7"}"# => Err("expected an integer".into()),
        _ => strict(question),
    });
    assert!(
        strict_about_text.contains("policies.save_thing answer, number as text at $.count"),
        "{strict_about_text}"
    );
    let lax = judged(echo);
    assert!(lax.contains("is read, and should be refused"), "{lax}");
    let vague = judged(|question| strict(question).map_err(|_| "no".into()));
    assert!(vague.contains("is refused without its path: no"), "{vague}");
}
