//! What the command line names: files, directories and zip archives in, the bytes of the documents in them out.
//!
//! Nothing is trusted: how much is read is bounded, of archives once they are unpacked.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// The largest document that is read, in bytes.
pub(crate) const MAX_BYTES: u64 = 64 << 20;
/// The most files that are read from a directory or an archive.
const MAX_FILES: usize = 1000;
/// How deeply directories are searched.
const MAX_DIRECTORIES: usize = 8;

/// The endings of the names of documents.
const DOCUMENTS: &[&str] = &["yaml", "yml", "json"];

/// The bytes of a document.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its file name; within a directory or an archive, with the directories below that.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads what is at `path`: a document, or all documents of a directory or a zip archive, those on top first.
pub(crate) fn collect(path: &Path) -> Result<Vec<Input>, String> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    if path.is_dir() {
        let mut inputs = Vec::new();
        directory(path, &name, MAX_DIRECTORIES, &mut inputs)?;
        return some(inputs, &name, "directory");
    }
    let failed = |error: std::io::Error| format!("{}: cannot be read: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if has_ending(&name, &["zip"]) {
        return some(archive(file, &name)?, &name, "archive");
    }
    let bytes = bounded(&name, file, size)?;
    Ok(vec![Input {
        name: name.into_owned(),
        bytes,
    }])
}

fn some(inputs: Vec<Input>, name: &str, what: &str) -> Result<Vec<Input>, String> {
    match inputs.is_empty() {
        true => Err(format!(
            "{name}: found no `*.yaml`, `*.yml` or `*.json` in the {what}, expected at least one document"
        )),
        false => Ok(inputs),
    }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

/// Reads at most as much as a document may have.
fn bounded(name: &str, reader: impl Read, size: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if size <= MAX_BYTES {
        reader
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{name}: cannot be read: {error}; is the file complete?"))?;
    }
    let size = size.max(bytes.len() as u64);
    if size > MAX_BYTES {
        return Err(format!(
            "{name}: found {size} bytes or more, expected a document of at most {MAX_BYTES} bytes; split the document"
        ));
    }
    Ok(bytes)
}

fn check_count(name: &str, count: usize) -> Result<(), String> {
    match count > MAX_FILES {
        true => Err(format!(
            "{name}: found more than {MAX_FILES} files, expected fewer; pass the documents themselves"
        )),
        false => Ok(()),
    }
}

fn directory(
    path: &Path,
    name: &str,
    deeper: usize,
    inputs: &mut Vec<Input>,
) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: cannot be read: {error}", path.display());
    let mut files = Vec::new();
    let mut directories = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            directories.push((inner, path));
        } else if has_ending(&inner, DOCUMENTS) {
            files.push((inner, path));
        }
        check_count(name, files.len() + directories.len())?;
    }
    files.sort();
    directories.sort();
    for (name, path) in files {
        inputs.extend(collect(&path)?.into_iter().map(|input| Input {
            name: name.clone(),
            ..input
        }));
        check_count(&name, inputs.len())?;
    }
    // Deeper than that, documents are not kept; links back up are not followed anyway.
    if deeper > 0 {
        for (name, path) in directories {
            directory(&path, &name, deeper - 1, inputs)?;
        }
    }
    Ok(())
}

fn archive(file: File, name: &str) -> Result<Vec<Input>, String> {
    let failed = |error: zip::result::ZipError| {
        format!(
            "{name}: found what is no zip archive ({error}), expected one; is the file complete?"
        )
    };
    let mut archive = ZipArchive::new(file).map_err(failed)?;
    check_count(name, archive.len())?;
    let mut names = Vec::new();
    for inner in archive.file_names() {
        let inner = inner.map_err(failed)?.into_owned();
        if has_ending(&inner, DOCUMENTS) && !inner.starts_with("__MACOSX/") {
            names.push(inner);
        }
    }
    names.sort_by_key(|name| (name.matches('/').count(), name.clone()));
    let mut inputs = Vec::new();
    let mut left = MAX_BYTES;
    for inner in names {
        let entry = archive.by_name(&inner).map_err(failed)?;
        let whole = format!("{name}/{inner}");
        let size = entry.size();
        let bytes = bounded(&whole, entry, size)?;
        left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            format!("{name}: found more than {MAX_BYTES} bytes once unpacked, expected fewer; pass the documents themselves")
        })?;
        inputs.push(Input { name: whole, bytes });
    }
    Ok(inputs)
}
