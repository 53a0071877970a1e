//! Required values of requests and bodies: whether they are set is part of the type, so a missing one does not compile.

/// A required value that is set.
#[derive(Clone, Copy, Debug)]
pub enum Set {}

/// Whether a required value is set; what builds or sends requires it of each.
#[diagnostic::on_unimplemented(
    message = "a required value is not set: `{Self}`",
    label = "call its setter before"
)]
pub trait IsSet: sealed::Sealed {}

impl IsSet for Set {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Set {}
}
