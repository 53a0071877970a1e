//! The options of an import.

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether the documents are all that there is: what they lack is removed. Otherwise other documents of the base stay.
    pub all: bool,
    /// Whether to take in scopes that the directory does not have.
    pub new_scope: bool,
    /// Whether more than a tenth of the operations may go.
    pub allow_removals: bool,
    /// Whether the documents describe their operations before all others, whatever their versions.
    pub first: bool,
    /// Whether schemas and APIs get the names that the documents give them, and not those that they have.
    pub forget_names: bool,
    /// Whether names may go that handwritten code uses.
    pub allow_lost_names: bool,
    /// Whether documents whose servers are all on hosts of another product are taken in.
    pub allow_other_hosts: bool,
}
