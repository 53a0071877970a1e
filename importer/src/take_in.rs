//! Takes documents into the base: each in the place of the one that it is the next version of, or behind all others.
//!
//! A document is known by its title, or, if that is another one now, by its operations: it keeps the title under which it is known, because names
//! of files, APIs and schemas rest on it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use cisco_secure_access_openapi::path_shape;

use crate::base::content;
use crate::document::{Document, Precedence};
use crate::merge::api_name;
use crate::options::Options;
use crate::precedence::{self, compare_versions};
use crate::report::Failure;
use crate::similarity::{overlap, pair_up};

/// What two documents share at least of all their operations if one is a version of the other: half of each.
const SAME_DOCUMENT: f64 = 1.0 / 3.0;

/// The documents of the base once others are taken in, and what there is to say of that.
#[derive(Debug)]
pub(crate) struct TakenIn {
    /// The documents.
    pub documents: Vec<Document>,
    /// The documents that are known under another title.
    pub retitled: Vec<String>,
    /// The documents that were left out, because a newer version of them was given too.
    pub left_out: Vec<String>,
}

/// Takes `given` into the base, in their order of precedence, or makes the base of them alone.
///
/// # Errors
/// When two of the documents have the same title and version.
pub(crate) fn take_in(
    base: &[Document],
    mut given: Vec<Document>,
    options: Options,
) -> Result<TakenIn, Failure> {
    for document in &mut given {
        document.content = content(document);
    }
    let mut retitled = Vec::new();
    let places = identify(base, &mut given, options, &mut retitled);
    let mut left_out = Vec::new();
    let given = newest(given.into_iter().zip(places).collect(), &mut left_out)?;
    let mut documents = match options.all {
        true => Vec::new(),
        false => base.to_vec(),
    };
    let is_ordered = documents.is_empty();
    let mut taken = Vec::new();
    for (document, known) in given {
        let document = as_before(known.map(|place| &base[place]), document);
        match known.filter(|_| !is_ordered) {
            Some(place) => {
                let precedence = documents[place].precedence.clone();
                documents[place] = Document {
                    precedence,
                    ..document
                };
                taken.push(place);
            }
            None => {
                taken.push(documents.len());
                let precedence = Precedence {
                    order: documents.len(),
                    settled: document.version.clone(),
                };
                let precedence = match is_ordered {
                    true => precedence,
                    false => Precedence {
                        settled: String::new(),
                        ..precedence
                    },
                };
                documents.push(Document {
                    precedence,
                    ..document
                });
            }
        }
    }
    precedence::rank(&mut documents);
    if options.first {
        put_first(&mut documents, &taken);
    }
    Ok(TakenIn {
        documents,
        retitled,
        left_out,
    })
}

/// Lets the documents at these places precede all others, whatever their versions.
fn put_first(documents: &mut [Document], first: &[usize]) {
    let mut order: Vec<usize> = (0..documents.len())
        .filter(|place| !first.contains(place))
        .collect();
    order.sort_by_key(|place| documents[*place].rank);
    for (rank, place) in first.iter().copied().chain(order).enumerate() {
        documents[place].rank = rank;
    }
    precedence::settle(documents);
}

/// The places of the documents of the base that `given` are versions of. Where names are kept, they get the titles of those.
fn identify(
    base: &[Document],
    given: &mut [Document],
    options: Options,
    retitled: &mut Vec<String>,
) -> Vec<Option<usize>> {
    let api = |document: &Document| api_name(&document.title);
    let by_title = |document: &Document| base.iter().position(|known| api(known) == api(document));
    let mut places: Vec<Option<usize>> = given.iter().map(by_title).collect();
    let mut gone: Vec<usize> = (0..base.len())
        .filter(|place| !places.contains(&Some(*place)))
        .collect();
    let mut new: Vec<usize> = (0..given.len())
        .filter(|index| places[*index].is_none())
        .collect();
    let pairs = pair_up(&mut gone, &mut new, SAME_DOCUMENT, |place, index| {
        similarity(&base[place], &given[index])
    });
    for (place, index) in pairs {
        places[index] = Some(place);
        let Document { name, title, .. } = &given[index];
        let known = &base[place].title;
        retitled.push(match options.forget_names {
            true => format!("{name}: {title:?} takes the place of {known:?}"),
            false => format!("{name}: {title:?} is known as {known:?}, and keeps that name"),
        });
    }
    if !options.forget_names {
        for (document, place) in given.iter_mut().zip(&places) {
            if let Some(place) = place {
                document.title.clone_from(&base[*place].title);
            }
        }
    }
    places
}

/// How many of their operations two documents share, of 1. The document of all APIs is none of a single path scope.
fn similarity(known: &Document, document: &Document) -> f64 {
    let paths = document.operations.iter().map(|operation| &operation.path);
    let scopes: BTreeSet<_> = paths.map(|path| path.split('/').nth(1)).collect();
    match api_name(&known.title).is_empty() && scopes.len() < 2 {
        true => 0.0,
        false => overlap(&operations(known), &operations(document)),
    }
}

/// The operations of a document: method and path, whatever its placeholders are called.
fn operations(document: &Document) -> BTreeSet<String> {
    let operations = document.operations.iter();
    operations
        .map(|operation| format!("{} {}", operation.method, path_shape(&operation.path)))
        .collect()
}

/// A document that was given, and the place of the one in the base that it is a version of.
type Given = (Document, Option<usize>);

/// Of several versions of one document the newest.
fn newest(given: Vec<Given>, left_out: &mut Vec<String>) -> Result<Vec<Given>, Failure> {
    let mut newest: Vec<Given> = Vec::new();
    let mut failures = Vec::new();
    for (document, place) in given {
        let is_same = |(other, known): &&mut Given| match (place, known) {
            (Some(place), Some(known)) => place == *known,
            _ => api_name(&other.title) == api_name(&document.title),
        };
        let Some(other) = newest.iter_mut().find(is_same) else {
            newest.push((document, place));
            continue;
        };
        match compare_versions(&document.version, &other.0.version) {
            _ if document.content == other.0.content => {}
            Ordering::Greater => {
                left_out.push(left_out_for(&other.0, &document));
                *other = (document, place);
            }
            Ordering::Less => left_out.push(left_out_for(&document, &other.0)),
            Ordering::Equal => failures.push(format!(
                "{} and {}: found two documents {:?} of version {:?} that differ, expected one; give the one that holds",
                other.0.name, document.name, document.title, document.version
            )),
        }
    }
    match failures.is_empty() {
        true => Ok(newest),
        false => Err(Failure(failures)),
    }
}

/// Says that a document is left out, and what it alone has.
fn left_out_for(old: &Document, new: &Document) -> String {
    let known = operations(new);
    let alone: Vec<String> = operations(old).difference(&known).cloned().collect();
    let alone = match alone.is_empty() {
        true => String::new(),
        false => format!("; it alone has {}", alone.join(", ")),
    };
    format!(
        "{}: version {} of {:?}, for version {} in {}{alone}",
        old.name, old.version, old.title, new.version, new.name
    )
}

/// A document that was read, or the one of the base if that says the same, in whatever notation: it has the names that its schemas keep.
fn as_before(known: Option<&Document>, document: Document) -> Document {
    match known.filter(|known| is_same(known, &document)) {
        Some(known) => Document {
            content: document.content,
            title: document.title,
            ..known.clone()
        },
        None => document,
    }
}

/// Whether two documents say the same.
fn is_same(known: &Document, document: &Document) -> bool {
    match known.content.is_empty() {
        true => known.sha256 == document.sha256,
        false => known.content == document.content && known.version == document.version,
    }
}
