//! Source files: where they are, how long they are, what they are called.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// No file has as many lines; 300 are a good length.
const TOO_LONG: usize = 600;
/// Names that say nothing.
const NO_NAMES: [&str; 5] = ["utils", "util", "helpers", "misc", "common"];

/// Files of a crate by their path below `src`.
pub(crate) type Sources = BTreeMap<PathBuf, String>;

/// The sources of every crate, by its folder below the repository.
pub(crate) fn crates() -> BTreeMap<String, Sources> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders = vec![PathBuf::from("xtask")];
    let below = fs::read_dir(root.join("crates")).unwrap();
    folders.extend(below.map(|e| Path::new("crates").join(e.unwrap().file_name())));
    let sources = |folder: PathBuf| {
        let mut sources = Sources::new();
        let src = root.join(&folder).join("src");
        read(&src, &src, &mut sources);
        (folder.to_string_lossy().into_owned(), sources)
    };
    let crates: BTreeMap<_, _> = folders.into_iter().map(sources).collect();
    assert!(crates.values().all(|sources| !sources.is_empty()));
    crates
}

fn read(src: &Path, folder: &Path, sources: &mut Sources) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(src, &path, sources);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(src).unwrap().to_path_buf();
            sources.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for (name, sources) in crates() {
        for (file, text) in sources {
            let lines = text.lines().count();
            assert!(
                lines < TOO_LONG,
                "{name}/src/{}: {lines} lines",
                file.display()
            );
        }
    }
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    for (name, sources) in crates() {
        for file in sources.keys() {
            let parts = file.iter().map(|part| part.to_string_lossy().into_owned());
            for part in parts {
                let stem = part.trim_end_matches(".rs");
                assert!(
                    !NO_NAMES.contains(&stem),
                    "{name}/src/{}: what is it for?",
                    file.display()
                );
            }
        }
    }
}
