//! Files that are sent as a part of a multipart body.

use std::path::PathBuf;

use bytes::Bytes;

/// A file to send: bytes with a file name, or the path of a file that is read while it is sent.
///
/// ```
/// use cisco_secure_access::Upload;
///
/// let csv = Upload::bytes("objects.csv", "name,type\n");
/// let file = Upload::path("objects.csv");
/// ```
#[derive(Clone, Debug)]
pub struct Upload(pub(crate) Source);

#[derive(Clone, Debug)]
pub(crate) enum Source {
    Bytes { name: String, bytes: Bytes },
    Path(PathBuf),
}

impl Upload {
    /// Bytes, under a file name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self(Source::Bytes {
            name: name.into(),
            bytes: bytes.into(),
        })
    }

    /// A file, opened when the request is sent and streamed from there.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Source::Path(path.into()))
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}
