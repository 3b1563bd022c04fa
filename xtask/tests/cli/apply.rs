//! Fitted topics and a user's new data.

use std::fs;

use hntf_tensor::npy::{read_npy, read_npy_strings, write_npy};
use insta::assert_snapshot;
use serde_json::Value;

use crate::lab::Lab;

const TEA: [&str; 5] = [
    "green tea with fresh water",
    "black tea, hot water and milk",
    "tea leaves in hot water",
    "milk in the cup, tea in the pot",
    "fresh leaves, hot water, one pot of tea",
];
const BREAD: [&str; 5] = [
    "flour, yeast and salt in the oven",
    "bread of rye flour from the oven",
    "salt and yeast and flour for bread",
    "rye bread with salt",
    "yeast dough for bread from the oven",
];

/// Ten documents that a user has after the fit.
const NEW: [(&str, &str); 10] = [
    ("01.txt", "hot black tea"),
    ("02.txt", "rye flour and yeast"),
    ("03.txt", "tea with milk, bread with salt"),
    ("04.txt", "fresh green leaves in a pot"),
    ("05.txt", "the oven bakes dough"),
    ("06.txt", "quantum chromodynamics"),
    ("a|b\n\u{1b}[31m.txt", "green tea"),
    ("ø–\u{202e}txt.exe", "salt"),
    ("x/deep.txt", "water"),
    (
        "x/this-name-is-longer-than-any-table-would-like-it.txt",
        "bread",
    ),
];

const METHODS: &str = r#"[[method]]
id = "hnmf"
label = "HNMF"
model = { kind = "hnmf" }

[[method]]
id = "supervised"
label = "HNMF, supervised"
model = { kind = "supervised-hnmf" }
"#;

/// A folder with a corpus of two classes that has been fitted, and ten new documents.
fn corpus() -> Lab {
    let lab = Lab::new();
    for (class, documents) in [("tea", TEA), ("bread", BREAD)] {
        for (i, text) in documents.iter().enumerate() {
            lab.write(&format!("docs/{class}/{i}.txt"), text);
        }
    }
    for (name, text) in NEW {
        lab.write(&format!("new/{name}"), text);
    }
    let dataset = "[dataset]\nkind = \"corpus\"\npath = \"docs\"\nlabels = true\n";
    lab.write(
        "mine.toml",
        format!("ranks = [3, 2]\ntrials = 2\n{dataset}\n{METHODS}"),
    );
    lab.done(&["run", "mine.toml"]);
    lab
}

fn tensor() -> Lab {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    lab
}

const HNMF: &str = "out/mine/factors/hnmf";
const SUPERVISED: &str = "out/mine/factors/supervised";
const MULTI: &str = "out/mine/factors/multi-hntf";

#[test]
fn ten_documents_in_the_topics_of_a_corpus() {
    let lab = corpus();
    assert_snapshot!(lab.done(&["apply", HNMF, "new"]));
}

#[test]
fn ten_documents_and_their_classes() {
    let lab = corpus();
    assert_snapshot!(lab.done(&["apply", SUPERVISED, "new"]));
}

#[test]
fn files_hold_what_is_printed() {
    let lab = corpus();
    let printed = lab.done(&["apply", SUPERVISED, "new", "--out", "there/new"]);
    assert!(printed.ends_with("Written to there/new.\n"), "{printed}");
    let files = [
        "classes.csv",
        "coefficients-0.npy",
        "coefficients-1.npy",
        "coefficients.csv",
        "items.npy",
    ];
    assert_eq!(lab.names("there/new"), files);
    assert_eq!(lab.names("there").len(), 1 + files.len());
    let items = read_npy_strings(&lab.path("there/new/items.npy")).unwrap();
    let names: Vec<_> = NEW.iter().map(|(name, _)| *name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut found = items.clone();
    found.sort_unstable();
    assert_eq!(found, sorted);

    let mut rows = csv::Reader::from_path(lab.path("there/new/coefficients.csv")).unwrap();
    let rows: Vec<(String, usize, usize, f64, f64)> =
        rows.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 10 * (3 + 2));
    for (l, rank) in [3, 2].into_iter().enumerate() {
        let path = lab.path(&format!("there/new/coefficients-{l}.npy"));
        let array = read_npy(&path).unwrap();
        assert_eq!(array.shape, [10, rank]);
        for (item, layer, topic, weight, _) in rows.iter().filter(|row| row.1 == l) {
            let i = items.iter().position(|name| name == item).unwrap();
            assert_eq!((*layer, *weight), (l, array.values[i * rank + topic - 1]));
        }
    }
    let mut classes = csv::Reader::from_path(lab.path("there/new/classes.csv")).unwrap();
    let classes: Vec<(String, usize, String, f64)> =
        classes.deserialize().map(Result::unwrap).collect();
    let score = |item: &str, class: &str| {
        let at = |row: &&(String, usize, String, f64)| {
            (row.0.as_str(), row.1, row.2.as_str()) == (item, 0, class)
        };
        classes.iter().find(at).unwrap().3
    };
    assert!(score("01.txt", "tea") > score("01.txt", "bread"));
    assert!(score("02.txt", "tea") < score("02.txt", "bread"));

    // A fit without classes takes their place as a whole.
    lab.done(&["apply", HNMF, "new", "--out", "there/new"]);
    assert_eq!(lab.names("there/new"), files[1..]);
}

#[test]
fn json_says_the_same() {
    let lab = corpus();
    let value: Value =
        serde_json::from_str(&lab.done(&["apply", SUPERVISED, "new", "--json"])).unwrap();
    assert_eq!(
        (&value["mode-name"], &value["reason"]),
        (&"document".into(), &"converged".into())
    );
    assert_eq!(value["layers"][0]["topics"].as_array().unwrap().len(), 3);
    let items = value["items"].as_array().unwrap();
    assert_eq!(items.len(), 10);
    let item = |name: &str| items.iter().find(|item| item["item"] == name).unwrap();
    assert_eq!(item("06.txt")["unknown-words"], 2);
    assert!(item("06.txt")["layers"][0]["class"].is_null());
    assert_eq!(item("01.txt")["layers"][0]["class"], "tea");
    for item in items.iter().filter(|item| item["item"] != "06.txt") {
        for layer in item["layers"].as_array().unwrap() {
            let shares = layer["shares"].as_array().unwrap().iter();
            let sum: f64 = shares.map(|x| x.as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn of_many_items_forty_are_shown_and_all_are_written() {
    let lab = corpus();
    let texts: Vec<String> = (0..60).map(|i| format!("{i},black tea\n")).collect();
    lab.write("many.csv", format!("id,body\n{}", texts.concat()));
    let columns = ["--text-column", "body", "--id-column", "id"];
    let printed =
        lab.done(&[&["apply", HNMF, "many.csv", "--out", "new60"], &columns[..]].concat());
    assert!(
        printed.contains("│ 39 ") && !printed.contains("│ 40 "),
        "{printed}"
    );
    assert!(
        printed
            .contains("20 more are not shown: --out DIR writes all of them, --json prints them.")
    );
    let array = read_npy(&lab.path("new60/coefficients-0.npy")).unwrap();
    assert_eq!(array.shape, [60, 3]);
}

#[test]
fn new_slices_of_a_tensor() {
    let lab = tensor();
    lab.tensor("new.npy", &[6, 2, 4]);
    assert_snapshot!(lab.done(&["apply", MULTI, "new.npy"]));
    let of_first = lab.done(&["apply", MULTI, "x.npy", "--mode", "1"]);
    assert!(
        of_first.starts_with("New items of the mode `mode 1`: 6,"),
        "{of_first}"
    );
}

#[test]
fn a_trial_that_was_exported_is_applied_as_any() {
    let lab = tensor();
    lab.done(&["export", "mine.toml", "--trial", "1"]);
    let fit = format!("{MULTI}/trial-1");
    let printed = lab.done(&["apply", &fit, "x.npy"]);
    assert!(printed.contains("Multi-HNTF, trial 1 of mine"), "{printed}");
}

#[test]
fn no_shared_word() {
    let lab = corpus();
    lab.write("other/a.txt", "quantum chromodynamics");
    lab.write("other/b.txt", "");
    assert_snapshot!(lab.refused(&["apply", HNMF, "other"]));
}

#[test]
fn another_shape() {
    let lab = tensor();
    lab.tensor("new.npy", &[7, 5, 3]);
    assert_snapshot!(lab.refused(&["apply", MULTI, "new.npy"]));
}

#[test]
fn another_order() {
    let lab = tensor();
    lab.tensor("new.npy", &[6, 5]);
    assert_snapshot!(lab.refused(&["apply", MULTI, "new.npy"]));
}

#[test]
fn no_such_mode() {
    let lab = tensor();
    assert_snapshot!(lab.refused(&["apply", MULTI, "x.npy", "--mode", "4"]));
}

#[test]
fn documents_for_a_fit_to_an_array() {
    let lab = tensor();
    lab.write("docs/a.txt", "some words");
    assert_snapshot!(lab.refused(&["apply", MULTI, "docs"]));
}

#[test]
fn no_such_column() {
    let lab = corpus();
    lab.write("new.csv", "name,body\na,black tea\n");
    assert_snapshot!(lab.refused(&["apply", HNMF, "new.csv"]));
}

#[test]
fn no_fit_there_but_below() {
    let lab = corpus();
    assert_snapshot!(lab.refused(&["apply", "out/mine", "new"]));
    assert_snapshot!(lab.refused(&["apply", "docs", "new"]));
}

#[test]
fn a_fit_that_diverged() {
    let lab = tensor();
    let path = format!("{MULTI}/fit.json");
    let text = lab.read(&path);
    let diverged = text.replacen("\"iteration-limit\"", "\"diverged\"", 1);
    assert_ne!(text, diverged);
    lab.write(&path, diverged);
    assert_snapshot!(lab.refused(&["apply", MULTI, "x.npy"]));
}

#[test]
fn a_damaged_fit() {
    let lab = tensor();
    let path = lab.path(&format!("{MULTI}/fit.npz"));
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&path, bytes).unwrap();
    let said = lab.refused(&["apply", MULTI, "x.npy"]);
    assert!(
        said.starts_with(&format!("error: {MULTI}/fit.npz: ")),
        "{said}"
    );
    assert!(
        said.contains("the fit is damaged or of another version"),
        "{said}"
    );
}

#[test]
fn a_fit_of_a_later_version() {
    let lab = tensor();
    let path = format!("{MULTI}/fit.json");
    let text = lab
        .read(&path)
        .replacen("\"format\": 1", "\"format\": 2", 1);
    lab.write(&path, text);
    assert_snapshot!(lab.refused(&["apply", MULTI, "x.npy"]));
}

#[test]
fn a_folder_of_other_files_is_not_written_over() {
    let lab = tensor();
    lab.write("there/thesis.tex", "years of work");
    assert_snapshot!(lab.refused(&["apply", MULTI, "x.npy", "--out", "there"]));
    assert_snapshot!(lab.refused(&["apply", MULTI, "x.npy", "--out", "mine.toml"]));
}

#[test]
fn hidden_entries_of_new_items_are_left_out() {
    let lab = tensor();
    let array = read_npy(&lab.path("x.npy")).unwrap();
    let mut values = array.values.clone();
    values.iter_mut().step_by(7).for_each(|x| *x = f64::NAN);
    write_npy(&lab.path("new.npy"), &array.shape, &values).unwrap();
    let whole = lab.done(&["apply", MULTI, "x.npy"]);
    let hidden = lab.done(&["apply", MULTI, "new.npy"]);
    assert_eq!(whole.lines().next(), hidden.lines().next());
    assert_ne!(whole, hidden);
}
