//! Dependencies between the workspace's crates point one way.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate and those it may use, directly.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("numpy-random", &[]),
    ("hntf-tensor", &["numpy-random"]),
    ("hntf-solvers", &["numpy-random", "hntf-tensor"]),
    (
        "hntf-models",
        &["numpy-random", "hntf-tensor", "hntf-solvers"],
    ),
    ("hntf-datasets", &["numpy-random", "hntf-tensor"]),
    (
        "hntf-experiment",
        &[
            "hntf-tensor",
            "hntf-solvers",
            "hntf-models",
            "hntf-datasets",
        ],
    ),
    (
        "hntf-run",
        &[
            "numpy-random",
            "hntf-tensor",
            "hntf-solvers",
            "hntf-models",
            "hntf-datasets",
            "hntf-experiment",
        ],
    ),
    // It draws plain data and could serve any other program.
    ("hntf-figures", &[]),
    (
        "hntf-report",
        &[
            "hntf-tensor",
            "hntf-solvers",
            "hntf-models",
            "hntf-datasets",
            "hntf-experiment",
            "hntf-run",
            "hntf-figures",
        ],
    ),
    // The command line knows everything but how pictures are drawn.
    (
        "xtask",
        &[
            "hntf-tensor",
            "hntf-solvers",
            "hntf-models",
            "hntf-datasets",
            "hntf-experiment",
            "hntf-run",
            "hntf-report",
        ],
    ),
];

#[test]
fn crates_use_only_those_below_them() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .unwrap();
    let allowed = BTreeMap::from(ALLOWED);
    let ours: Vec<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let allowed = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} is new: give it its place in this test"));
        let normal = package
            .dependencies
            .iter()
            .filter(|d| d.kind != DependencyKind::Development);
        for dependency in normal.filter(|d| ours.contains(&d.name.as_str())) {
            let other = &dependency.name;
            assert!(
                allowed.contains(&other.as_str()),
                "{name} must not use {other}"
            );
        }
    }
}
