//! Where a profile was read.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The file and the name of a profile, for errors.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) file: Arc<Path>,
    pub(super) name: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, profile `{}`", self.file.display(), self.name)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
