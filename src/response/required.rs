//! What a program needs and a response may lack.

use std::panic::Location;

use crate::error::{Error, Result};

/// A value that a response may lack, or an error where it does.
///
/// Every property of a response is an `Option`, because the service omits properties that it documents. A program that cannot go on
/// without one says so:
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
/// Take a value that cannot be copied by reference (`group.name.as_deref().required()?`), or out of the response first
/// ([`Response::into_inner`](crate::Response::into_inner)).
pub trait Required: sealed::Sealed {
    /// What the value is.
    type Value;

    /// The value.
    ///
    /// # Errors
    /// [`ErrorKind::MissingValue`](crate::ErrorKind::MissingValue) where it is absent; the error names the line that requires it.
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
