//! What to say of the name of an operation that no specification has.

use cisco_secure_access_importer::alike;

/// How many operations are suggested.
const SUGGESTIONS: usize = 3;

/// The error for an operation that `holder` does not have: the names of the most similar ones, by words and by letters.
pub(crate) fn operation<'a>(
    holder: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> String {
    let score =
        |known: &str| alike(name, known).max(strsim::normalized_damerau_levenshtein(name, known));
    let mut near: Vec<(f64, &str)> = known.map(|known| (score(known), known)).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    let near: Vec<&str> = near
        .iter()
        .take(SUGGESTIONS)
        .map(|(_, known)| *known)
        .collect();
    format!(
        "{holder} has no operation {name}; the most similar are {}; `cargo xtask names` lists all",
        near.join(", ")
    )
}
