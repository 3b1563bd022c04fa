//! Which file of a crate needs which, and for what: everything that code names, in imports, types,
//! expressions, macros and the attributes of serde. What a file only passes on to others, a `mod` or a
//! `pub use`, is no need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::Visibility;
use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};

use crate::modules::{Id, Leaf, Modules, is_test, leaves};

/// From file to file, the names.
pub(crate) type Arrows = BTreeMap<(PathBuf, PathBuf), BTreeSet<String>>;

/// All arrows between the files of a crate.
pub(crate) fn arrows(modules: &Modules) -> Arrows {
    let mut arrows = Arrows::new();
    for (at, module) in modules.0.iter().enumerate() {
        let mut names = Names {
            modules,
            at,
            arrows: &mut arrows,
        };
        for item in &module.items {
            names.visit_item(item);
        }
    }
    arrows
}

/// Collects what the code of one module names.
struct Names<'a> {
    modules: &'a Modules,
    at: Id,
    arrows: &'a mut Arrows,
}

impl Names<'_> {
    fn add(&mut self, path: &[String]) {
        self.arrow(self.modules.file_of(self.at, path), path);
    }

    fn arrow(&mut self, to: Option<&Path>, path: &[String]) {
        let from = &self.modules.0[self.at].file;
        if let Some(to) = to
            && to != from
        {
            let arrow = (from.clone(), to.to_path_buf());
            let name = path.last().cloned().unwrap_or_default();
            self.arrows.entry(arrow).or_default().insert(name);
        }
    }

    /// Paths in what a macro is given, which may be of any form: names joined by `::`, not behind a
    /// dot.
    fn tokens(&mut self, mut rest: Cursor<'_>) {
        let mut is_behind_dot = false;
        while !rest.eof() {
            if let Some((inner, _, _, after)) = rest.any_group() {
                self.tokens(inner);
                rest = after;
            } else if let Some((name, mut after)) = rest.ident() {
                let mut path = vec![name.to_string()];
                while let Some((name, further)) = colons(after).and_then(syn::buffer::Cursor::ident)
                {
                    path.push(name.to_string());
                    after = further;
                }
                if !is_behind_dot {
                    self.add(&path);
                }
                rest = after;
            } else if let Some((punct, after)) = rest.punct() {
                is_behind_dot = punct.as_char() == '.';
                rest = after;
                continue;
            } else if let Some((_, after)) = rest.token_tree() {
                rest = after;
            }
            is_behind_dot = false;
        }
    }
}

/// What follows two colons.
fn colons(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, rest) = cursor.punct()?;
    let (second, rest) = rest.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|s| s.ident.to_string());
        self.add(&names.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(TokenBuffer::new2(mac.tokens.clone()).begin());
    }

    /// Functions that serde is told of in quotes.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let _ = attribute.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let quoted: syn::Lit = value.parse()?;
                if let syn::Lit::Str(text) = quoted
                    && let Ok(path) = text.parse::<syn::Path>()
                    && path.segments.len() > 1
                {
                    let path: Vec<_> = path.segments.iter().map(|s| s.ident.to_string()).collect();
                    self.add(&path);
                    self.arrow(self.modules.file_of_module(self.at, &path), &path);
                }
            }
            Ok(())
        });
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        if matches!(import.vis, Visibility::Inherited) {
            for leaf in leaves(import) {
                if let Leaf::One(_, path) = leaf {
                    self.add(&path);
                }
            }
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}
