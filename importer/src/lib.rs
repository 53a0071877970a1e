//! The importer: what Cisco publishes as OpenAPI documents, made into the specifications that the crate `cisco-secure-access` is generated from.
//!
//! [`preview`] computes what an import of documents would write into the folder `specs/`, and [`run`] writes it. [`rebuild`] computes the same
//! from the documents that the folder keeps. [`lint`] has the rules that the specifications must follow, and [`diff`] says what separates two
//! sets of specifications. The library prints nothing and starts no program: it returns values, and reports that can be displayed.

pub mod apis;
pub mod base;
pub mod changes;
pub mod check;
pub mod choices;
pub mod diff;
pub mod document;
pub mod downgrade;
pub mod extensions;
pub mod generation;
pub mod grammar;
pub mod handwritten;
pub mod hosts;
pub mod import;
pub mod inputs;
pub mod integers;
pub mod lineage;
pub mod lint;
pub mod merge;
pub mod names;
pub mod operations;
pub mod options;
pub mod overlay;
pub mod pagination;
pub mod placeholders;
pub mod precedence;
pub mod read;
pub mod references;
pub mod remainder;
pub mod renames;
pub mod repair;
pub mod report;
pub mod resolve;
pub mod responses;
pub mod rust_names;
pub mod schemas;
pub mod similarity;
pub mod split;
pub mod status;
pub mod summary;
pub mod take_in;
pub mod write;
pub mod yaml;

pub use import::{
    Examples, Hosts, Outcome, Preview, RENAMES, overlay_steps, preview, read_all, rebuild, rules,
    run,
};
pub use options::Options;
pub use summary::Summary;
