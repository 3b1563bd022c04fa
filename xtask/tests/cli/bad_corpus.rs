//! Documents that make no matrix to factorize.

use insta::assert_snapshot;

use crate::lab::Lab;

/// An experiment on a corpus with these keys beside its path.
fn lab(path: &str, keys: &str) -> Lab {
    Lab::on(&format!("kind = \"corpus\"\npath = \"{path}\"\n{keys}"))
}

/// The experiment on a CSV file with this content is refused; what is said.
fn refused_csv(content: impl AsRef<[u8]>, keys: &str) -> String {
    let lab = lab("posts.csv", keys);
    lab.write("posts.csv", content);
    lab.run_refused()
}

#[test]
fn a_missing_folder() {
    assert_snapshot!(lab("posts", "").run_refused());
}

#[test]
fn an_empty_folder() {
    let lab = lab("posts", "");
    std::fs::create_dir(lab.path("posts")).unwrap();
    assert_snapshot!(lab.run_refused());
}

#[test]
fn a_csv_with_a_header_only() {
    assert_snapshot!(refused_csv("text,topic\n", ""));
}

#[test]
fn stop_words_only() {
    let keys = "text = { stop-words = \"nltk-english\" }\n";
    assert_snapshot!(refused_csv("text\nthe and\nof it\n", keys));
}

#[test]
fn a_text_file_with_invalid_bytes() {
    let lab = lab("posts", "");
    lab.write("posts/tea/1.txt", "green tea\n");
    lab.write("posts/tea/2.txt", b"black tea\nth\xe9 vert\n");
    assert_snapshot!(lab.run_refused());
}

#[test]
fn a_csv_with_invalid_bytes() {
    assert_snapshot!(refused_csv(b"text\ngreen tea\nth\xe9 vert\n", ""));
}

#[test]
fn a_csv_without_the_named_column() {
    let keys = "read = { text-column = \"text\", label-column = \"topics\" }\n";
    assert_snapshot!(refused_csv("text,topic\na,b\n", keys));
}

#[test]
fn a_quote_that_is_never_closed() {
    let text = "topic,text\ntea,\"green tea\ncoffee,black coffee\ntea,white tea\n";
    assert_snapshot!(refused_csv(text, ""));
}

#[test]
fn a_quote_within_quotes() {
    let text = "topic,text\ntea,\"they call it \"tea\" here\"\n";
    assert_snapshot!(refused_csv(text, ""));
}

#[test]
fn a_record_of_another_length() {
    assert_snapshot!(refused_csv("topic,text\ntea,green tea, white tea\n", ""));
}

#[test]
fn labels_of_one_class() {
    let keys = "labels = true\nread = { label-column = \"topic\" }\n";
    let text = "text,topic\ngreen tea,tea\nwhite tea,tea\n";
    assert_snapshot!(refused_csv(text, keys));
}

#[test]
fn a_document_without_a_label() {
    let lab = lab("posts", "labels = true\n");
    lab.write("posts/tea/1.txt", "green tea\n");
    lab.write("posts/coffee/1.txt", "black coffee\n");
    lab.write("posts/stray.txt", "white tea\n");
    assert_snapshot!(lab.run_refused());
}

#[test]
fn ranks_above_the_number_of_documents() {
    assert_snapshot!(refused_csv("text\ngreen tea leaf\nblack coffee bean\n", ""));
}
