//! Names by rule: words, operation names and summaries.

use std::collections::HashSet;

use cisco_secure_access_openapi::words::words;
use serde_json::Value;

use crate::operations::{self, API};
use crate::report::Failure;
use crate::status::reason;

/// A name in snake_case.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// A name in PascalCase, acronyms as words: `DLPRuleEvents` is `DlpRuleEvents`.
pub fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}

/// A name in camelCase, acronyms as words: `hub_id` is `hubId`. A name without words stays as it is.
pub fn camel(name: &str) -> String {
    let pascal = pascal(name);
    if pascal.is_empty() {
        return name.to_owned();
    }
    let mut letters = pascal.chars();
    letters
        .next()
        .map(char::to_lowercase)
        .into_iter()
        .flatten()
        .chain(letters)
        .collect()
}

/// A text with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(char::to_uppercase)
        .into_iter()
        .flatten()
        .chain(letters)
        .collect()
}

/// The name of a schema by rule: upstream's without the dirt of its generator.
///
/// `operations` are the names of the operations, upstream's and ours: what is called after an operation follows its name.
pub fn schema_name(upstream: &str, operations: &[(String, String)]) -> String {
    let mut name = pascal(upstream);
    for (theirs, ours) in operations {
        let rest = name.strip_prefix(theirs.as_str()).unwrap_or("");
        if !theirs.is_empty() && is_part_of_operation(rest) {
            let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
            name = format!("{ours}{rest}");
            break;
        }
    }
    let mut words: Vec<String> = Vec::new();
    for word in self::words(&name) {
        let stem = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        match (stem, word[stem.len()..].parse::<u16>()) {
            // The generator numbers the branches of a composition from nothing, one, …
            ("of", number)
                if words
                    .last()
                    .is_some_and(|last| last == "one" || last == "any") =>
            {
                words.pop();
                words.push("variant".into());
                words.push((number.unwrap_or(0) + 1).to_string());
            }
            (stem, Ok(status)) if (100..600).contains(&status) => {
                words.extend((stem != "model").then(|| stem.to_owned()));
                words.extend(
                    reason(&status.to_string())
                        .split([' ', '-'])
                        .map(str::to_lowercase),
                );
            }
            // The item of a list is called after the list.
            ("inner", Err(_)) => {
                if let Some(last) = words.last_mut() {
                    *last = singular(last);
                }
            }
            ("obj", Err(_)) => {}
            ("req", Err(_)) => words.push("request".into()),
            ("res", Err(_)) => words.push("response".into()),
            _ => words.push(word),
        }
    }
    words.dedup();
    if words.len() > 1 {
        words.retain(|word| word != "schema");
    }
    match words.as_slice() {
        // Nothing but dirt: better than no name at all.
        [] => format!("Schema{name}"),
        words => words.iter().map(|word| capitalised(word)).collect(),
    }
}

/// Whether what follows the name of an operation makes of it the name of one of its schemas: `200Response`.
pub fn is_part_of_operation(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    rest.starts_with("Request") || rest.starts_with("Response")
}

/// Gives every operation of the merged document its name, made from method and path and unique in its scope.
pub fn name_operations(whole: &mut Value) {
    let both: HashSet<String> = whole["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, item)| item.get("put").is_some() && item.get("patch").is_some())
        .map(|(path, _)| path.clone())
        .collect();
    let mut taken = HashSet::new();
    operations::each_operation(whole, |path, method, operation, _| {
        let hint = format!("{} {}", operation["x-upstream-id"], operation[API]);
        let base = operation_name(path, method, &hint, both.contains(path));
        let scope = path.split('/').nth(1).unwrap_or("").to_owned();
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let mut names = [base.clone()].into_iter().chain(numbered);
        if let Some(name) = names.find(|name| taken.insert((scope.clone(), name.clone()))) {
            operation.insert("operationId".into(), name.into());
        }
    });
}

/// The key under which an overlay keeps the name that an operation had before.
const FORMER_NAME: &str = "x-former-name";

/// Rejects names that overlays got wrong, present and former ones: not in snake_case, or twice in a scope.
pub fn verify(whole: &mut Value) -> Result<(), Failure> {
    let mut taken = HashSet::new();
    let mut failures = Vec::new();
    verify_each(whole, "operationId", &mut taken, &mut failures);
    verify_each(whole, FORMER_NAME, &mut taken, &mut failures);
    if failures.is_empty() {
        Ok(())
    } else {
        Err(Failure(failures))
    }
}

fn verify_each(
    whole: &mut Value,
    key: &str,
    taken: &mut HashSet<String>,
    failures: &mut Vec<String>,
) {
    operations::each_operation(whole, |path, _, operation, at| {
        let name = operation.get(key);
        if name.is_none() && key == FORMER_NAME {
            return;
        }
        let name = name.and_then(Value::as_str).unwrap_or("");
        let scope = path.split('/').nth(1).unwrap_or("");
        let problem = if name.is_empty() || snake(name) != name {
            "expected a name in snake_case"
        } else if !taken.insert(format!("{scope} {name}")) {
            "expected a name that no other operation of the scope has"
        } else {
            return;
        };
        failures.push(format!(
            "#{}\n    found the name {name:?}, {problem}; correct the overlay that gives it",
            at.as_str()
        ));
    });
}

/// The last segments of paths that are actions rather than resources.
const ACTIONS: &[&str] = &["list", "refresh", "remove", "set", "upload", "validate"];

/// Segments that only group what is under them.
const GROUPS: &[&str] = &["alerting", "objects"];

/// The first words of segments that report figures rather than list things.
const FIGURES: &[&str] = &[
    "bandwidth",
    "detailed",
    "requests",
    "summaries",
    "top",
    "total",
    "unique",
];

/// The name of an operation: a verb for its method and the shape of its path, and the words of the path as resource.
///
/// `hint` holds names in which the words of a segment in one piece may be found: `networktunnelgroups` is three words.
/// `both` says that the path has PUT and PATCH.
fn operation_name(path: &str, method: &str, hint: &str, both: bool) -> String {
    let hint = words(hint);
    let segments: Vec<&str> = path
        .split('/')
        .skip(3)
        .filter(|segment| !GROUPS.contains(segment))
        .collect();
    let action = segments
        .last()
        .copied()
        .filter(|last| ACTIONS.contains(last));
    let segments = &segments[..segments.len() - usize::from(action.is_some())];
    let by_type = segments.last() == Some(&"{type}");
    let mut resource: Vec<String> = Vec::new();
    for (index, segment) in segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| !segment.starts_with('{'))
    {
        let mut found = segment_words(segment.trim_end_matches(".json"), &hint);
        let one = segments
            .get(index + 1)
            .is_some_and(|next| next.starts_with('{') && !by_type);
        if let Some(last) = found.last_mut().filter(|_| one) {
            *last = singular(last);
        }
        resource.append(&mut found);
    }
    resource.dedup();
    if resource.is_empty() {
        resource.extend(path.split('/').nth(1).map(str::to_owned));
    }
    let last_segment = segments.last().copied().unwrap_or("");
    let of_one = last_segment.starts_with('{');
    let plural = resource.last().is_some_and(|word| singular(word) != *word);
    let figures = segment_words(last_segment, &hint)
        .first()
        .is_some_and(|word| FIGURES.contains(&word.as_str()))
        || last_segment.contains("-by-");
    let verb = match (method, action) {
        ("post", Some(action)) => action,
        ("get", _) if plural && !of_one && !figures => "list",
        ("get", _) => "get",
        ("post", _) => "create",
        ("put", _) if both => "replace",
        ("put" | "patch", _) => "update",
        (method, _) => method,
    };
    if let Some(last) = resource.last_mut().filter(|_| verb == "create") {
        *last = singular(last);
    }
    let suffix = match by_type {
        true if resource.iter().any(|word| word == "by") => "_and_type",
        true => "_by_type",
        false => "",
    };
    format!("{verb}_{}{suffix}", resource.join("_"))
}

/// The words of a path segment in lower case; words in one piece are split as the hint spells them.
fn segment_words(segment: &str, hint: &[String]) -> Vec<String> {
    words(segment)
        .iter()
        .flat_map(|word| split_word(word, hint))
        .collect()
}

/// The run of at least two words of the hint that `word` is when they are written in one piece, or else the word.
fn split_word(word: &str, hint: &[String]) -> Vec<String> {
    for length in 2..=hint.len() {
        for run in hint.windows(length) {
            let mut run = run.to_vec();
            if run.concat() == word {
                return run;
            }
            if format!("{}s", run.concat()) == word {
                if let Some(last) = run.last_mut() {
                    last.push('s');
                }
                return run;
            }
        }
    }
    vec![word.to_owned()]
}

/// The singular of a plural word; other words as they are.
fn singular(word: &str) -> String {
    let same = ["ss", "us", "is"].iter().any(|end| word.ends_with(end))
        || ["dns", "ips", "aws", "saas"].contains(&word);
    match word {
        word if same => word.to_owned(),
        word if word.ends_with("ies") => format!("{}y", word.trim_end_matches("ies")),
        word if ["sses", "xes", "ches"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            word.trim_end_matches("es").to_owned()
        }
        word => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

/// The summary of the operation `name`: `list_api_keys` is `List API keys`.
pub fn summary(name: &str) -> String {
    // At the end of a name `ips` is the plural of `ip`, elsewhere it is intrusion prevention.
    let name = name
        .strip_suffix("_ips")
        .map_or_else(|| name.to_owned(), |rest| format!("{rest}_IPs"));
    let words: Vec<String> = name.split('_').map(acronym).collect();
    capitalised(&words.join(" "))
}

const ACRONYMS: &[&str] = &[
    "ai", "amp", "api", "asn", "dlp", "dns", "edm", "id", "idm", "ip", "ips", "s3", "saas", "swg",
    "taxii", "url", "vpn", "whois", "ztna",
];

fn acronym(word: &str) -> String {
    let (stem, plural) = match word.strip_suffix('s') {
        Some(stem) if !ACRONYMS.contains(&word) => (stem, "s"),
        _ => (word, ""),
    };
    match stem {
        "saas" => "SaaS".to_owned(),
        stem if ACRONYMS.contains(&stem) => format!("{}{plural}", stem.to_uppercase()),
        _ => word.to_owned(),
    }
}
