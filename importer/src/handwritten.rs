//! The names of generated code that handwritten code uses: which of them would be gone with other specifications.
//!
//! The names are derived from both codes. From the handles of the scopes, and from the generated types that a file mentions, its words lead
//! through methods, fields and variants to further types. What is reached that way is used. Words are the identifiers of the code, also in macros and
//! in the examples of documentation, and strings that hold one word, such as names of operations and features.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::names::pascal;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, Item, Visibility};

/// Where handwritten code is, from the root of the repository.
const PLACES: [&str; 6] = [
    "src",
    "examples",
    "benches",
    "tests",
    "README.md",
    "Cargo.toml",
];

/// The names of the generated code of a scope.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The handle of the scope, which every file can reach.
    handle: String,
    owners: BTreeMap<String, Owner>,
}

/// A type, or another item.
#[derive(Debug, Default, PartialEq, Eq)]
struct Owner {
    /// Its methods, fields and variants, with the words of their types.
    members: BTreeMap<String, BTreeSet<String>>,
    /// The words of what else is defined of it, such as the type of a response.
    mentions: BTreeSet<String>,
    /// Whether the code defines it, and does not only implement something of it.
    is_defined: bool,
}

impl Names {
    /// The names of the code of a scope.
    ///
    /// # Errors
    /// When the code is no Rust.
    pub fn of(scope: &str, code: TokenStream) -> Result<Self, String> {
        let file: syn::File = syn::parse2(code)
            .map_err(|error| format!("the code of {scope} does not parse: {error}"))?;
        let mut names = Self {
            handle: pascal(scope),
            ..Self::default()
        };
        file.items.iter().for_each(|item| names.read(item));
        names.owners.retain(|_, owner| owner.is_defined);
        Ok(names)
    }

    fn read(&mut self, item: &Item) {
        match item {
            Item::Mod(module) => {
                let items = module.content.iter().flat_map(|(_, items)| items);
                items.for_each(|item| self.read(item));
            }
            Item::Struct(item) => {
                let owner = self.owner(&item.ident);
                for field in &item.fields {
                    if let (Visibility::Public(_), Some(ident)) = (&field.vis, &field.ident) {
                        owner.members.insert(ident.to_string(), idents(&field.ty));
                    }
                }
            }
            Item::Enum(item) => {
                let owner = self.owner(&item.ident);
                for variant in &item.variants {
                    let fields = idents(&variant.fields);
                    owner.members.insert(variant.ident.to_string(), fields);
                }
            }
            Item::Type(item) => self.owner(&item.ident).mentions.extend(idents(&item.ty)),
            Item::Static(item) => drop(self.owner(&item.ident)),
            Item::Impl(item) => self.implementation(item),
            Item::Macro(item) => self.enumeration(item.mac.tokens.clone()),
            _ => {}
        }
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let methods = item.items.iter().filter_map(|item| match item {
            ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some(method),
            _ => None,
        });
        let methods: Vec<_> = methods
            .map(|method| (method.sig.ident.to_string(), idents(&method.sig)))
            .collect();
        let types = item.items.iter().filter_map(|item| match item {
            ImplItem::Type(of) => Some(idents(&of.ty)),
            _ => None,
        });
        let types: BTreeSet<String> = types.flatten().collect();
        for owner in idents(&item.self_ty) {
            let owner = self.owners.entry(owner).or_default();
            owner.members.extend(methods.iter().cloned());
            owner.mentions.extend(types.iter().cloned());
        }
    }

    /// Reads an enumeration, which a macro of the runtime makes: `#[doc = "…"] Color { #[doc = "…"] Red = "red" }`.
    fn enumeration(&mut self, tokens: TokenStream) {
        let mut owner = None;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => owner = Some(ident),
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let variants = group.stream().into_iter().filter_map(|token| match token {
                        TokenTree::Ident(ident) => Some((ident.to_string(), BTreeSet::new())),
                        _ => None,
                    });
                    if let Some(owner) = &owner {
                        self.owner(owner).members.extend(variants);
                    }
                }
                _ => {}
            }
        }
    }

    fn owner(&mut self, ident: &syn::Ident) -> &mut Owner {
        let owner = self.owners.entry(ident.to_string()).or_default();
        owner.is_defined = true;
        owner
    }

    /// What is used by a file of these words: owners, each with a member or, where the file names it, without.
    fn used<'a>(&'a self, words: &BTreeSet<String>) -> BTreeSet<(&'a str, &'a str)> {
        let is_named = |name: &&String| words.contains(*name) || **name == self.handle;
        let mut open: Vec<&str> = self
            .owners
            .keys()
            .filter(is_named)
            .map(String::as_str)
            .collect();
        let mut used: BTreeSet<(&str, &str)> = open.iter().map(|owner| (*owner, "")).collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some((name, owner)) = self.owners.get_key_value(name) else {
                continue;
            };
            if !reached.insert(name) {
                continue;
            }
            open.extend(owner.mentions.iter().map(String::as_str));
            let members = owner
                .members
                .iter()
                .filter(|(member, _)| words.contains(*member));
            for (member, mentions) in members {
                used.insert((name, member));
                open.extend(mentions.iter().map(String::as_str));
            }
        }
        used
    }

    /// What a file of these words uses, and `new` lacks. A type that is only reached may have another name, if its members are there.
    fn lost(&self, new: &Self, words: &BTreeSet<String>) -> Vec<String> {
        let reached = new.used(words);
        let is_kept = |(owner, member): &(&str, &str)| match new.owners.get(*owner) {
            Some(owner) => member.is_empty() || owner.members.contains_key(*member),
            None => {
                !words.contains(*owner)
                    && !member.is_empty()
                    && reached.iter().any(|(_, found)| found == member)
            }
        };
        let lost = self.used(words).into_iter().filter(|name| !is_kept(name));
        lost.map(|(owner, member)| match member {
            "" => owner.to_owned(),
            _ => format!("{owner}::{member}"),
        })
        .collect()
    }
}

/// The identifiers in code.
fn idents(code: &impl ToTokens) -> BTreeSet<String> {
    let mut words = Words::default();
    words.read(code.to_token_stream());
    words.found
}

/// The names of the old code, and the Cargo features of the old APIs, that handwritten code of a repository uses and the new ones lack, each with
/// the files that use it.
///
/// # Errors
/// When a file cannot be read.
pub fn lost(
    repository: &Path,
    old: &BTreeMap<String, Names>,
    new: &BTreeMap<String, Names>,
    lost_features: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let mut lost: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let nothing = Names::default();
    for place in PLACES {
        each_file(repository, Path::new(place), &mut |file, text| {
            let words = words(file, text);
            let features = lost_features.intersection(&words);
            let features = features.map(|feature| format!("the feature {feature}"));
            let names = old.iter().flat_map(|(scope, names)| {
                let new = new.get(scope).unwrap_or(&nothing);
                let names = names.lost(new, &words).into_iter();
                names.map(move |name| format!("{scope}::{name}"))
            });
            for name in features.chain(names) {
                lost.entry(name).or_default().insert(file.to_owned());
            }
        })?;
    }
    let lines = lost.into_iter().map(|(name, files)| {
        let files: Vec<String> = files.into_iter().collect();
        format!("{name}, in {}", files.join(", "))
    });
    Ok(lines.collect())
}

/// The Cargo features that handwritten code of a repository names in conditions, `feature = "…"`, with the files that do.
///
/// # Errors
/// When a file cannot be read.
pub fn features(repository: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for place in PLACES {
        each_file(repository, Path::new(place), &mut |file, text| {
            for rest in text.split("feature = \"").skip(1) {
                let feature = rest.split('"').next().unwrap_or_default();
                let files = found.entry(feature.to_owned()).or_default();
                files.insert(file.to_owned());
            }
        })?;
    }
    Ok(found)
}

/// Calls `visit` on each file at a place, with its name from the root of the repository and its text.
fn each_file(
    repository: &Path,
    place: &Path,
    visit: &mut impl FnMut(&str, &str),
) -> Result<(), String> {
    let path = repository.join(place);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        let mut entries = fs::read_dir(&path)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        entries.retain(|entry| entry.file_name() != "target");
        return entries
            .iter()
            .try_for_each(|entry| each_file(repository, &place.join(entry.file_name()), visit));
    }
    let kinds = ["rs", "md", "toml"];
    if path.is_file()
        && kinds
            .iter()
            .any(|kind| place.extension() == Some(kind.as_ref()))
    {
        let text = fs::read_to_string(&path).map_err(failed)?;
        visit(&place.to_string_lossy(), &text);
    }
    Ok(())
}

/// The words of a file.
fn words(file: &str, text: &str) -> BTreeSet<String> {
    match file.rsplit('.').next() {
        Some("rs") => rust(text),
        Some("md") => split(&examples(text)),
        _ => required_features(text),
    }
}

/// The words of Rust code.
fn rust(text: &str) -> BTreeSet<String> {
    let Ok(code) = text.parse::<TokenStream>() else {
        return split(text);
    };
    let mut words = Words::default();
    words.read(code);
    words.found.extend(split(&examples(&words.documentation)));
    words.found
}

/// The features that targets in a manifest require.
fn required_features(text: &str) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with("required-features"));
    let words = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    words.map(str::to_owned).collect()
}

/// The lines of a text that are code between fences.
fn examples(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn split(text: &str) -> BTreeSet<String> {
    let words =
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-');
    let parts = words.flat_map(|word| word.split('-').chain([word]));
    parts
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of code, and its documentation.
#[derive(Default)]
struct Words {
    found: BTreeSet<String>,
    documentation: String,
}

impl Words {
    fn read(&mut self, code: TokenStream) {
        // `#[doc = "…"]`
        let mut is_documentation = false;
        for token in code {
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(ident) => {
                    is_documentation = ident == "doc";
                    self.found.insert(ident.to_string());
                }
                TokenTree::Literal(literal) => {
                    if let Ok(syn::Lit::Str(text)) = syn::parse_str(&literal.to_string()) {
                        self.string(&text.value(), is_documentation);
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn string(&mut self, text: &str, is_documentation: bool) {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        if is_documentation {
            self.documentation.push_str(text);
            self.documentation.push('\n');
        } else if text.chars().all(is_word) {
            self.found.insert(text.to_owned());
        }
    }
}
