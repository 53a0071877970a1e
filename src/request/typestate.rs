//! Required values of requests and bodies: whether they are set is part of the type, so a missing one does not compile.

/// A required value that is set.
pub enum Set {}

/// Whether required values are set; what builds or sends requires it. A state is a list of one type for each required value: `()`, or
/// the first and the rest.
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
