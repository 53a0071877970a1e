//! Files that are sent as parts of a multipart body.

use std::path::PathBuf;

use bytes::Bytes;
use reqwest::multipart::{Form, Part};

use crate::auth::BoxFuture;
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::pipeline::MultipartSource;

/// A file to send: bytes with a file name, or the path of a file that is read while it is sent.
///
/// ```
/// use cisco_secure_access::Upload;
///
/// let csv = Upload::bytes("objects.csv", "name,type\n");
/// let file = Upload::path("objects.csv");
/// ```
#[derive(Clone, Debug)]
pub struct Upload(Source);

#[derive(Clone, Debug)]
enum Source {
    Bytes { name: String, bytes: Bytes },
    Path(PathBuf),
}

impl Upload {
    /// Bytes, with a file name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self(Source::Bytes {
            name: name.into(),
            bytes: bytes.into(),
        })
    }

    /// A file, which is opened when the request is sent and streamed from there.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Source::Path(path.into()))
    }

    /// The part of a form. Its type comes from the extension of the file name: without it, some servers take a file for a field.
    async fn part(&self, operation: &'static Operation) -> Result<Part> {
        match &self.0 {
            Source::Bytes { name, bytes } => {
                let content_type = mime_guess::from_path(name).first_or_octet_stream();
                Part::stream(bytes.clone())
                    .file_name(name.clone())
                    .mime_str(content_type.as_ref())
                    .map_err(|error| Error::request(operation, error.to_string()))
            }
            Source::Path(path) => Part::file(path).await.map_err(|error| {
                let reason = format!("the file {} cannot be read: {error}", path.display());
                Error::request(operation, reason)
            }),
        }
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

/// The files of a multipart body, with the names of their parts.
pub(super) struct Uploads(pub(super) Vec<(&'static str, Upload)>);

impl MultipartSource for Uploads {
    fn form(&self, operation: &'static Operation) -> BoxFuture<'_, Result<Form>> {
        Box::pin(async move {
            let mut form = Form::new();
            for (name, upload) in &self.0 {
                form = form.part(*name, upload.part(operation).await?);
            }
            Ok(form)
        })
    }
}
