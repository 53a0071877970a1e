//! Files in a multipart body.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use crate::auth::BoxFuture;
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::pipeline::MultipartSource;

/// A file to send: bytes or a reader with a file name, or the path of a file.
///
/// ```
/// use cisco_secure_access::Upload;
///
/// let csv = Upload::bytes("objects.csv", "name,type\n");
/// let file = Upload::path("objects.csv");
/// let reader = Upload::reader("objects.txt", tokio::io::empty()).content_type("text/csv");
/// ```
#[derive(Clone)]
pub struct Upload {
    source: Source,
    /// The content type, if it does not follow from the file extension.
    content_type: Option<String>,
}

type Reader = Pin<Box<dyn AsyncRead + Send>>;

#[derive(Clone)]
enum Source {
    Bytes {
        name: String,
        bytes: Bytes,
    },
    Path(PathBuf),
    Reader {
        name: String,
        /// `None` after it was sent.
        reader: Arc<Mutex<Option<Reader>>>,
    },
}

impl Upload {
    /// Creates an upload of bytes, with a file name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::from(Source::Bytes {
            name: name.into(),
            bytes: bytes.into(),
        })
    }

    /// Creates an upload of a file, which is opened and streamed when the request is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::from(Source::Path(path.into()))
    }

    /// Creates an upload of the data of a reader, with a file name. The data is streamed, so it can be sent only once: the request is not
    /// retried, and follows no redirect that repeats the body.
    pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from(Source::Reader {
            name: name.into(),
            reader: Arc::new(Mutex::new(Some(Box::pin(reader)))),
        })
    }

    /// Sets the content type, such as `text/csv`. By default, it follows from the file extension.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Creates the part of a form. Without a content type, some servers treat a file as a field.
    async fn part(&self, operation: &'static Operation) -> Result<Part> {
        let part = match &self.source {
            Source::Bytes { name, bytes } => Part::stream(bytes.clone()).file_name(name.clone()),
            Source::Path(path) => Part::file(path).await.map_err(|error| {
                let reason = format!("the file {} cannot be read: {error}", path.display());
                Error::request(operation, reason)
            })?,
            Source::Reader { name, reader } => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(reader) = reader else {
                    let reason = format!("the reader of `{name}` was already sent");
                    return Err(Error::request(operation, reason));
                };
                let stream = ReaderStream::new(reader);
                Part::stream(Body::wrap_stream(stream)).file_name(name.clone())
            }
        };
        let content_type = match (&self.content_type, &self.source) {
            (Some(content_type), _) => content_type.clone(),
            // The part has a content type.
            (None, Source::Path(_)) => return Ok(part),
            (None, Source::Bytes { name, .. } | Source::Reader { name, .. }) => {
                let guess = mime_guess::from_path(name).first_or_octet_stream();
                guess.to_string()
            }
        };
        part.mime_str(&content_type).map_err(|_| {
            let reason = format!(
                "`{content_type}` is not a valid content type: expected a type such as `text/csv`"
            );
            Error::request(operation, reason)
        })
    }

    fn is_repeatable(&self) -> bool {
        match &self.source {
            Source::Bytes { .. } | Source::Path(_) => true,
            Source::Reader { reader, .. } => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                reader.is_some()
            }
        }
    }
}

impl From<Source> for Upload {
    fn from(source: Source) -> Self {
        Self {
            source,
            content_type: None,
        }
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Upload {
    /// Omits the content, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut upload = f.debug_struct("Upload");
        match &self.source {
            Source::Bytes { name, bytes } => {
                upload.field("name", name).field("size", &bytes.len());
            }
            Source::Path(path) => {
                upload.field("path", path);
            }
            Source::Reader { name, .. } => {
                upload.field("name", name);
            }
        }
        upload.finish_non_exhaustive()
    }
}

/// The files of a multipart body, with the names of their parts.
pub(super) struct Uploads(pub(super) Vec<(Cow<'static, str>, Upload)>);

impl MultipartSource for Uploads {
    fn form(&self, operation: &'static Operation) -> BoxFuture<'_, Result<Form>> {
        Box::pin(async move {
            let mut form = Form::new();
            for (name, upload) in &self.0 {
                form = form.part(name.clone(), upload.part(operation).await?);
            }
            Ok(form)
        })
    }

    fn is_repeatable(&self) -> bool {
        self.0.iter().all(|(_, upload)| upload.is_repeatable())
    }
}
