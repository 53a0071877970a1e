//! The maintenance commands of `cisco-secure-access`, as a library so that tests can call them.

pub mod examples;
pub mod features;
pub mod import;
pub mod names;
