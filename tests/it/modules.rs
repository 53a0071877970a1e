//! The modules of `src/` import each other in one direction: no module reaches itself through its imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The top-level modules that each top-level module imports.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_modules_import_each_other_in_one_direction() {
    let graph = graph();
    for module in ["api", "auth", "client", "error", "pipeline", "request"] {
        assert!(graph.contains_key(module), "{module} is not in {graph:#?}");
    }
    assert!(graph["request"].contains("pipeline"));
    if let Some(cycle) = cycle(&graph) {
        panic!("a circle of imports: {}", cycle.join(" → "));
    }
}

#[test]
fn the_modules_of_the_simulator_import_each_other_in_one_direction() {
    let graph = simulator_graph();
    assert!(graph["service"].contains("dispatch"));
    assert!(graph["handlers"].contains("state"));
    if let Some(cycle) = cycle(&graph) {
        panic!("a circle of imports: {}", cycle.join(" → "));
    }
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

#[test]
fn imports_are_read_in_every_form() {
    let code = "
        use crate::a::X;
        use crate::{b::Y, c::{self, d}, Root};
        //! crate::comment
        fn f() -> crate::e::Z { crate::macro_by_example!() }
        macro_rules! m { () => { $crate::expanded::W } }
        #[cfg(test)]
        mod tests { use crate::only_in_tests; }
    ";
    let expected = ["Root", "a", "b", "c", "e", "macro_by_example"];
    assert_eq!(
        imports(code, "crate::").into_iter().collect::<Vec<_>>(),
        expected
    );
}

/// Reads `src/`, and the generated code that belongs to `api`.
fn graph() -> Graph {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let root = fs::read_to_string(source.join("lib.rs")).unwrap();
    let reexports = reexports(&root);
    let mut graph = Graph::new();
    let mut add = |module: &str, code: &str| {
        let found = imports(code, "crate::").into_iter().filter_map(|name| {
            let is_module = root.contains(&format!("mod {name};"));
            match reexports.get(&name) {
                _ if is_module => Some(name),
                Some(module) => Some(module.clone()),
                None => None,
            }
        });
        let known = graph.entry(module.to_owned()).or_default();
        known.extend(found.filter(|name| name != module));
    };
    for (module, code) in files(&source) {
        add(&module, &code);
    }
    for file in fs::read_dir(env!("OUT_DIR")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(path).unwrap();
            // Generated code is a stream of tokens.
            add("api", &code.replace(" :: ", "::").replace(" !", "!"));
        }
    }
    graph
}

/// The modules directly below `simulator`, with those of them that each imports; its root is above all of them.
fn simulator_graph() -> Graph {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/simulator");
    let root = fs::read_to_string(source.join("mod.rs")).unwrap();
    let is_module = |name: &str| root.contains(&format!("\nmod {name};"));
    let mut graph = Graph::new();
    for (module, code) in files(&source) {
        if is_module(&module) {
            let paths = ["super::", "crate::simulator::"];
            let found = paths.iter().flat_map(|path| imports(&code, path));
            let others: Vec<_> = found
                .filter(|name| is_module(name) && *name != module)
                .collect();
            graph.entry(module).or_default().extend(others);
        }
    }
    graph
}

/// The code below a directory, by top-level module.
fn files(source: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open = vec![source.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(source).unwrap();
            let top = below.iter().next().unwrap().to_str().unwrap();
            let module = top.trim_end_matches(".rs").to_owned();
            if path.is_dir() {
                open.push(path);
            } else if top.ends_with(".rs") && module == "lib" || module == "bin" {
                // Programs and the root are above all modules.
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((module, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// Which module each name at the root of the crate comes from.
fn reexports(root: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for statement in without_comments(root).split(';') {
        let Some((_, path)) = statement.split_once("use ") else {
            continue;
        };
        let Some((module, rest)) = path.split_once("::") else {
            continue;
        };
        for name in rest
            .split(|c: char| !is_identifier(c))
            .filter(|name| !name.is_empty())
        {
            names.insert(name.to_owned(), module.trim().to_owned());
        }
    }
    names
}

/// The names after a path such as `crate::`, without those in comments, unit tests and the paths of macros, which belong to where they expand.
fn imports(code: &str, path: &str) -> BTreeSet<String> {
    let code = without_comments(code);
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap();
    let code = code.split("#[cfg(test)]\n        mod ").next().unwrap();
    let mut names = BTreeSet::new();
    for (position, _) in code.match_indices(path) {
        if code[..position].ends_with(|c: char| c == '$' || is_identifier(c)) {
            continue;
        }
        let rest = &code[position + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.extend(first_name(rest)),
        }
    }
    names
}

/// The first name of each path in a group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (position, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group[start..position].trim()));
                start = position + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let end = path.find(|c| !is_identifier(c)).unwrap_or(path.len());
    Some(path[..end].to_owned()).filter(|name| !name.is_empty())
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn without_comments(code: &str) -> String {
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A way from a module back to itself.
fn cycle(graph: &Graph) -> Option<Vec<String>> {
    fn visit(graph: &Graph, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        let module = path.last().unwrap().clone();
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
