//! Lets operations stay in their APIs when documents or tags have other names.
//!
//! The name of an API follows from the title of a document, or from a tag in the document of all APIs. Overlays, Cargo features and tables rest
//! on it, so an operation keeps the API that it has, and one that is new comes to the API that most operations of its document or tag keep. The base
//! remembers the names that do not follow from titles and tags any more.

use std::collections::BTreeMap;

use crate::document::Document;
use crate::merge::{Merged, merge};
use crate::operations::OperationKey;
use crate::report::{Failure, Fixes};

/// Operations by the API that they had, for an API that titles and tags make now.
type Group<'a> = BTreeMap<Option<&'a str>, usize>;

/// Makes the operations of `documents` keep the APIs that they have in `before`, and says which APIs would have another name.
///
/// # Errors
/// When the documents cannot be merged.
pub(crate) fn keep(
    before: &[Document],
    documents: &mut [Document],
) -> Result<Vec<String>, Failure> {
    let known: BTreeMap<OperationKey, String> = merged(before)?
        .into_iter()
        .map(|merged| (merged.operation.key(), merged.api))
        // Without a tag there is no name to keep.
        .filter(|(_, api)| !api.is_empty())
        .collect();
    forget(documents);
    let merged = merged(documents)?;
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for Merged {
        scope,
        api,
        operation,
        ..
    } in &merged
    {
        let group = groups.entry((scope, api)).or_default();
        *group
            .entry(known.get(&operation.key()).map(String::as_str))
            .or_default() += 1;
    }
    let mut kept: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for Merged {
        scope,
        api,
        operation,
        document,
        ..
    } in &merged
    {
        let key = operation.key();
        let own = known.get(&key).map(String::as_str);
        let wanted = own.or_else(|| prevailing(&groups[&(scope.as_str(), api.as_str())]));
        let Some(wanted) = wanted.filter(|wanted| wanted != api) else {
            continue;
        };
        *kept.entry((scope, api, wanted)).or_default() += 1;
        let operations = documents[*document].operations.iter_mut();
        for operation in operations.filter(|operation| operation.key() == key) {
            operation.kept_api = Some(wanted.to_owned());
        }
    }
    let notes = kept.into_iter().map(|((scope, api, wanted), count)| {
        format!("{scope}: {count} operations of {api:?} stay in the API {wanted:?}")
    });
    Ok(notes.collect())
}

/// Lets the names of APIs follow from titles and tags.
pub(crate) fn forget(documents: &mut [Document]) {
    let operations = documents
        .iter_mut()
        .flat_map(|document| &mut document.operations);
    operations.for_each(|operation| operation.kept_api = None);
}

/// The API that most operations of a group had.
fn prevailing<'a>(group: &Group<'a>) -> Option<&'a str> {
    let (api, count) = group.iter().max_by_key(|(_, count)| **count)?;
    let all: usize = group.values().sum();
    api.filter(|_| count * 2 > all)
}

fn merged(documents: &[Document]) -> Result<Vec<Merged>, Failure> {
    merge(documents, None, &mut Fixes::new())
}
