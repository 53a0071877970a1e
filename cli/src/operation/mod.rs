//! The commands of the documented operations: `secure-access SCOPE OPERATION`.
//!
//! `flags` are made from the document of an operation; `command` makes its command of them, with the texts of `help`. `arguments` reads a
//! command line to a [`Call`], whose values `check` compares with the document, and which makes the request; the tools for agents make
//! calls from JSON. `run` sends it, `list` reads all pages,
//! `preview` shows what would be sent, `template` a body to fill in. `notation` is how a caller writes values, and how messages name them.

mod arguments;
mod call;
mod check;
mod command;
mod flags;
mod help;
mod list;
mod notation;
mod preview;
mod run;
pub(crate) mod template;

pub(crate) use arguments::read_body;
pub(crate) use call::{Call, Effect, Payload, Values};
pub(crate) use check::alike;
pub(crate) use command::scope_command;
pub(crate) use help::quoted;
pub(crate) use list::{columns as list_columns, item_schema, print_items, set_page_size};
pub(crate) use notation::{Notation, location_name};
pub(crate) use preview::{preview, print as print_call, print_request};
pub(crate) use run::run;
