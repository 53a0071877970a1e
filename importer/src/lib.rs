//! The importer: what Cisco publishes as OpenAPI documents, made into the specifications that the crate `cisco-secure-access` is generated from.
//!
//! [`preview`] computes what an import of documents would write into the directory `specs/`, and [`run`] writes it. [`rebuild`] computes the same
//! from the documents that the directory keeps. [`lint`] has the rules that the specifications must follow, and [`diff`] says what separates two
//! sets of specifications. The library prints nothing and starts no program: it returns values, and reports that can be displayed.

mod apis;
mod base;
mod changes;
mod check;
mod choices;
pub mod diff;
mod document;
mod downgrade;
mod extensions;
mod fixes;
mod generation;
pub mod handwritten;
mod hosts;
mod import;
mod inputs;
mod integers;
mod kept_names;
pub mod lint;
mod merge;
mod metamodel;
pub mod names;
mod operations;
mod options;
mod outcome;
mod overlay;
mod pagination;
mod parameter_values;
mod placeholders;
mod precedence;
mod prepare;
mod read;
mod references;
mod remainder;
mod renames;
mod report;
mod resolve;
mod responses;
mod rust_names;
mod schemas;
mod similarity;
mod split;
mod status;
mod summary;
mod take_in;
mod write;
mod yaml;

pub use changes::Changes;
pub use document::{Document, KeptName, Operation, Precedence};
pub use extensions::Mismatch;
pub use import::{overlay_steps, preview, rebuild, rules, run};
pub use integers::Numbers;
pub use merge::api_name;
pub use operations::each_operation;
pub use options::Options;
pub use outcome::{Outcome, Preview};
pub use overlay::{Applied, Finding, Missing, Origins, StaleAction, Step};
pub use prepare::{Examples, Hosts, read_all};
pub use references::SCHEMAS;
pub use report::{Failure, Fix, Fixes, Marks, Place, Pointer};
pub use similarity::alike;
pub use summary::Summary;
pub use yaml::{Note, parse_any};
