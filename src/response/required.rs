//! Accessors for required values that a response may omit.

use std::panic::Location;

use crate::error::{Error, Result};

/// A value that a response may omit.
///
/// Every property of a response is an `Option`, because the service omits documented properties. If your program needs a value, call
/// `required`:
///
/// ```
/// use cisco_secure_access::Required as _;
///
/// # fn main() -> cisco_secure_access::Result<()> {
/// let id = Some(17);
/// assert_eq!(id.required()?, 17);
///
/// let name: Option<String> = None;
/// let error = name.as_deref().required().unwrap_err();
/// assert!(error.to_string().starts_with("the response lacks a value that is required at "));
/// # Ok(())
/// # }
/// ```
///
/// If the value is not `Copy`, borrow it (`group.name.as_deref().required()?`), or move it out of the response first
/// ([`Response::into_inner`](crate::Response::into_inner)).
pub trait Required: sealed::Sealed {
    /// The type of the value.
    type Value;

    /// Returns the value.
    ///
    /// # Errors
    /// [`ErrorKind::MissingValue`](crate::ErrorKind::MissingValue) if the value is absent; the error has the source location of the call.
    #[track_caller]
    fn required(self) -> Result<Self::Value>;
}

impl<T> Required for Option<T> {
    type Value = T;

    #[track_caller]
    fn required(self) -> Result<T> {
        match self {
            Some(value) => Ok(value),
            None => Err(Error::missing_value(Location::caller())),
        }
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T> Sealed for Option<T> {}
}
