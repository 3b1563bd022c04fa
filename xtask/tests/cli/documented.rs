//! Every key that an experiment can have stands in docs/experiments.md, in the section where a user
//! would look for it, or, of a model, in `cargo xtask list`. What the reader knows it says itself, where
//! it meets a key there is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::lab::Lab;

const NO_KEY: &str = "no-such-key";

/// An experiment that is in order but for what is added to it.
const BEFORE: &str = "ranks = [3, 2]\n[dataset]\nkind = \"file\"\npath = \"x.npy\"\n";
const METHOD: &str = "[[method]]\nid = \"ncpd\"\nmodel = { kind = \"ncpd\" }\n";

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/experiments.md");
    fs::read_to_string(path).unwrap()
}

/// The part from `start` to the nearest of `ends`.
fn part<'a>(text: &'a str, start: &str, ends: &[&str]) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("docs/experiments.md has no `{}`", start.trim()));
    let ends = ends.iter().filter_map(|end| rest.find(end));
    &rest[..ends.min().unwrap_or(rest.len())]
}

fn section(heading: &str) -> String {
    part(&document(), &format!("\n## {heading}\n"), &["\n## "]).to_owned()
}

/// What is said of one kind of data set.
fn of_kind(kind: &str) -> String {
    let ends = ["\n**`", "\nKeys of `read`"];
    part(&section("Data sets"), &format!("\n**`{kind}`**"), &ends).to_owned()
}

/// The names in the code of a text, in spans and blocks, but for those in comments and quotes.
fn names(markdown: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |code: &str| {
        let unquoted = code.split('"').step_by(2);
        for piece in unquoted {
            let words = piece.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            names.extend(words.map(str::to_owned));
        }
    };
    for (i, piece) in markdown.split("```").enumerate() {
        if i % 2 == 1 {
            let uncommented = piece.lines().filter_map(|line| line.split('#').next());
            uncommented.for_each(&mut add);
        } else {
            piece.split('`').skip(1).step_by(2).for_each(&mut add);
        }
    }
    names
}

/// The names a message lists that refuses `experiment`.
fn listed(experiment: &str) -> Vec<String> {
    let lab = Lab::new();
    lab.write("mine.toml", experiment);
    let said = lab.run_refused();
    let list = said.split("known: ").nth(1);
    let list = list.unwrap_or_else(|| panic!("nothing is listed for\n{experiment}\n{said}"));
    let list = list.lines().next().unwrap_or_default();
    list.split(", ").map(str::to_owned).collect()
}

#[track_caller]
fn assert_documented(what: &str, keys: &[String], text: &str) {
    let names = names(text);
    let missing: Vec<_> = keys.iter().filter(|key| !names.contains(*key)).collect();
    assert!(
        missing.is_empty(),
        "{what}: {missing:?} stand in no document"
    );
}

#[test]
fn the_keys_of_the_file_and_of_its_sections() {
    let two = "order = [\"ncpd\", \"ncpd\"]\ntext = \"\"\n";
    let view = "[[view]]\nid = \"v\"\nlabel = \"\"\nof = \"ncpd\"\naggregate = \"best\"\n";
    for (heading, added, section_of_key) in [
        ("The file", String::new(), ""),
        ("Rows", METHOD.to_owned(), ""),
        ("Rows", format!("{METHOD}{view}"), ""),
        ("Published numbers", METHOD.to_owned(), "[method.published]"),
        ("Claims", format!("{METHOD}[[claim]]\n{two}"), ""),
        ("Topics", METHOD.to_owned(), "[topics]"),
        ("How many topics?", METHOD.to_owned(), "[rank-choice]"),
    ] {
        let experiment = match heading {
            "The file" => format!("{NO_KEY} = 1\n{BEFORE}"),
            _ => format!("{BEFORE}{added}{section_of_key}\n{NO_KEY} = 1\n"),
        };
        let mut keys = listed(&experiment);
        assert!(keys.len() > 3, "{heading}: {keys:?}");
        let mut text = section(heading);
        if heading == "Rows" {
            // Each of these has a section of its own.
            text.push_str(&section("Published numbers"));
            text.push_str(&section("How far a number may move"));
        }
        // Names of the level above are listed for the tables within it too.
        let of_above = ["dataset", "method", "view", "claim", "figure", "model"];
        let above = |key: &String| of_above.contains(&key.as_str());
        keys.retain(|key| ["The file", "Rows"].contains(&heading) || !above(key));
        assert_documented(heading, &keys, &text);
    }
}

#[test]
fn the_keys_of_every_data_set() {
    let kinds = listed("ranks = [2]\n[dataset]\nkind = \"no-such-kind\"\n");
    assert!(kinds.len() >= 10, "{kinds:?}");
    for kind in kinds {
        let dataset = format!("ranks = [2]\n[dataset]\nkind = \"{kind}\"\n");
        let mut keys = listed(&format!("{dataset}{NO_KEY} = 1\n"));
        keys.retain(|key| key != "kind");
        assert_documented(&kind, &keys, &of_kind(&kind));
        for (table, text) in [
            ("text", section("Text")),
            (
                "read",
                part(&section("Data sets"), "\nKeys of `read`", &["\n**`"]).to_owned(),
            ),
        ] {
            if keys.iter().any(|key| key == table) {
                let mut keys = listed(&format!("{dataset}{table} = {{ {NO_KEY} = 1 }}\n"));
                keys.retain(|key| key != "kind");
                assert!(keys.len() > 3, "{table}: {keys:?}");
                assert_documented(table, &keys, &text);
            }
        }
    }
}

#[test]
fn the_keys_of_every_figure() {
    let figure = |more: &str| format!("{BEFORE}{METHOD}[[figure]]\n{more}");
    let kinds = listed(&figure("kind = \"no-such-kind\"\n"));
    assert!(kinds.len() >= 7, "{kinds:?}");
    let text = section("Figures");
    for kind in kinds {
        assert!(
            text.contains(&format!("**{kind}.**")),
            "{kind} stands in no document"
        );
        let keys = listed(&figure(&format!("kind = \"{kind}\"\n{NO_KEY} = 1\n")));
        assert_documented(&kind, &keys, &text);
    }
}

/// What `cargo xtask list` prints below each model: its id, and its parameters as TOML.
fn models() -> Vec<(String, toml::Table)> {
    let list = Lab::new().done(&["list"]);
    let list = part(&list, "\nModels", &["\n\n"]).to_owned();
    let mut models: Vec<(String, String)> = Vec::new();
    for line in list.lines().skip(1) {
        let indent = line.len() - line.trim_start().len();
        match models.last_mut() {
            _ if indent == 2 => {
                let id = line.split_whitespace().next().unwrap_or_default();
                models.push((id.to_owned(), String::new()));
            }
            Some((_, parameters)) if line.contains(" = ") || line.trim().starts_with('[') => {
                parameters.push_str(line.trim());
                parameters.push('\n');
            }
            _ => {}
        }
    }
    let parsed = models.into_iter();
    parsed
        .map(|(id, text)| (id, text.parse().unwrap()))
        .collect()
}

/// Whether the reader's keys at `path` of this model, and in the tables below it, are `shown`.
fn assert_shown(model: &str, path: &str, shown: &toml::Table, document: &BTreeSet<String>) {
    let key = format!("{path}{NO_KEY} = 1");
    let before = "ranks = [2]\n[dataset]\nkind = \"file\"\npath = \"x.npy\"\n";
    let method = format!("[[method]]\nid = \"m\"\nmodel = {{ kind = \"{model}\", {key} }}\n");
    let keys = listed(&format!("{before}{method}"));
    let missing =
        |key: &&String| !shown.contains_key(*key) && !document.contains(*key) && *key != "kind";
    let missing: Vec<_> = keys.iter().filter(missing).collect();
    assert!(
        missing.is_empty(),
        "{model}: {path}{missing:?} is not shown"
    );
    for (name, value) in shown {
        if let Some(inner) = value.as_table() {
            assert_shown(model, &format!("{path}{name}."), inner, document);
        }
    }
}

#[test]
fn the_parameters_of_every_model_are_listed() {
    let document = names(&section("Values of options"));
    let models = models();
    let kinds = listed(&format!(
        "{BEFORE}[[method]]\nid = \"m\"\nmodel = {{ kind = \"no-such-kind\" }}\n"
    ));
    assert_eq!(models.len(), kinds.len());
    for (model, shown) in &models {
        assert!(kinds.contains(model) && !shown.is_empty(), "{model}");
        assert_shown(model, "", shown, &document);
    }
}
