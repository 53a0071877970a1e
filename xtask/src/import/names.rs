//! Names by rule: words, operation names and summaries.

use std::collections::HashSet;

use serde_json::Value;

use super::repair;
use super::write::API;

/// The words of a name in any style, as they are written: `DLPRuleEvents` is `DLP`, `Rule`, `Events`.
pub fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after = letters.get(index + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || after.is_some_and(|after| after.is_lowercase())
            });
        if !letter.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(*letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name in snake_case.
pub fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// A name in PascalCase.
pub fn pascal(name: &str) -> String {
    words(name)
        .iter()
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(char::to_uppercase)
                .into_iter()
                .flatten()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
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
    repair::each_operation(whole, |path, method, operation, _| {
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
/// `both` tells that the path has PUT and PATCH.
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
        .flat_map(|word| split_word(&word.to_lowercase(), hint))
        .collect()
}

/// The run of at least two words of the hint that `word` is when they are written in one piece, or else the word.
fn split_word(word: &str, hint: &[String]) -> Vec<String> {
    for length in 2..=hint.len() {
        for run in hint.windows(length) {
            let mut run: Vec<String> = run.iter().map(|word| word.to_lowercase()).collect();
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
        word if word.ends_with("sses") || word.ends_with("xes") => {
            word.trim_end_matches("es").to_owned()
        }
        word => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

/// The summary of the operation `name`: `list_api_keys` is `List API keys`.
pub fn summary(name: &str) -> String {
    let words: Vec<String> = name.split('_').map(acronym).collect();
    let sentence = words.join(" ");
    let mut letters = sentence.chars();
    letters
        .next()
        .map(char::to_uppercase)
        .into_iter()
        .flatten()
        .chain(letters)
        .collect()
}

const ACRONYMS: &[&str] = &[
    "ai", "api", "asn", "csv", "dlp", "dns", "edm", "iam", "id", "idm", "ip", "ips", "s3", "saas",
    "swg", "taxii", "url", "vpn", "whois", "ztna",
];

fn acronym(word: &str) -> String {
    let (stem, plural) = match word.strip_suffix('s') {
        Some(stem) if !ACRONYMS.contains(&word) => (stem, "s"),
        _ => (word, ""),
    };
    match (ACRONYMS.contains(&stem), stem) {
        (true, "saas") => format!("SaaS{plural}"),
        (true, stem) => format!("{}{plural}", stem.to_uppercase()),
        (false, _) => word.to_owned(),
    }
}
