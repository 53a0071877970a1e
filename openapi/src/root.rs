//! A document as JSON, which schemas are read from.

use serde_json::Value;

/// A document as JSON, with the schemas under its `components`: it resolves references, and flattens compositions.
#[derive(Clone, Debug)]
pub struct Root(Value);

impl Root {
    pub(crate) fn new(json: Value) -> Self {
        Self(json)
    }

    /// The JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// What the names in Rust of a property, parameter or value of an enumeration are made of: its entry in `x-rust-names`, or else its
    /// name on the wire.
    #[must_use]
    pub fn rust_name<'a>(&'a self, wire: &'a str) -> &'a str {
        rust_name(&self.0["x-rust-names"], wire)
    }
}

/// The entry of a name on the wire in the table `x-rust-names`, or else the name itself.
#[must_use]
pub fn rust_name<'a>(table: &'a Value, wire: &'a str) -> &'a str {
    table[wire].as_str().unwrap_or(wire)
}
