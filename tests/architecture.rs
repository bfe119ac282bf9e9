//! Reads the imports and paths of `src` and `local/src`. No file and no module is part of a circle, and the modules of
//! `src` use each other as the table in ARCHITECTURE.md says.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use gateway_tests::repository;
// Tokens are enough, and they show the paths in macros too, which a parser leaves unread.
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use serde_json::json;

/// For each name the names that it uses.
type Graph = BTreeMap<String, BTreeSet<String>>;
/// The names of a path, such as `crate`, `json` and `Json`.
type Names = Vec<String>;

/// The tokens of a file without its tests, brackets among them.
fn flatten(stream: TokenStream, flat: &mut Names) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let text = tree.to_string();
        match tree {
            TokenTree::Punct(_) if text == "#" && trees.peek().is_some_and(is_for_tests) => {
                while trees.next().is_some_and(|tree| !ends_item(&tree)) {}
            }
            TokenTree::Punct(punct) if text == ":" && punct.spacing() == Spacing::Joint => {
                trees.next();
                flat.push("::".to_owned());
            }
            TokenTree::Group(group) => {
                flat.extend(text.get(..1).map(str::to_owned));
                flatten(group.stream(), flat);
                let end = match group.delimiter() {
                    Delimiter::Brace => "}",
                    Delimiter::Bracket => "]",
                    Delimiter::Parenthesis | Delimiter::None => ")",
                };
                flat.push(end.to_owned());
            }
            _ => flat.push(text),
        }
    }
}

fn is_for_tests(attribute: &TokenTree) -> bool {
    attribute.to_string().replace(' ', "") == "[cfg(test)]"
}

fn ends_item(tree: &TokenTree) -> bool {
    tree.to_string() == ";" || tree.to_string().starts_with('{')
}

#[derive(Default)]
struct File {
    path: String,
    /// the paths in it, without re-exports: whoever imports a re-exported name uses the file that defines it
    uses: Vec<Names>,
    /// the names that `use` brings in, with their paths
    imports: BTreeMap<String, Names>,
}

impl File {
    fn read(path: String, text: &str) -> Self {
        let mut file = File { path, ..File::default() };
        let mut tokens = Names::new();
        flatten(text.parse().expect("the file is Rust"), &mut tokens);
        let (mut rest, mut before) = (tokens.as_slice(), "");
        while let [token, after @ ..] = rest {
            rest = after;
            if token == "use" {
                // The bracket is that of `pub(super)`.
                rest = file.read_import(after, &[], ["pub", ")"].contains(&before));
            } else if rest.first().is_some_and(|next| next == "::") {
                let mut path = vec![token.clone()];
                while let [colons, name, after @ ..] = rest
                    && colons == "::"
                {
                    path.push(name.clone());
                    rest = after;
                }
                file.uses.push(path);
            }
            before = token;
        }
        file
    }

    /// Reads one tree of a `use`, and returns what follows it.
    fn read_import<'t>(
        &mut self,
        mut rest: &'t [String],
        prefix: &[String],
        is_public: bool,
    ) -> &'t [String] {
        let (mut path, mut alias) = (prefix.to_vec(), None);
        while ![",", ";", "}"].contains(&rest[0].as_str()) {
            match rest[0].as_str() {
                "{" => {
                    while rest[0] != "}" {
                        rest = self.read_import(&rest[1..], &path, is_public);
                    }
                    return &rest[1..];
                }
                "as" => {
                    alias = Some(rest[1].clone());
                    rest = &rest[1..];
                }
                "::" => {}
                "self" if !prefix.is_empty() => {}
                name => path.push(name.to_owned()),
            }
            rest = &rest[1..];
        }
        if path.len() > 1 {
            self.imports.extend(alias.or(path.last().cloned()).map(|name| (name, path.clone())));
            self.uses.extend((!is_public).then_some(path));
        }
        rest
    }
}

/// The files of a crate, each by the path of its module.
struct Crate(BTreeMap<Names, File>);

impl Crate {
    fn read(files: Vec<(String, String)>) -> Self {
        let read = |(path, text): (String, String)| {
            let mut names: Names = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            names.pop_if(|last| last == "mod" || last == "lib");
            (names, File::read(path, &text))
        };
        Crate(files.into_iter().map(read).collect())
    }

    /// The module whose file defines what a path leads to, seen from another module.
    fn definition(&self, from: &[String], path: &[String]) -> Names {
        let mut at = from.to_vec();
        let mut rest = path;
        while let [name, after @ ..] = rest {
            rest = after;
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            match name.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                _ if self.0.contains_key(&child) => at = child,
                name => {
                    let import = self.0.get(&at).and_then(|file| file.imports.get(name));
                    let Some(import) = import.filter(|import| import[0] != name) else { break };
                    return self.definition(&at, &[import, rest].concat());
                }
            }
        }
        at
    }

    /// What uses what, by a name for each module; what has the same name is one.
    fn graph(&self, name: impl Fn(&Names, &File) -> Option<String>) -> Graph {
        let mut graph = Graph::new();
        for (module, file) in &self.0 {
            let Some(user) = name(module, file) else { continue };
            let used = file.uses.iter().map(|path| self.definition(module, path));
            let used = used.filter_map(|module| name(&module, self.0.get(&module)?));
            let used: BTreeSet<String> = used.filter(|used| *used != user).collect();
            graph.entry(user).or_default().extend(used);
        }
        graph
    }

    fn files(&self) -> Graph {
        self.graph(|_, file| Some(file.path.clone()))
    }

    fn modules(&self) -> Graph {
        self.graph(|module, _| module.first().cloned())
    }
}

/// Every arrow that is part of a circle.
fn circles(graph: &Graph) -> Vec<(&str, &str)> {
    let reaches = |from: &str, to: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(name) = next.pop() {
            if seen.insert(name) {
                next.extend(graph[name].iter().map(String::as_str));
            }
        }
        seen.contains(to)
    };
    let arrows =
        graph.iter().flat_map(|(from, used)| used.iter().map(move |to| (from.as_str(), to.as_str())));
    arrows.filter(|(from, to)| reaches(to, from)).collect()
}

/// The files below a folder of `root` that are not tests.
fn sources(root: &Path, folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(sources(root, &path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("it is below the root").display().to_string();
            found.push((name, fs::read_to_string(&path).expect("it can be read")));
        }
    }
    found.retain(|(name, _)| {
        !name.split(['/', '.']).any(|part| ["tests", "bin"].contains(&part)) && name != "main.rs"
    });
    found
}

fn crate_in(folder: &str) -> Crate {
    let root = repository().join(folder);
    Crate::read(sources(&root, &root))
}

/// The table of ARCHITECTURE.md whose last column says which modules a module may use.
fn documented() -> Graph {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("the page is there");
    let rows = page.lines().skip_while(|line| !line.ends_with("| may use |")).skip(2);
    let quoted =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let cells = rows.map_while(|row| row.strip_prefix('|')?.strip_suffix('|')?.split_once('|'));
    let row =
        |(name, rest): (&str, &str)| Some((quoted(name).pop_first()?, quoted(rest.rsplit('|').next()?)));
    cells.filter_map(row).collect()
}

#[test]
fn no_file_and_no_module_is_part_of_a_circle() {
    for folder in ["src", "local/src"] {
        assert_eq!(circles(&crate_in(folder).files()), [], "{folder}");
        assert_eq!(circles(&crate_in(folder).modules()), [], "{folder}");
    }
}

#[test]
fn modules_use_exactly_what_the_architecture_allows() {
    let (found, documented) = (crate_in("src").modules(), documented());
    let modules: BTreeSet<&String> = found.keys().chain(documented.keys()).collect();
    let differ = modules.into_iter().filter(|module| found.get(*module) != documented.get(*module));
    let rows: Vec<String> = differ
        .map(|module| format!("{module}: code {:?}, page {:?}", found.get(module), documented.get(module)))
        .collect();
    assert!(rows.is_empty(), "ARCHITECTURE.md says otherwise than the code: {rows:#?}");
}

/// No check of what is written would notice: a filter drops such lines in any case.
#[test]
fn a_release_has_no_log_lines_below_info() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).expect("the manifest is there");
    let tracing = manifest.lines().find(|line| line.starts_with("tracing = ")).expect("it is named");
    assert!(tracing.contains("\"release_max_level_info\""), "{tracing}");
}

#[test]
fn finds_a_circle_through_re_exports_and_inline_paths() {
    let files = [
        ("lib.rs", "pub mod shop;"),
        (
            "shop/mod.rs",
            "mod order; mod price; pub(crate) use price::{self, Price}; pub use order::Order as Purchase;",
        ),
        ("shop/order.rs", "//! An order.\n\nuse super::Price; pub struct Order(Price);"),
        ("shop/price.rs", "pub struct Price; fn show() { print!(\"{}\", crate::shop::Purchase::NAME) }"),
        ("till.rs", "use crate::shop::price::Price; #[cfg(test)] mod tests { use crate::desk::Desk; }"),
        ("desk.rs", "use crate::till::Till; use std::fmt::{self, Display as _};"),
    ];
    let found = Crate::read(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    let circle = [("shop/order.rs", "shop/price.rs"), ("shop/price.rs", "shop/order.rs")];
    assert_eq!(circles(&found.files()), circle);
    assert_eq!(json!(found.modules()), json!({ "desk": ["till"], "shop": [], "till": ["shop"] }));
}
