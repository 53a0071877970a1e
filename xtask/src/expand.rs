//! `cargo xtask expand`: the generated code, formatted for reading: that of a scope, or what one operation has of it.
//!
//! The code of an operation is cut out of that of its scope rather than generated alone, because what a type looks like depends on all
//! operations that use it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cisco_secure_access_codegen::{Options, generate, names, scopes};
use cisco_secure_access_openapi::Document;
use clap::Args;
use syn::visit::{self, Visit};
use syn::{File, ImplItem, Item};

use crate::command::{CommandResult, Printed};
use crate::{specs, unknown};

/// Prints the code that is generated, formatted for reading
///
/// All of a scope such as deployments, a file in specs/, or what one operation has of it: its method, its
/// request builder, its entry in the table of operations, and the types that these reach.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cargo xtask expand reports | less\n  cargo xtask expand deployments list_network_tunnel_groups"
)]
pub struct Arguments {
    /// The path scope
    scope: String,
    /// The operation, by the name of its method; `cargo xtask names` lists them
    operation: Option<String>,
    /// The directory of the specifications
    #[arg(long, value_name = "DIR", default_value_os_t = specs())]
    specs: PathBuf,
}

impl Arguments {
    /// Generates the code.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        run(&self.specs, &self.scope, self.operation.as_deref()).map(Printed::from)
    }
}

/// The code of a scope, or of one operation of it.
///
/// # Errors
/// When there is no such scope or operation, or the specification is not what an import writes.
pub fn run(specs: &Path, scope: &str, operation: Option<&str>) -> Result<String, String> {
    let path = specs.join(format!("{scope}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| {
        format!(
            "{}: {error}; the scopes are {}",
            path.display(),
            scopes(specs).unwrap_or_default().join(", ")
        )
    })?;
    let document = Document::parse(scope, &text)
        .map_err(|error| format!("{}: {error}; import the documents again", path.display()))?;
    let options = Options {
        enabled: &|_| true,
        schemars: false,
    };
    let generated =
        generate(scope, document.root(), &options).map_err(|error| error.to_string())?;
    let mut file: File = syn::parse2(generated.code)
        .map_err(|error| format!("the code of {scope} does not parse: {error}"))?;
    if let Some(operation) = operation {
        if document.operation(operation).is_none() {
            let known = document.operations().iter();
            let known = known.map(|known| known.id.as_str());
            return Err(unknown::operation(document.scope(), operation, known));
        }
        file.items = cut(file.items, operation);
    }
    Ok(prettyplease::unparse(&file).trim_end().to_owned())
}

/// What an operation has of the items of its scope: method, request, endpoint, entry in the table, and the types that these reach.
fn cut(items: Vec<Item>, operation: &str) -> Vec<Item> {
    let method = names::snake(operation);
    let request = BTreeSet::from([names::pascal(operation)]);
    let entry = BTreeSet::from([names::constant(operation)]);
    let mut cut = Vec::new();
    let mut types = None;
    for mut item in items {
        match &mut item {
            Item::Impl(block) => {
                block.items.retain(
                    |item| matches!(item, ImplItem::Fn(function) if function.sig.ident == method),
                );
                // `impl Client` has the method that leads to the scope, whose name no operation has.
                if !block.items.is_empty() {
                    cut.push(item);
                }
            }
            Item::Mod(module) => match (module.ident.to_string().as_str(), &mut module.content) {
                ("requests" | "endpoints", Some((_, items))) => {
                    keep(items, &request);
                    cut.push(item);
                }
                ("operations", Some((_, items))) => {
                    keep(items, &entry);
                    cut.push(item);
                }
                ("types", _) => types = Some(item),
                _ => {}
            },
            _ => {}
        }
    }
    if let Some(Item::Mod(mut module)) = types {
        if let Some((_, items)) = &mut module.content {
            let reached = reached(items, &cut);
            keep(items, &reached);
        }
        cut.push(Item::Mod(module));
    }
    cut
}

/// Keeps what belongs to one of the names.
fn keep(items: &mut Vec<Item>, names: &BTreeSet<String>) {
    items.retain(|item| owner(item).is_some_and(|owner| names.contains(&owner)));
}

/// The name of the type or constant that an item defines or says more of.
fn owner(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Impl(block) => type_owner(&block.self_ty),
        // Those of the runtime, such as `open_enum!`, name the type first.
        Item::Macro(item) => item.mac.tokens.clone().into_iter().find_map(|token| {
            let text = token.to_string();
            syn::parse_str::<syn::Ident>(&text).is_ok().then_some(text)
        }),
        _ => None,
    }
}

/// The name of a type; a request belongs to its endpoint, and a builder to its object.
fn type_owner(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(ty) = ty else {
        return None;
    };
    let last = ty.path.segments.last()?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => type_owner(ty),
                _ => None,
            })
        }
        _ => Some(last.ident.to_string()),
    }
}

/// The types that `roots` mention, and those that they mention in turn.
fn reached(types: &[Item], roots: &[Item]) -> BTreeSet<String> {
    let mut mentions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in types {
        if let Some(owner) = owner(item) {
            mentions
                .entry(owner)
                .or_default()
                .extend(Mentions::of([item]));
        }
    }
    let mut reached = BTreeSet::new();
    let mut waiting = Mentions::of(roots);
    while let Some(name) = waiting.pop_first() {
        if let Some(next) = mentions.get(&name)
            && reached.insert(name)
        {
            waiting.extend(next.iter().cloned());
        }
    }
    reached
}

/// The first words of paths, which types are named by.
struct Mentions(BTreeSet<String>);

impl Mentions {
    fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> BTreeSet<String> {
        let mut mentions = Self(BTreeSet::new());
        for item in items {
            mentions.visit_item(item);
        }
        mentions.0
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments.first();
        self.0
            .extend(first.map(|segment| segment.ident.to_string()));
        visit::visit_path(self, path);
    }
}
