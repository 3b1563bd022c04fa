//! Dated documents and sparse files that make no tensor.

use insta::assert_snapshot;

use crate::lab::Lab;

const DOCUMENTS: &str = r#"kind = "document-tensor"
path = "posts.csv"
read = { author-column = "who", time-column = "when" }
"#;

const POSTS: &str = "who,when,text
ann,2016-02-01,star moon orbit
ann,2016-03-01 10:00:00,star comet mirror
bob,2016-02-03T08:00:00Z,soil seed rain
bob,2016-03-05,rain rose leaf
";

/// An experiment on these lines of a data set.
fn experiment(dataset: &str) -> String {
    format!(
        "ranks = [3, 2]\n\n[dataset]\n{dataset}\n[[method]]\nid = \"m\"\nmodel = {{ kind = \"multi-hntf\", iterations = 5 }}\n"
    )
}

fn on_documents(posts: &str, dataset: &str) -> Lab {
    let lab = Lab::new();
    lab.write("posts.csv", posts);
    lab.write("mine.toml", experiment(dataset));
    lab
}

/// The experiment on posts with a piece replaced is refused; what is said.
fn refused_posts(piece: &str, by: &str) -> String {
    assert!(POSTS.contains(piece), "{piece} is in no post");
    on_documents(&POSTS.replacen(piece, by, 1), DOCUMENTS).run_refused()
}

/// The same with a piece of the data set's section replaced.
fn refused_section(piece: &str, by: &str) -> String {
    assert!(DOCUMENTS.contains(piece), "{piece} is in no section");
    on_documents(POSTS, &DOCUMENTS.replacen(piece, by, 1)).run_refused()
}

/// The same with lines added to it.
fn refused_lines(lines: &str) -> String {
    on_documents(POSTS, &format!("{DOCUMENTS}{lines}\n")).run_refused()
}

fn refused_entries(entries: &str) -> String {
    let lab = Lab::new();
    lab.write("x.tns", entries);
    lab.write(
        "mine.toml",
        experiment("kind = \"tns\"\npath = \"x.tns\"\n"),
    );
    lab.run_refused()
}

#[test]
fn good_documents_and_entries_are_not_refused() {
    let lab = on_documents(POSTS, DOCUMENTS);
    lab.done(&["run", "mine.toml"]);
    lab.write("x.tns", "1 1 1 2\n2 2 2 1\n3 3 1 4\n1 2 2 1\n1 2 2 1\n");
    lab.write(
        "sparse.toml",
        experiment("kind = \"tns\"\npath = \"x.tns\"\n"),
    );
    lab.done(&["run", "sparse.toml"]);
}

#[test]
fn broken_quoting() {
    assert_snapshot!(refused_posts("star comet", "\"star comet"));
}

#[test]
fn text_after_a_closing_quote() {
    assert_snapshot!(refused_posts("star comet", "\"star\" comet"));
}

#[test]
fn a_missing_column() {
    assert_snapshot!(refused_section("\"who\"", "\"whom\""));
}

#[test]
fn no_author_column() {
    assert_snapshot!(refused_section("author-column = \"who\", ", ""));
}

#[test]
fn no_time_column() {
    assert_snapshot!(refused_section(", time-column = \"when\"", ""));
}

#[test]
fn an_unreadable_time() {
    assert_snapshot!(refused_posts("2016-02-03T08:00:00Z", "03/02/2016"));
}

#[test]
fn a_document_without_a_time() {
    assert_snapshot!(refused_posts("2016-03-05", ""));
}

#[test]
fn a_document_without_an_author() {
    assert_snapshot!(refused_posts("bob", ""));
}

#[test]
fn an_author_without_documents() {
    assert_snapshot!(refused_lines("authors = [\"ann\", \"bobby\"]"));
}

#[test]
fn an_empty_cell() {
    assert_snapshot!(refused_posts("bob,2016-02-03T08:00:00Z", "bob,2016-03-03"));
}

#[test]
fn a_cell_without_words() {
    assert_snapshot!(refused_posts("rain rose leaf", "? !"));
}

#[test]
fn bounds_without_documents() {
    assert_snapshot!(refused_lines(
        "first = \"2017-01-01\"\nlast = \"2017-12-31\""
    ));
}

#[test]
fn a_bound_that_is_no_date() {
    assert_snapshot!(refused_lines("first = \"2016-02-30\""));
}

#[test]
fn an_unknown_period() {
    assert_snapshot!(refused_lines("period = \"year\""));
}

#[test]
fn edges_that_are_no_dates() {
    assert_snapshot!(refused_lines("period = [\"2016-02-01\", \"March\"]"));
}

#[test]
fn edges_out_of_order() {
    assert_snapshot!(refused_lines("period = [\"2016-03-01\", \"2016-02-01\"]"));
}

#[test]
fn months_that_begin_on_the_31st() {
    assert_snapshot!(refused_lines("month-begins = 31"));
}

#[test]
fn a_norm_beside_the_cells() {
    assert_snapshot!(refused_lines("text = { norm = \"l1\" }"));
}

#[test]
fn a_folder_of_documents() {
    assert_snapshot!(refused_section("posts.csv", "."));
}

#[test]
fn an_index_of_zero() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 0 1 2\n"));
}

#[test]
fn a_ragged_line() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 1 1 1 2\n"));
}

#[test]
fn a_missing_value() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 1 1\n"));
}

#[test]
fn a_negative_value() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 1 1 -2\n"));
}

#[test]
fn a_value_that_is_no_number() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 1 1 NaN\n"));
}

#[test]
fn an_index_beyond_32_bits() {
    assert_snapshot!(refused_entries("1 1 1 2\n2 4294967297 1 2\n"));
}

#[test]
fn a_sparse_file_that_is_nowhere() {
    let lab = Lab::new();
    lab.write(
        "mine.toml",
        experiment("kind = \"tns\"\npath = \"y.tns\"\n"),
    );
    // The folders named beside the lab's are those of this machine.
    let said = lab.run_refused();
    assert!(said.starts_with("error: y.tns was not found in "), "{said}");
    assert!(said.contains("--data-dir or HNTF_DATA_DIR"), "{said}");
    assert!(said.contains("path = \"y.tns\""), "{said}");
}

#[test]
fn names_that_are_too_few() {
    let lab = Lab::new();
    lab.write("x.tns", "1 1 2\n3 2 1\n");
    lab.write("names.txt", "a\nb\n");
    let dataset = "kind = \"tns\"\npath = \"x.tns\"\nitems = [\"names.txt\", \"\"]\n";
    lab.write("mine.toml", experiment(dataset));
    assert_snapshot!(lab.run_refused());
}
