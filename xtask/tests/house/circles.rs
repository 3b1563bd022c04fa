//! No circle of imports between the files of a crate: each can be read after those it uses.

use std::path::PathBuf;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::files::{Sources, crates};
use crate::imports::arrows;
use crate::modules::Modules;

/// Files that use each other, in words: an arrow a line, with the names that tie it.
fn circles(sources: &Sources) -> Vec<String> {
    let arrows = arrows(&Modules::of(sources));
    let files: Vec<&PathBuf> = sources.keys().collect();
    let number = |file: &PathBuf| files.binary_search(&file).unwrap();
    let edges = arrows.keys().map(|(from, to)| (number(from), number(to)));
    let edges = edges.map(|(from, to)| (NodeIndex::new(from), NodeIndex::new(to)));
    let graph = DiGraph::<(), ()>::from_edges(edges);
    let found = tarjan_scc(&graph).into_iter().filter(|c| c.len() > 1);
    let words = |circle: Vec<NodeIndex>| {
        let is_inside = |file: &PathBuf| circle.contains(&NodeIndex::new(number(file)));
        let arrows = arrows.iter();
        let inside = arrows.filter(|((from, to), _)| is_inside(from) && is_inside(to));
        let lines = inside.map(|((from, to), names)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (from, to) = (from.display(), to.display());
            format!("  {from} uses {to}: {}", names.join(", "))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    found.map(words).collect()
}

#[test]
fn no_crate_has_a_circle_of_imports() {
    let mut said = String::new();
    for (name, sources) in crates() {
        for circle in circles(&sources) {
            said.push_str(&format!("{name}/src:\n{circle}\n"));
        }
    }
    assert!(
        said.is_empty(),
        "files use each other; give what they share a file of its own:\n{said}"
    );
}

/// The circles of a made-up crate, of files with their text.
fn of(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files
        .iter()
        .map(|(name, text)| (name.into(), (*text).into()));
    circles(&sources.collect())
}

#[test]
fn files_that_use_each_other_are_a_circle() {
    let circle = of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "use super::c; pub struct B; fn f() { c::g() }"),
        ("c.rs", "pub fn g() -> Option<crate::a::A> { None }"),
    ]);
    let expected = "  a.rs uses b.rs: B\n  b.rs uses c.rs: g\n  c.rs uses a.rs: A";
    assert_eq!(circle, [expected]);
}

#[test]
fn a_parent_that_uses_a_child_that_uses_it_is_a_circle() {
    let parent = ("a/mod.rs", "mod b; pub struct A; fn f() { b::g(A) }");
    let circle = of(&[
        ("lib.rs", "mod a;"),
        parent,
        ("a/b.rs", "pub fn g(_: super::A) {}"),
    ]);
    let expected = "  a/b.rs uses a/mod.rs: A\n  a/mod.rs uses a/b.rs: g";
    assert_eq!(circle, [expected]);
}

#[test]
fn a_name_that_a_parent_passes_on_is_its_childs() {
    let parent = "mod b; mod c; pub use b::B; pub use c::*;";
    let none = of(&[
        ("lib.rs", "mod a; pub use a::{B, C};"),
        ("a/mod.rs", parent),
        ("a/b.rs", "use super::C; pub struct B(C);"),
        ("a/c.rs", "pub struct C;"),
    ]);
    assert_eq!(none, [""; 0]);
    // But the one that uses it has to be without.
    let circle = of(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", parent),
        ("a/b.rs", "use super::C; pub struct B(C);"),
        ("a/c.rs", "use crate::a::B; pub struct C(Option<Box<B>>);"),
    ]);
    assert_eq!(circle, ["  a/b.rs uses a/c.rs: C\n  a/c.rs uses a/b.rs: B"]);
}

#[test]
fn what_a_parent_passes_on_and_uses_itself_is_an_arrow() {
    let circle = of(&[
        ("lib.rs", "mod a; pub use a::A; pub struct Root(A);"),
        ("a.rs", "pub struct A; fn f(_: crate::Root) {}"),
    ]);
    assert_eq!(circle, ["  a.rs uses lib.rs: Root\n  lib.rs uses a.rs: A"]);
}

#[test]
fn macros_and_attributes_name_things_too() {
    let a = "pub struct A; pub mod within { pub fn f() {} }";
    for b in [
        "fn g() { let _ = vec![(1, crate::a::A)]; }",
        "#[derive(Serialize)] struct B { #[serde(with = \"crate::a::within\")] b: u8 }",
    ] {
        let uses = format!("use crate::b::B; {a}");
        let found = of(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", &uses),
            ("b.rs", &format!("{b} pub struct C;")),
        ]);
        // B may be what no file defines: it is where it was looked for.
        assert_eq!(found.len(), 1, "{b}");
    }
}

#[test]
fn tests_fields_and_other_crates_are_none() {
    let none = of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; use serde::b; pub struct A(B);"),
        (
            "b.rs",
            "use std::fmt; pub struct B { a: u8 } impl B { fn g(&self) { println!(\"{}\", self.a) } }
             #[cfg(test)] use crate::a::A;
             #[cfg(test)] mod tests { use crate::a::A; #[test] fn f() { A(1) } }",
        ),
    ]);
    assert_eq!(none, [""; 0]);
}
