//! Reads the house: every file of `src` as syntax, without its unit tests. Who
//! takes which name from whom is found out as the compiler would: along modules,
//! imports and re-exports.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenTree;
use syn::{
    Attribute, ImplItem, Item, ItemMod, UseTree, Visibility,
    spanned::Spanned,
    visit::{self, Visit},
};

/// A file of the house.
pub struct Room {
    /// Its path below `src`.
    pub file: String,
    /// Its module, such as `["app", "dialog", "help"]`; empty for `lib.rs`.
    pub module: Vec<String>,
    /// Its text.
    pub text: String,
    /// Names that the file defines itself, with whether they are types.
    pub defined: Vec<(String, bool)>,
    /// Every function with its name and lines.
    pub functions: Vec<(String, usize)>,
    /// Functions with a parameter that is a tuple of anything but numbers.
    pub tuple_parameters: Vec<String>,
    /// The strings of the code, with their lines.
    pub strings: Vec<(usize, String)>,
    /// What its `use` lines bring in: path, name, and whether it is re-exported.
    uses: Vec<(Names, String, bool)>,
    /// Paths in the code, those inside of macros included.
    paths: Vec<Names>,
}

/// The parts of a path in the code.
type Names = Vec<String>;

/// All files. Kept as plain data, so that it is read once for all tests.
pub struct House {
    pub rooms: Vec<Room>,
    /// Module → place in `rooms`.
    by_module: BTreeMap<Names, usize>,
    /// What each file brings into its scope: name → path.
    imports: Vec<BTreeMap<String, Names>>,
}

pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

pub fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|what| what == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

impl Room {
    /// Reads a file as if it stood at this place.
    pub fn read(file: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|why| panic!("{file}: {why}"));
        let mut module: Vec<String> = file
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
            module.pop();
        }
        let items: Vec<Item> = syntax
            .items
            .into_iter()
            .filter(|item| !is_test(attributes(item)))
            .collect();
        Self {
            file: file.to_owned(),
            module,
            text: text.to_owned(),
            defined: defined(&items),
            functions: functions(&items),
            tuple_parameters: tuple_parameters(&items),
            strings: strings(&items),
            uses: uses(&items),
            paths: paths(&items),
        }
    }

    /// The outermost module: `app`, `ui` …
    pub fn top(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// Names that the file defines itself, with whether they are types.
fn defined(items: &[Item]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for item in items {
        let (name, is_type) = match item {
            Item::Struct(item) => (&item.ident, true),
            Item::Enum(item) => (&item.ident, true),
            Item::Trait(item) => (&item.ident, true),
            Item::Type(item) => (&item.ident, true),
            Item::Union(item) => (&item.ident, true),
            Item::Fn(item) => (&item.sig.ident, false),
            Item::Const(item) => (&item.ident, false),
            Item::Static(item) => (&item.ident, false),
            Item::Macro(item) => {
                found.extend(made_by_macro(item));
                let Some(name) = &item.ident else { continue };
                (name, false)
            }
            _ => continue,
        };
        found.push((name.to_string(), is_type));
    }
    found
}

/// Every function with its name and lines.
fn functions(items: &[Item]) -> Vec<(String, usize)> {
    struct Functions(Vec<(String, usize)>);
    impl Functions {
        fn add(&mut self, name: &syn::Ident, spanned: &impl Spanned) {
            let span = spanned.span();
            let lines = span.end().line - span.start().line + 1;
            self.0.push((name.to_string(), lines));
        }
    }
    impl<'a> Visit<'a> for Functions {
        fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
            self.add(&item.sig.ident, &item.block);
            visit::visit_item_fn(self, item);
        }
        fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
            self.add(&item.sig.ident, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }
    let mut functions = Functions(Vec::new());
    for item in items {
        functions.visit_item(item);
    }
    functions.0
}

fn is_number(part: &syn::Type) -> bool {
    let named = |name: &syn::Ident| {
        let name = name.to_string();
        let digits = name.trim_start_matches(['i', 'u', 'f']);
        digits == "size" || digits.parse::<u8>().is_ok()
    };
    matches!(part, syn::Type::Path(path) if path.path.get_ident().is_some_and(named))
}

/// Functions with a parameter that is a tuple of anything but numbers.
fn tuple_parameters(items: &[Item]) -> Vec<String> {
    struct Tuples(Vec<String>);
    impl<'a> Visit<'a> for Tuples {
        fn visit_signature(&mut self, signature: &'a syn::Signature) {
            let tuple = signature.inputs.iter().any(|input| match input {
                syn::FnArg::Typed(typed) => match &*typed.ty {
                    syn::Type::Tuple(tuple) => {
                        tuple.elems.len() > 1 && !tuple.elems.iter().all(is_number)
                    }

                    _ => false,
                },
                syn::FnArg::Receiver(_) => false,
            });
            if tuple {
                self.0.push(signature.ident.to_string());
            }
        }
    }
    let mut tuples = Tuples(Vec::new());
    for item in items {
        tuples.visit_item(item);
    }
    tuples.0
}

/// The strings of the code, with their lines.
fn strings(items: &[Item]) -> Vec<(usize, String)> {
    struct Strings(Vec<(usize, String)>);
    impl Strings {
        fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => self.tokens(group.stream()),
                    TokenTree::Literal(literal) => {
                        let line = literal.span().start().line;
                        if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                            self.0.push((line, text.value()));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    impl<'a> Visit<'a> for Strings {
        fn visit_lit_str(&mut self, text: &'a syn::LitStr) {
            self.0.push((text.span().start().line, text.value()));
        }
        fn visit_macro(&mut self, item: &'a syn::Macro) {
            self.tokens(item.tokens.clone());
        }
        // Docs are no words of the screen.
        fn visit_attribute(&mut self, _: &'a Attribute) {}
    }
    let mut strings = Strings(Vec::new());
    for item in items {
        strings.visit_item(item);
    }
    strings.0
}

/// The ids are made by a macro, and so are actions and dialogs: the words behind
/// an attribute or alone in the rows.
fn made_by_macro(item: &syn::ItemMacro) -> Vec<(String, bool)> {
    let name = item.mac.path.segments.last().map(|s| s.ident.to_string());
    match name.as_deref() {
        Some("ids") => item
            .mac
            .tokens
            .clone()
            .into_iter()
            .filter_map(|token| match token {
                TokenTree::Ident(name) => Some((name.to_string(), true)),
                _ => None,
            })
            .collect(),
        Some("dialogs") => vec![("Dialog".into(), true)],
        Some("actions") if item.mac.tokens.to_string().contains("table") => {
            vec![("Action".into(), true), ("ACTIONS".into(), false)]
        }
        _ => Vec::new(),
    }
}

fn uses(items: &[Item]) -> Vec<(Names, String, bool)> {
    let mut uses = Vec::new();
    for item in items {
        if let Item::Use(item) = item {
            let mut found = Vec::new();
            leaves(&item.tree, &mut Vec::new(), &mut found);
            let shown = !matches!(item.vis, Visibility::Inherited);
            uses.extend(found.into_iter().map(|(path, name)| (path, name, shown)));
        }
    }
    uses
}

fn paths(items: &[Item]) -> Vec<Names> {
    let mut paths = Paths(Vec::new());
    for item in items {
        paths.visit_item(item);
    }
    paths.0
}

fn leaves(tree: &UseTree, before: &mut Names, found: &mut Vec<(Names, String)>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            let last = before.last().cloned().unwrap_or_default();
            found.push((before.clone(), last));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            let mut path = before.clone();
            path.push(name.clone());
            found.push((path, name));
        }
        UseTree::Rename(rename) => {
            let mut path = before.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            found.push((path, rename.rename.to_string()));
        }
        UseTree::Glob(_) => found.push((before.clone(), "*".into())),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, before, found);
            }
        }
    }
}

struct Paths(Vec<Names>);

impl Paths {
    fn add(&mut self, path: Names) {
        if path.len() > 1 {
            self.0.push(path);
        }
    }

    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path: Names = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if path.is_empty() || colons == 2 => {
                    path.push(name.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(name) => {
                    let done = std::mem::replace(&mut path, vec![name.to_string()]);
                    self.add(done);
                    colons = 0;
                    continue;
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
            self.add(std::mem::take(&mut path));
            colons = 0;
        }
        self.add(path);
    }
}

impl<'a> Visit<'a> for Paths {
    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments = path.segments.iter();
        self.add(segments.map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'a syn::Macro) {
        self.tokens(item.tokens.clone());
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        visit::visit_impl_item(self, item);
    }

    // Told apart by `uses`.
    fn visit_item_use(&mut self, _: &'a syn::ItemUse) {}
    fn visit_attribute(&mut self, _: &'a Attribute) {}
    fn visit_visibility(&mut self, _: &'a Visibility) {}
}

impl House {
    pub fn read() -> Self {
        let mut found = Vec::new();
        files(&source(), &mut found);
        let rooms = found
            .iter()
            .map(|path| path.strip_prefix(source()).expect("below src"))
            .filter(|path| {
                let test = |part: &std::ffi::OsStr| part == "tests.rs" || part == "tests";
                !path.iter().any(test)
            })
            .map(|path| {
                let text = fs::read_to_string(source().join(path)).expect("readable");
                Room::read(&path.to_string_lossy(), &text)
            })
            .collect();
        Self::of(rooms)
    }

    pub fn of(rooms: Vec<Room>) -> Self {
        let by_module = rooms
            .iter()
            .enumerate()
            .map(|(at, room)| (room.module.clone(), at))
            .collect();
        let mut house = Self {
            rooms,
            by_module,
            imports: Vec::new(),
        };
        house.imports = (0..house.rooms.len())
            .map(|at| {
                let uses = house.uses(at, true);
                uses.into_iter().map(|(path, name)| (name, path)).collect()
            })
            .collect();
        house
    }

    /// What the `use` lines of a file bring in, from the root: `(path, name)`.
    fn uses(&self, at: usize, with_re_exports: bool) -> Vec<(Names, String)> {
        let uses = self.rooms[at].uses.iter();
        uses.filter(|(_, _, re_exported)| with_re_exports || !re_exported)
            .filter_map(|(path, name, _)| Some((self.rooted(at, path)?, name.clone())))
            .collect()
    }

    /// A path as it stands in a file, from the root; `None` where it leads out of
    /// the crate.
    fn rooted(&self, at: usize, path: &[String]) -> Option<Names> {
        let module = &self.rooms[at].module;
        let mut rest = path;
        let mut base = match rest.first().map(String::as_str)? {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => {
                let mut base = module.clone();
                while rest.get(1).is_some_and(|next| next == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
                base.pop();
                base
            }
            first => {
                let mut child = module.clone();
                child.push(first.to_owned());
                if !self.by_module.contains_key(&child) {
                    return None;
                }
                base_with(module, rest)
            }
        };
        if matches!(rest[0].as_str(), "crate" | "self" | "super") {
            base.extend(rest[1..].iter().cloned());
        }
        Some(base)
    }

    /// The file where what a path names is defined.
    fn defined_in(&self, path: &[String], depth: usize) -> Option<usize> {
        let mut at = *self.by_module.get(&Vec::new())?;
        for (place, name) in path.iter().enumerate() {
            let mut child = self.rooms[at].module.clone();
            child.push(name.clone());
            if let Some(next) = self.by_module.get(&child) {
                at = *next;
                continue;
            }
            if let Some(target) = self.imports.get(at).and_then(|names| names.get(name)) {
                let mut target = target.clone();
                target.extend(path[place + 1..].iter().cloned());
                return (depth < 8)
                    .then(|| self.defined_in(&target, depth + 1))
                    .flatten();
            }
            break;
        }
        Some(at)
    }

    /// The files from which a file takes names: no `mod` and no `pub use` lines.
    pub fn takes_from(&self, at: usize) -> BTreeSet<usize> {
        let paths = self.rooms[at].paths.iter();
        let in_code = paths.filter_map(|path| self.rooted(at, path));
        self.uses(at, false)
            .into_iter()
            .map(|(path, _)| path)
            .chain(in_code)
            .filter_map(|path| self.defined_in(&path, 0))
            .filter(|target| *target != at)
            .collect()
    }

    /// The modules that a file names, re-exports included.
    pub fn modules_named(&self, at: usize) -> BTreeSet<String> {
        let paths = self.rooms[at].paths.iter();
        let in_code = paths.filter_map(|path| self.rooted(at, path));
        let in_uses = self.uses(at, true).into_iter().map(|(path, _)| path);
        let first = |path: Names| path.first().cloned();
        in_code.chain(in_uses).filter_map(first).collect()
    }

    /// Circles of files that take names from each other, each as the names of its
    /// files.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let arrows: Vec<BTreeSet<usize>> = (0..self.rooms.len())
            .map(|at| self.takes_from(at))
            .collect();
        let reaches = |from: usize| {
            let mut seen = BTreeSet::new();
            let mut open = vec![from];
            while let Some(at) = open.pop() {
                for next in &arrows[at] {
                    if seen.insert(*next) {
                        open.push(*next);
                    }
                }
            }
            seen
        };
        let reached: Vec<BTreeSet<usize>> = (0..self.rooms.len()).map(reaches).collect();
        let mut circles: Vec<Vec<String>> = Vec::new();
        let mut done = BTreeSet::new();
        for at in 0..self.rooms.len() {
            if !reached[at].contains(&at) || !done.insert(at) {
                continue;
            }
            let circle = reached[at]
                .iter()
                .filter(|other| reached[**other].contains(&at));
            let circle: Vec<usize> = circle.copied().collect();
            done.extend(circle.iter().copied());
            let arrow = |from: &usize| {
                let to = arrows[*from].iter().filter(|to| circle.contains(to));
                let to: Vec<&str> = to.map(|to| self.rooms[*to].file.as_str()).collect();
                format!("{} takes from {}", self.rooms[*from].file, to.join(", "))
            };
            circles.push(circle.iter().map(arrow).collect());
        }
        circles
    }
}

fn base_with(module: &[String], rest: &[String]) -> Names {
    let mut base = module.to_vec();
    base.extend(rest.iter().cloned());
    base
}
