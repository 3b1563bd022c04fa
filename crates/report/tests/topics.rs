//! Topics of a small tensor authors × periods × words: in one order, beside published ones.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../../run/tests/common/mod.rs"]
mod common;

use std::path::Path;

use common::{experiment, with_fits};
use hntf_report::{Format, draw, json, published_topics, topics};
use hntf_run::Fits;
use insta::assert_snapshot;

const WORDS: [&str; 8] = [
    "vote", "poll", "ballot", "rally", "tax", "budget", "wall", "border",
];

/// Authors 0 and 1 write of the first four words, 2 of taxes, 3 of borders; the last two ever more.
fn documents(folder: &Path) {
    let value = |author: usize, period: usize, word: usize| {
        let about = [0, 0, 1, 2][author];
        let topic = [0, 0, 0, 0, 1, 1, 2, 2][word];
        let rise = if about == 0 { 1.0 } else { 0.3 + period as f64 };
        let weight = 1.0 + 0.1 * (7 - word) as f64 + 0.3 * (author * word % 3) as f64;
        if about == topic { rise * weight } else { 0.02 }
    };
    let mut lines = String::new();
    for (a, p) in (0..4).flat_map(|a| (0..3).map(move |p| (a, p))) {
        for w in 0..8 {
            let value = value(a, p, w);
            lines.push_str(&format!("{} {} {} {value}\n", a + 1, p + 1, w + 1));
        }
    }
    std::fs::write(folder.join("x.tns"), lines).unwrap();
    let names = [
        ("authors.txt", &["Ann", "Ben", "Cleo", "Dan"][..]),
        ("periods.txt", &["spring", "summer", "autumn"]),
        ("words.txt", &WORDS),
    ];
    for (file, names) in names {
        std::fs::write(folder.join(file), names.join("\n")).unwrap();
    }
}

const TEXT: &str = r#"
ranks = [3, 2]
dataset = { kind = "tns", path = "x.tns", modes = ["author", "period", "word"], items = ["authors.txt", "periods.txt", "words.txt"] }

[topics]
methods = ["multi-hntf", "hncpd", "hntf", "ncpd"]
words = 2

[topics.published]
3 = [["tax", "budget"], ["vote", "poll", "ballot"], ["peace", "wall"]]

[[method]]
id = "ncpd"
label = "NCPD"
model = { kind = "ncpd", ncpd = { update = "hals", start = "random" } }
[[method]]
id = "multi-hntf"
label = "Multi-HNTF"
model = { kind = "multi-hntf", iterations = 200, first-layer = { update = "hals", start = "random" } }
[[method]]
id = "hncpd"
label = "Standard HNCPD"
model = { kind = "standard-hncpd" }
[[method]]
id = "hntf"
label = "HNTF-1"
model = { kind = "hntf", mode = 1 }
[[figure]]
kind = "topics"
method = "hncpd"
[[figure]]
kind = "topics"
method = "multi-hntf"
scaled = "sum"
[[figure]]
kind = "relations"
method = "multi-hntf"
"#;

fn fits<T>(text: &str, then: impl FnOnce(&Fits<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    documents(folder.path());
    with_fits(&experiment(folder.path(), text), then)
}

#[test]
fn topics_for_a_terminal_with_shared_and_own_relations_and_none() {
    fits(TEXT, |f| {
        assert_snapshot!(topics(f, Format::Terminal).unwrap());
    });
}

#[test]
fn topics_in_markdown() {
    fits(TEXT, |f| {
        assert_snapshot!(topics(f, Format::Markdown).unwrap());
    });
}

/// The words of a method's finest topics as they are printed.
fn first_words(printed: &str, method: &str) -> Vec<String> {
    let of = printed.split("Topics of ").find(|p| p.starts_with(method));
    let layer = of.unwrap().split("rank ").nth(1).unwrap();
    let lines = layer.lines().skip(1).take(3);
    let word = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
    lines.map(word).collect()
}

#[test]
fn all_methods_have_their_topics_in_the_order_of_the_reference() {
    let of_ncpd = TEXT.replace("words = 2", "words = 2\nreference = \"ncpd\"");
    // A reference with a start of its own, so that its topics stand otherwise.
    let other = of_ncpd.replace("id = \"ncpd\"", "id = \"ncpd\"\ntrials = 4");
    for text in [TEXT, &of_ncpd, &other] {
        fits(text, |f| {
            let printed = topics(f, Format::Terminal).unwrap();
            let words = first_words(&printed, "NCPD");
            for method in ["Multi-HNTF", "HNTF-1", "Standard HNCPD"] {
                assert_eq!(first_words(&printed, method), words, "{method}\n{printed}");
            }
        });
    }
}

#[test]
fn the_order_of_topics_does_not_touch_the_record() {
    let record = |text: &str| fits(text, |f| f.record.clone());
    let tree = TEXT.replace("words = 2", "order = \"tree\"\nreference = \"hncpd\"");
    assert_eq!(record(TEXT), record(&tree));
}

#[test]
fn json_says_which_published_topics_were_found() {
    fits(TEXT, |f| {
        let topics = published_topics(f).unwrap();
        assert_eq!(topics.len(), 4);
        for of_method in &topics {
            assert_eq!((of_method.rank, of_method.layer), (3, 0));
            assert_eq!(of_method.found, 2, "{of_method:?}");
        }
        let object = json(f, "command");
        let first = &object["published-topics"][0];
        assert_eq!(first["method"], "multi-hntf");
        assert_eq!(first["found"], 2);
        assert_eq!(first["topics"][0]["word-for-word"], true);
        assert_eq!(first["topics"][2]["found"], false);
    });
}

#[test]
fn heat_maps_and_relations_name_items_and_topics() {
    fits(TEXT, |f| {
        let figures = &f.prepared.experiment.figures;
        for (figure, stem) in figures.iter().zip([
            "topics-hncpd",
            "topics-multi-hntf-shares",
            "relations-multi-hntf",
        ]) {
            assert_eq!(figure.value.stem(), stem);
            let drawn = draw(&figure.value, f).unwrap().unwrap();
            let svg = drawn.draw().unwrap().svg().unwrap();
            let named = ["Ann", "autumn", "tax budget"].map(|name| svg.contains(name));
            // Relations are between topics, which both name by their words.
            let items = figure.kind == "topics";
            assert_eq!(named, [items, items, true], "{stem}");
        }
    });
}
