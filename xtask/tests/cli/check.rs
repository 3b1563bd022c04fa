//! `check`: whether numbers have moved.

use insta::assert_snapshot;

use crate::lab::{Lab, SYNTHETIC};

const CHECK: [&str; 5] = [
    "check",
    "--experiments",
    "experiments",
    "--results",
    "results",
];

/// A folder with two experiments and committed results of one.
fn committed() -> Lab {
    let lab = Lab::new();
    lab.write("experiments/small.toml", SYNTHETIC);
    lab.write("experiments/other.toml", SYNTHETIC);
    lab.done(&["run", "experiments/small.toml", "--out", "results"]);
    lab
}

/// Changes a line of the committed cells; its first line that starts with `start`.
fn change(lab: &Lab, start: &str, by: Option<&str>) {
    let cells = lab.read("results/small/cells.csv");
    let mut lines: Vec<String> = cells.lines().map(str::to_owned).collect();
    let at = lines.iter().position(|l| l.starts_with(start)).unwrap();
    match by {
        Some(line) => lines[at] = line.to_owned(),
        None => drop(lines.remove(at)),
    }
    lab.write("results/small/cells.csv", lines.join("\n") + "\n");
}

/// Runs `check` with exit code 1 and nothing written; what it prints.
fn moved(lab: &Lab, names: &[&str]) -> String {
    let before = lab.tree("");
    let output = lab.command(&[&CHECK[..], names].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(before == lab.tree(""), "check has written something");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("numbers have moved") && said.contains("--bless"),
        "{said}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn numbers_as_committed_pass_and_nothing_is_written() {
    let lab = committed();
    let before = lab.tree("");
    // Without a name only what has results is checked.
    assert_eq!(
        lab.done(&CHECK),
        "small: 16 cells and 2 pages as committed\n"
    );
    assert!(before == lab.tree(""));
}

#[test]
fn a_changed_value_is_named_with_what_it_was_and_is() {
    let lab = committed();
    change(
        &lab,
        "multi-hntf,1,0,terms",
        Some("multi-hntf,1,0,terms,4.0"),
    );
    assert_snapshot!(moved(&lab, &["small"]));
}

#[test]
fn a_cell_that_is_missing_and_one_too_many_are_named() {
    let lab = committed();
    change(&lab, "multi-hntf,1,0,terms", None);
    change(
        &lab,
        "multi-hntf,0,1,terms",
        Some("multi-hntf,0,1,topics,2.0"),
    );
    assert_snapshot!(moved(&lab, &[]));
}

#[test]
fn a_value_within_the_drift_has_not_moved() {
    let lab = committed();
    change(
        &lab,
        "multi-hntf,1,0,terms",
        Some("multi-hntf,1,0,terms,3.0000001"),
    );
    assert_eq!(
        lab.done(&CHECK),
        "small: 16 cells and 2 pages as committed\n"
    );
}

/// Documents whose topics are printed.
const TOPICS: &str = r#"ranks = [3, 2]
topics = { methods = ["hnmf"], words = 3 }

[dataset]
kind = "corpus"
path = "posts.jsonl"
read = { text-column = "text" }
text = { min-df = 1 }

[[method]]
id = "hnmf"
model = { kind = "hnmf" }

[[figure]]
kind = "errors"

[[figure]]
kind = "relations"
method = "hnmf"
"#;

const POSTS: &str = r#"{"text": "green leaf cup"}
{"text": "black leaf cup water"}
{"text": "white leaf water"}
{"text": "roast bean cup"}
{"text": "dark bean roast"}
{"text": "bean milk roast water"}
"#;

/// A folder with committed results that have every kind of page.
fn committed_pages() -> Lab {
    let lab = Lab::new();
    lab.write("experiments/small.toml", TOPICS);
    lab.write("experiments/posts.jsonl", POSTS);
    lab.done(&[&CHECK[..], &["small", "--bless"]].concat());
    let printed = lab.done(&CHECK);
    // The table, topics as Markdown and TeX, and the data of two figures.
    assert!(
        printed.ends_with(" cells and 5 pages as committed\n"),
        "{printed}"
    );
    lab
}

/// The lines that `check` prints when one piece of a committed file is replaced.
fn moved_page(file: &str, piece: &str, by: &str) -> String {
    let lab = committed_pages();
    lab.edit(&format!("results/small/{file}"), piece, by);
    let said = moved(&lab, &["small"]);
    let (summary, lines) = said.split_once('\n').unwrap();
    let expected = "0 of 8 cells and 1 line of 5 pages not as committed";
    assert_eq!(summary, format!("small: {expected}"));
    lines.to_owned()
}

/// The first number of a text that has at least four digits behind its point, and another in its place.
fn first_number(text: &str) -> (String, String) {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let is_long = |w: &&str| w.split_once('.').is_some_and(|(_, tail)| tail.len() >= 4);
    let number = words.into_iter().find(is_long).unwrap();
    let moved = number.parse::<f64>().unwrap() + 0.01;
    (number.to_owned(), format!("{moved:.4}"))
}

#[test]
fn a_changed_digit_of_a_table_has_moved() {
    let table = committed_pages().read("results/small/table.md");
    let (number, by) = first_number(&table);
    let line = 1 + table.lines().position(|l| l.contains(&number)).unwrap();
    let said = moved_page("table.md", &number, &by);
    assert!(
        said.starts_with(&format!("  table.md, line {line}: was ")),
        "{said}"
    );
    assert!(said.contains(&number) && said.contains(&by), "{said}");
}

#[test]
fn a_changed_word_of_a_topic_has_moved() {
    let topics = committed_pages().read("results/small/topics.md");
    let line = 1 + topics.lines().position(|l| l.contains("leaf")).unwrap();
    let said = moved_page("topics.md", "leaf", "loaf");
    assert!(
        said.starts_with(&format!("  topics.md, line {line}: was ")),
        "{said}"
    );
    assert!(said.contains("loaf") && said.contains("leaf"), "{said}");
}

#[test]
fn a_changed_number_of_a_figure_has_moved() {
    let file = "figures/relations-hnmf.json";
    let data = committed_pages().read(&format!("results/small/{file}"));
    let (number, by) = first_number(&data);
    let line = 1 + data.lines().position(|l| l.contains(&number)).unwrap();
    let said = moved_page(file, &number, &by);
    assert!(
        said.starts_with(&format!("  {file}, line {line}: was ")),
        "{said}"
    );
    assert!(said.contains(&by), "{said}");
}

#[test]
fn figures_that_come_or_go_have_moved() {
    let lab = committed_pages();
    for file in ["errors.json", "errors.pdf", "relations-hnmf.svg"] {
        let path = lab.path(&format!("results/small/figures/{file}"));
        let content = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let said = moved(&lab, &["small"]);
        let line = format!("  figures/{file}: was not there\n");
        assert!(said.ends_with(&line), "{said}");
        std::fs::write(&path, content).unwrap();
    }
    for file in ["figures/old.png", "figures/old.json"] {
        lab.write(&format!("results/small/{file}"), "{}");
        let said = moved(&lab, &["small"]);
        assert!(
            said.ends_with(&format!("  {file}: is no longer made\n")),
            "{said}"
        );
        std::fs::remove_file(lab.path(&format!("results/small/{file}"))).unwrap();
    }
    lab.done(&CHECK);
}

#[test]
fn bless_writes_what_is_computed() {
    let lab = committed();
    let before = lab.read("results/small/cells.csv");
    change(
        &lab,
        "multi-hntf,1,0,terms",
        Some("multi-hntf,1,0,terms,4.0"),
    );
    let printed = lab.done(&[&CHECK[..], &["small", "--bless"]].concat());
    assert!(printed.contains("was 4, is 3"), "{printed}");
    assert!(
        printed.ends_with("small: new results written\n"),
        "{printed}"
    );
    assert_eq!(lab.read("results/small/cells.csv"), before);
    assert_eq!(
        lab.done(&CHECK),
        "small: 16 cells and 2 pages as committed\n"
    );
}

#[test]
fn bless_writes_first_results_too() {
    let lab = committed();
    lab.done(&[&CHECK[..], &["other", "--bless"]].concat());
    assert!(lab.path("results/other/cells.csv").exists());
    assert_eq!(
        lab.done(&[&CHECK[..], &["other"]].concat()),
        "other: 16 cells and 2 pages as committed\n"
    );
}

/// Results of two experiments, of which one cannot be had.
#[test]
fn a_last_line_counts_what_was_checked_and_what_was_not() {
    let lab = committed();
    lab.write(
        "experiments/news.toml",
        SYNTHETIC.replace("kind = \"synthetic-blocks\"", "kind = \"nested-blocks\""),
    );
    lab.write(
        "results/news/cells.csv",
        "method,trial,layer,metric,value\n",
    );
    let said = lab.done(&CHECK);
    assert!(
        said.ends_with("\n1 experiment as committed, 1 skipped for want of data\n"),
        "{said}"
    );
    lab.done(&["run", "experiments/other.toml", "--out", "results"]);
    change(
        &lab,
        "multi-hntf,1,0,terms",
        Some("multi-hntf,1,0,terms,4.0"),
    );
    let said = moved(&lab, &[]);
    let expected = "\n1 experiment as committed, 1 not, 1 skipped for want of data\n";
    assert!(said.ends_with(expected), "{said}");
}

#[test]
fn a_tiny_move_is_told_from_what_is_allowed() {
    let lab = committed();
    change(
        &lab,
        "multi-hntf,1,0,terms",
        Some("multi-hntf,1,0,terms,3.000003000012"),
    );
    let said = moved(&lab, &["small"]);
    assert!(
        said.contains("(moved by -3.00001e-6, allowed 3.00000e-6)"),
        "{said}"
    );
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest() {
    let lab = committed();
    assert_snapshot!(lab.refused(&[&CHECK[..], &["smal"]].concat()));
}

#[test]
fn an_experiment_without_results_is_refused() {
    let lab = committed();
    assert_snapshot!(lab.refused(&[&CHECK[..], &["other"]].concat()));
}

#[test]
fn an_experiment_whose_cells_are_gone_is_refused() {
    let lab = committed();
    std::fs::remove_file(lab.path("results/small/cells.csv")).unwrap();
    let said = lab.refused(&[&CHECK[..], &["small"]].concat());
    assert!(said.contains("results/small/cells.csv: "), "{said}");
}

#[test]
fn nothing_to_check_is_refused() {
    let lab = Lab::new();
    lab.write("experiments/small.toml", SYNTHETIC);
    assert_snapshot!(lab.refused(&CHECK));
}

#[test]
fn a_folder_of_experiments_that_does_not_exist_is_refused() {
    assert_snapshot!(Lab::new().refused(&CHECK));
}

#[test]
fn results_that_are_no_record_are_refused() {
    let lab = committed();
    lab.write(
        "results/small/cells.csv",
        "method,trial,layer,metric,value\nmulti-hntf,0,0,terms,three\n",
    );
    assert_snapshot!(lab.refused(&CHECK));
}
