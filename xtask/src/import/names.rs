//! Names by rule: words, operation names and summaries.

use std::collections::HashSet;

use serde_json::Value;

use super::repair;

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

/// Gives every operation of the merged document its name, which is unique in its scope.
pub fn name_operations(whole: &mut Value) {
    let mut taken = HashSet::new();
    repair::each_operation(whole, |path, _, operation, _| {
        let scope = path.split('/').nth(1).unwrap_or("").to_owned();
        let base = snake(operation["x-upstream-id"].as_str().unwrap_or(""));
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let mut names = [base.clone()].into_iter().chain(numbered);
        if let Some(name) = names.find(|name| taken.insert((scope.clone(), name.clone()))) {
            operation.insert("operationId".into(), name.into());
        }
    });
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
