//! The modules of each crate of the workspace import each other in one direction: none reaches itself through its imports.
//!
//! The graph has a level for the children of each module. An import leads to the module that defines the item, also where another module
//! reexports it. What a parent defines itself is for its children, and is not part of their level. Unit tests may import anything.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cisco_secure_access_codegen::{Options, generate, scopes};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item, UseTree};
use xtask::{specs, workspace};

/// The names of a module and those around it, from the root of the crate: `["client", "builder"]`.
type ModulePath = Vec<String>;

/// The modules that each module of a level imports, by name.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// A module without its children.
#[derive(Debug, Default)]
struct Module {
    /// The names of what it defines.
    items: BTreeSet<String>,
    /// The paths of what it imports, by the names that it gives them.
    imports: BTreeMap<String, Vec<String>>,
    /// The paths of the modules of which it imports everything.
    globs: Vec<Vec<String>>,
    /// All paths in its code that begin with `crate`, `self` or `super`.
    paths: Vec<Vec<String>>,
}

/// The modules of a crate.
#[derive(Debug, Default)]
struct Crate(BTreeMap<ModulePath, Module>);

#[test]
fn the_modules_of_each_crate_import_each_other_in_one_direction() {
    let mut cycles = Vec::new();
    for (name, root) in libraries() {
        let library = Crate::read(&root);
        assert!(!library.0.is_empty(), "{name}");
        for (parent, graph) in library.graphs() {
            if let Some(cycle) = cycle(&graph) {
                let level = [vec![name.clone()], parent].concat().join("::");
                cycles.push(format!("{level}: {}", cycle.join(" → ")));
            }
        }
    }
    assert!(
        cycles.is_empty(),
        "circles of imports:\n{}",
        cycles.join("\n")
    );
}

#[test]
fn the_graph_of_the_crate_has_what_its_code_imports() {
    let library = Crate::read(&workspace().join("src/lib.rs"));
    let graphs = library.graphs();
    let root = &graphs[&ModulePath::new()];
    assert!(root["request"].contains("pipeline"), "{root:#?}");
    // Through a reexport, and in generated code.
    assert!(root["auth"].contains("error"), "{root:#?}");
    assert!(root["api"].contains("request"), "{root:#?}");
    let simulator = &graphs[&vec!["simulator".to_owned()]];
    assert!(simulator["service"].contains("dispatch"), "{simulator:#?}");
}

#[test]
fn imports_are_read_in_every_form() {
    let mut library = Crate::default();
    let code = "
        mod a { pub use super::b::{self, Deep as Flat}; pub struct A; fn f() -> crate::e::E { vec![crate::f::f()] } }
        mod b { pub struct Deep; pub use self::inner::*; mod inner { pub struct Inner; use super::super::g::G; } }
        mod c { use crate::a::Flat; }
        mod d { use crate::{b::Inner, Root}; fn f() -> TokenStream { quote!(crate::a::A) } }
        mod e { #[cfg(test)] mod tests { use crate::a::A; } macro_rules! m { () => { $crate::a::A } } }
        mod f {}
        mod g {}
        pub use c::C as Root;
    ";
    library.add(Vec::new(), syn::parse_file(code).unwrap().items, None);
    let graphs = library.graphs();
    let imports = |name: &str| -> Vec<&str> {
        let names = graphs[&ModulePath::new()][name].iter();
        names.map(String::as_str).collect()
    };
    assert_eq!(imports("a"), ["b", "e", "f"]);
    assert_eq!(imports("b"), ["g"]);
    assert_eq!(imports("c"), ["b"]);
    assert_eq!(imports("d"), ["b", "c"]);
    assert!(imports("e").is_empty());
}

#[test]
fn a_cycle_is_found() {
    let imports = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut graph = Graph::from([
        ("a".to_owned(), imports(&["b", "c"])),
        ("b".to_owned(), imports(&["c"])),
        ("c".to_owned(), imports(&[])),
    ]);
    assert_eq!(cycle(&graph), None);
    graph.insert("c".to_owned(), imports(&["b"]));
    assert_eq!(cycle(&graph).unwrap(), ["b", "c", "b"]);
}

/// The libraries of the workspace: name, and file of the root module.
fn libraries() -> Vec<(String, PathBuf)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    targets
        .filter(|target| target["kind"][0] == "lib")
        .map(|target| {
            let name = target["name"].as_str().unwrap().to_owned();
            (name, target["src_path"].as_str().unwrap().into())
        })
        .collect()
}

impl Crate {
    /// Reads a crate from the file of its root module.
    fn read(root: &Path) -> Self {
        let mut library = Self::default();
        let items = parse(root).unwrap();
        library.add(Vec::new(), items, root.parent());
        library
    }

    /// Adds a module and its children, whose files are in a directory.
    fn add(&mut self, path: ModulePath, items: Vec<Item>, directory: Option<&Path>) {
        let mut module = Module::default();
        let items = items.into_iter().flat_map(|item| included(&path, item));
        for item in items.filter(|item| !is_test(attributes(item))) {
            let Item::Mod(child) = item else {
                module.add(&item);
                continue;
            };
            let name = child.ident.to_string();
            let directory = directory.map(|directory| directory.join(&name));
            let items = match child.content {
                Some((_, items)) => Some(items),
                None => directory.as_deref().and_then(read_child),
            };
            if let Some(items) = items {
                let path = [path.clone(), vec![name]].concat();
                self.add(path, items, directory.as_deref());
            }
        }
        self.0.insert(path, module);
    }

    /// For each module, which of its children import each other.
    fn graphs(&self) -> BTreeMap<ModulePath, Graph> {
        let mut graphs: BTreeMap<ModulePath, Graph> = BTreeMap::new();
        for path in self.0.keys() {
            if let Some((name, parent)) = path.split_last() {
                let graph = graphs.entry(parent.to_vec()).or_default();
                graph.entry(name.clone()).or_default();
            }
        }
        for (from, module) in &self.0 {
            for path in &module.paths {
                let to = self.resolve(from, path, 0);
                let common = from.iter().zip(&to).take_while(|(one, other)| one == other);
                let level = common.count();
                // An item of a module around this one, or of one in it.
                let (Some(one), Some(other)) = (from.get(level), to.get(level)) else {
                    continue;
                };
                let graph = graphs.entry(from[..level].to_vec()).or_default();
                graph.entry(one.clone()).or_default().insert(other.clone());
            }
        }
        graphs
    }

    /// The module that defines what a path in a module leads to.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> ModulePath {
        /// Reexports of reexports are not deeper.
        const MAX_DEPTH: usize = 8;

        let mut current = from.to_vec();
        for (index, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => current.clear(),
                "self" => {}
                "super" => drop(current.pop()),
                name => {
                    let child = [current.clone(), vec![name.to_owned()]].concat();
                    if self.0.contains_key(&child) {
                        current = child;
                        continue;
                    }
                    let rest = &path[index + 1..];
                    return match self.reexport(&current, name) {
                        Some(target) if depth < MAX_DEPTH => {
                            self.resolve(&current, &[&target, rest].concat(), depth + 1)
                        }
                        _ => current,
                    };
                }
            }
        }
        current
    }

    /// The path by which a module gets a name that it does not define.
    fn reexport(&self, module: &[String], name: &str) -> Option<Vec<String>> {
        let Module {
            items,
            imports,
            globs,
            ..
        } = self.0.get(module)?;
        if items.contains(name) {
            return None;
        }
        let from_glob = || {
            globs.iter().find_map(|glob| {
                let target = self.resolve(module, glob, 0);
                let defines = self.0.get(&target)?.items.contains(name) && target != module;
                defines.then(|| [glob.as_slice(), &[name.to_owned()]].concat())
            })
        };
        imports.get(name).cloned().or_else(from_glob)
    }
}

impl Module {
    fn add(&mut self, item: &Item) {
        self.items.extend(name_of(item));
        if let Item::Use(import) = item {
            self.import(&import.tree, Vec::new());
        }
        paths(item.to_token_stream(), &[], &mut self.paths);
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>) {
        match tree {
            UseTree::Path(next) => {
                path.push(next.ident.to_string());
                self.import(&next.tree, path);
            }
            UseTree::Name(name) => {
                let mut name = name.ident.to_string();
                if name == "self" {
                    name = path.last().cloned().unwrap_or_default();
                } else {
                    path.push(name.clone());
                }
                self.imports.insert(name, path);
            }
            UseTree::Rename(rename) => {
                path.push(rename.ident.to_string());
                self.imports.insert(rename.rename.to_string(), path);
            }
            UseTree::Glob(_) => self.globs.push(path),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone());
                }
            }
        }
    }
}

/// The paths in code that begin with `crate`, `self` or `super`, and, in the braces of an import, those that go on from there. Code in `quote!`
/// is that of another crate, and `$crate` is for the crate in which a macro expands.
fn paths(code: TokenStream, begin: &[String], found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let is_colon = |index: usize| matches!(tokens.get(index), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    let mut index = 0;
    let mut before = None;
    while index < tokens.len() {
        let token = &tokens[index];
        index += 1;
        match token {
            TokenTree::Ident(first) => {
                let mut path = begin.to_vec();
                path.push(first.to_string());
                let mut group = None;
                while is_colon(index) && is_colon(index + 1) {
                    match tokens.get(index + 2) {
                        Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                        Some(TokenTree::Group(next)) => group = Some(next),
                        _ => break,
                    }
                    index += 3;
                }
                let is_quoted = path
                    .last()
                    .is_some_and(|last| ["quote", "parse_quote"].contains(&last.as_str()))
                    && matches!(tokens.get(index), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
                if is_quoted {
                    index += 2;
                } else if ["crate", "self", "super"].contains(&path[0].as_str())
                    && before != Some('$')
                {
                    match group {
                        Some(group) => paths(group.stream(), &path, found),
                        None if path.len() > 1 => found.push(path),
                        None => {}
                    }
                }
                before = None;
            }
            TokenTree::Group(group) => {
                paths(group.stream(), &[], found);
                before = None;
            }
            TokenTree::Punct(mark) => before = Some(mark.as_char()),
            TokenTree::Literal(_) => before = None,
        }
    }
}

/// The code of a file; nothing for a file that is only for unit tests.
fn parse(file: &Path) -> Option<Vec<Item>> {
    let text = fs::read_to_string(file).ok()?;
    let file = syn::parse_file(&text).unwrap();
    (!is_test(&file.attrs)).then_some(file.items)
}

/// The code of a module whose file is beside a directory, or in it.
fn read_child(directory: &Path) -> Option<Vec<Item>> {
    parse(&directory.with_extension("rs")).or_else(|| parse(&directory.join("mod.rs")))
}

/// An item, or the modules of the scopes where they are included.
fn included(path: &[String], item: Item) -> Vec<Item> {
    let is_include = matches!(&item, Item::Macro(item) if item.mac.path.is_ident("include"));
    if !is_include || path.last().is_none_or(|name| name != "api") {
        return vec![item];
    }
    let scopes = scopes(&specs()).unwrap();
    scopes.iter().map(|scope| module(scope)).collect()
}

/// The module of a scope, with the generated code.
fn module(scope: &str) -> Item {
    let text = fs::read_to_string(specs().join(format!("{scope}.json"))).unwrap();
    let options = Options {
        enabled: &|_| true,
        schemars: false,
    };
    let document = serde_json::from_str(&text).unwrap();
    let code = generate(scope, &document, &options).unwrap().code;
    let name = quote::format_ident!("{scope}");
    syn::parse_quote!(pub mod #name { #code })
}

fn is_test(attributes: &[Attribute]) -> bool {
    let condition = |attribute: &Attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => Some(list.tokens.to_string()),
        _ => None,
    };
    attributes
        .iter()
        .filter_map(condition)
        .any(|condition| condition == "test")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// A way from a module back to itself.
fn cycle(graph: &Graph) -> Option<Vec<String>> {
    fn visit(graph: &Graph, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        let module = path[path.len() - 1].clone();
        for next in graph.get(&module).into_iter().flatten() {
            if let Some(start) = path.iter().position(|known| known == next) {
                path.drain(..start);
                path.push(next.clone());
                return true;
            }
            if done.contains(next) {
                continue;
            }
            path.push(next.clone());
            if visit(graph, path, done) {
                return true;
            }
            path.pop();
        }
        done.insert(module);
        false
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| {
        let mut path = vec![module.clone()];
        (!done.contains(module) && visit(graph, &mut path, &mut done)).then_some(path)
    })
}
