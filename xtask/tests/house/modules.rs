//! The modules of a crate, as far as names go: what each defines, declares and imports, and which
//! file an item of a given path is defined in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemUse, Meta, UseTree};

use crate::files::Sources;

/// A module by its number; the root is 0.
pub(crate) type Id = usize;

/// A module.
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    pub(crate) items: Vec<Item>,
    parent: Id,
    children: BTreeMap<String, Id>,
    defined: BTreeSet<String>,
    imports: BTreeMap<String, Vec<Vec<String>>>,
    globs: Vec<Vec<String>>,
}

/// All modules of a crate but those of tests.
pub(crate) struct Modules(pub(crate) Vec<Module>);

/// So many imports lead from one to the next at most.
const MOST_STEPS: usize = 16;

impl Modules {
    pub(crate) fn of(sources: &Sources) -> Self {
        let roots = ["lib.rs", "main.rs"];
        let root = roots.iter().map(PathBuf::from);
        let root = root.into_iter().find(|file| sources.contains_key(file));
        let root = root.expect("a crate has lib.rs or main.rs");
        let mut modules = Self(Vec::new());
        let items = parse(sources, &root);
        modules.add(sources, (0, &root, Path::new("")), items);
        modules
    }

    /// Adds a module with all modules below it; `folder` is where files of those are.
    fn add(
        &mut self,
        sources: &Sources,
        (parent, file, folder): (Id, &Path, &Path),
        items: Vec<Item>,
    ) -> Id {
        let id = self.0.len();
        self.0.push(Module {
            file: file.to_path_buf(),
            items: Vec::new(),
            parent,
            children: BTreeMap::new(),
            defined: BTreeSet::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
        });
        for item in items {
            if is_test(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let below = folder.join(&name);
                    let child = match module.content {
                        Some((_, items)) => self.add(sources, (id, file, &below), items),
                        None => {
                            let files = [below.with_extension("rs"), below.join("mod.rs")];
                            let found = files.iter().find(|f| sources.contains_key(*f));
                            let file = found.unwrap_or_else(|| panic!("no {}", files[0].display()));
                            self.add(sources, (id, file, &below), parse(sources, file))
                        }
                    };
                    self.0[id].children.insert(name, child);
                }
                Item::Use(ref import) => {
                    for leaf in leaves(import) {
                        let module = &mut self.0[id];
                        match leaf {
                            Leaf::One(name, path) => {
                                module.imports.entry(name).or_default().push(path);
                            }
                            Leaf::All(path) => module.globs.push(path),
                        }
                    }
                    self.0[id].items.push(item);
                }
                item => {
                    self.0[id].defined.extend(name_of(&item));
                    self.0[id].items.push(item);
                }
            }
        }
        id
    }

    /// The file that defines the item a path seen from a module leads to; none for what is another
    /// crate's, a module, or a name within a function.
    pub(crate) fn file_of(&self, from: Id, path: &[String]) -> Option<&Path> {
        self.find(from, path, 0).map(|id| &*self.0[id].file)
    }

    /// The file of the module that a path leads to.
    pub(crate) fn file_of_module(&self, from: Id, path: &[String]) -> Option<&Path> {
        self.as_module(from, path, 0).map(|id| &*self.0[id].file)
    }

    fn find(&self, from: Id, path: &[String], steps: usize) -> Option<Id> {
        let (mut at, mut is_ours) = (from, false);
        for (i, name) in path.iter().enumerate() {
            let is_last = i + 1 == path.len();
            let named = match (name.as_str(), i) {
                ("crate", 0) => Some(0),
                ("self", 0) => Some(from),
                ("super", _) => Some(self.0[at].parent),
                _ => None,
            };
            if let Some(id) = named {
                (at, is_ours) = (id, true);
                continue;
            }
            if !is_last && let Some(id) = self.module(at, name, steps) {
                (at, is_ours) = (id, true);
                continue;
            }
            if let Some(id) = self.item(at, name, steps) {
                return Some(id);
            }
            // What a macro has made is where it was called.
            let is_module = self.module(at, name, steps).is_some();
            let is_import = self.0[at].imports.contains_key(name);
            return (is_ours && !is_module && !is_import).then_some(at);
        }
        None
    }

    /// The module of that name seen from a module.
    fn module(&self, from: Id, name: &str, steps: usize) -> Option<Id> {
        if let Some(id) = self.0[from].children.get(name) {
            return Some(*id);
        }
        let imports = self.0[from].imports.get(name).into_iter().flatten();
        let mut modules = imports.filter_map(|path| self.as_module(from, path, steps + 1));
        modules.next().or_else(|| {
            let mut globs = self.globs(from, steps);
            globs.find_map(|id| self.module(id, name, steps + 1))
        })
    }

    fn as_module(&self, from: Id, path: &[String], steps: usize) -> Option<Id> {
        if steps > MOST_STEPS {
            return None;
        }
        let mut at = from;
        for (i, name) in path.iter().enumerate() {
            at = match (name.as_str(), i) {
                ("crate", 0) => 0,
                ("self", _) => at,
                ("super", _) => self.0[at].parent,
                _ => self.module(at, name, steps)?,
            };
        }
        Some(at)
    }

    /// The module that defines an item of that name, seen from a module.
    fn item(&self, from: Id, name: &str, steps: usize) -> Option<Id> {
        if steps > MOST_STEPS {
            return None;
        }
        if self.0[from].defined.contains(name) {
            return Some(from);
        }
        let imports = self.0[from].imports.get(name).into_iter().flatten();
        let mut items = imports.filter_map(|path| self.find(from, path, steps + 1));
        items.next().or_else(|| {
            let mut globs = self.globs(from, steps);
            globs.find_map(|id| self.item(id, name, steps + 1))
        })
    }

    fn globs(&self, from: Id, steps: usize) -> impl Iterator<Item = Id> {
        let globs = self.0[from].globs.iter();
        globs.filter_map(move |path| self.as_module(from, path, steps + 1))
    }
}

/// What a `use` brings in, one at a time.
pub(crate) enum Leaf {
    /// Something, under a name.
    One(String, Vec<String>),
    /// All that a module has.
    All(Vec<String>),
}

/// The leaves of a `use`; none of one that starts with `::`, which is another crate's.
pub(crate) fn leaves(import: &ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    if import.leading_colon.is_none() {
        walk(&import.tree, &mut Vec::new(), &mut found);
    }
    found
}

fn walk(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            walk(&step.tree, path, found);
            path.pop();
        }
        UseTree::Name(last) if last.ident == "self" => {
            let name = path.last().cloned().unwrap_or_default();
            found.push(Leaf::One(name, path.clone()));
        }
        UseTree::Name(last) => found.push(one(&last.ident, &last.ident, path)),
        UseTree::Rename(last) => found.push(one(&last.rename, &last.ident, path)),
        UseTree::Glob(_) => found.push(Leaf::All(path.clone())),
        UseTree::Group(group) => {
            for tree in &group.items {
                walk(tree, path, found);
            }
        }
    }
}

fn one(name: &syn::Ident, last: &syn::Ident, path: &[String]) -> Leaf {
    let whole = path.iter().cloned().chain([last.to_string()]);
    Leaf::One(name.to_string(), whole.collect())
}

fn parse(sources: &Sources, file: &Path) -> Vec<Item> {
    let parsed = syn::parse_file(&sources[file]);
    parsed
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        .items
}

/// Whether something is there for tests alone.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all") && condition.contains("test")
        }
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(i) => &i.ident,
        Item::Enum(i) => &i.ident,
        Item::Fn(i) => &i.sig.ident,
        Item::Macro(i) => i.ident.as_ref()?,
        Item::Static(i) => &i.ident,
        Item::Struct(i) => &i.ident,
        Item::Trait(i) => &i.ident,
        Item::TraitAlias(i) => &i.ident,
        Item::Type(i) => &i.ident,
        Item::Union(i) => &i.ident,
        _ => return None,
    };
    Some(name.to_string())
}
