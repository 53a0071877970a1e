//! The state of required values in the type of a request or body, so that a missing value is a compile error.

/// A required value that is set.
pub enum Set {}

/// A state in which all required values are set, which building or sending requires. A state is a list with one type for each required
/// value: `()`, or the first and the rest.
#[diagnostic::on_unimplemented(
    message = "a required value is not set: `{Self}`",
    label = "call its setter before"
)]
pub trait IsSet: sealed::Sealed {}

impl IsSet for Set {}
impl IsSet for () {}
impl<First: IsSet, Rest: IsSet> IsSet for (First, Rest) {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Set {}
    impl Sealed for () {}
    impl<First, Rest> Sealed for (First, Rest) {}
}
