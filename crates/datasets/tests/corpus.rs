//! Readers of a user's own documents, and their messages.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use hntf_datasets::corpus::{Corpus, CorpusError, CorpusOptions, Document, Encoding, Format};
use hntf_datasets::{CorpusSource, Places, Source};
use tempfile::TempDir;

/// A folder with one file in it.
fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

fn named(column: &str) -> Option<String> {
    Some(column.to_owned())
}

/// Columns of the files below.
fn columns() -> CorpusOptions {
    CorpusOptions {
        text_column: "body".to_owned(),
        id_column: named("key"),
        label_column: named("topic"),
        time_column: named("sent"),
        author_column: named("by"),
        ..CorpusOptions::default()
    }
}

fn expected(lines: [u64; 2]) -> Vec<Document> {
    let some = |text: &str| Some(text.to_owned());
    vec![
        Document {
            id: "k1".to_owned(),
            text: "Two lines,\n\"quoted\"".to_owned(),
            label: some("tea"),
            time: some("2016"),
            author: some("Ann"),
            line: Some(lines[0]),
        },
        Document {
            id: "k2".to_owned(),
            text: String::new(),
            label: None,
            time: some("2017"),
            author: None,
            line: Some(lines[1]),
        },
    ]
}

#[test]
fn csv_and_json_lines_say_the_same() {
    let csv =
        "key,by,body,topic,sent\nk1,Ann,\"Two lines,\n\"\"quoted\"\"\",tea,2016\nk2,,,,2017\n";
    let (_folder, path) = file("a.csv", csv);
    assert_eq!(
        Corpus::read(&path, &columns()).unwrap().documents,
        expected([2, 4])
    );

    let tsv = csv
        .replace("Two lines,", "TWO")
        .replace(',', "\t")
        .replace("TWO", "Two lines,");
    let (_folder, path) = file("a.TSV", format!("\u{feff}{tsv}"));
    assert_eq!(
        Corpus::read(&path, &columns()).unwrap().documents,
        expected([2, 4])
    );

    let jsonl = concat!(
        "\u{feff}",
        r#"{"key": "k1", "by": "Ann", "body": "Two lines,\n\"quoted\"", "topic": "tea", "sent": 2016}"#,
        "\r\n\n",
        r#"{"key": "k2", "by": null, "body": "", "sent": 2017, "more": [1]}"#,
    );
    let (_folder, path) = file("a.jsonl", jsonl);
    assert_eq!(
        Corpus::read(&path, &columns()).unwrap().documents,
        expected([1, 3])
    );
}

#[test]
fn documents_without_an_id_are_named_by_their_line() {
    let (_folder, path) = file("a.csv", "text\n\"one\ntwo\"\nthree\n");
    let corpus = Corpus::read(&path, &CorpusOptions::default()).unwrap();
    let ids: Vec<&str> = corpus.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["2", "4"]);
    assert_eq!(corpus.texts(), ["one\ntwo", "three"]);
}

#[test]
fn sub_folders_are_classes_and_names_give_the_order() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "b/2",
        "b/10",
        "a.x/1",
        "a/sub/1",
        "a/9",
        "top",
        ".hidden",
        "b/.hidden",
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("text of {name}")).unwrap();
    }
    let corpus = Corpus::read(folder.path(), &CorpusOptions::default()).unwrap();
    let found: Vec<(&str, Option<&str>)> = corpus
        .documents
        .iter()
        .map(|document| (document.id.as_str(), document.label.as_deref()))
        .collect();
    let expected = [
        ("a/9", Some("a")),
        ("a/sub/1", Some("a/sub")),
        ("a.x/1", Some("a.x")),
        ("b/10", Some("b")),
        ("b/2", Some("b")),
        ("top", None),
    ];
    assert_eq!(found, expected);
    assert_eq!(corpus.documents[4].text, "text of b/2");
}

#[test]
fn labels_become_classes_in_the_order_of_names() {
    let (_folder, path) = file("a.csv", "text,label\na,tea\nb,coffee\nc,tea\n");
    let options = CorpusOptions {
        label_column: named("label"),
        ..CorpusOptions::default()
    };
    let classes = Corpus::read(&path, &options).unwrap().classes().unwrap();
    assert_eq!(classes.names, ["coffee", "tea"]);
    assert_eq!(classes.of_document, [1, 0, 1]);
}

#[test]
fn invalid_bytes_are_named_by_file_line_and_offset_and_are_fine_in_latin1() {
    let bytes = b"text\nplain\ncaf\xe9 au lait\n";
    let (_folder, path) = file("a.csv", bytes);
    let error = Corpus::read(&path, &CorpusOptions::default()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("a.csv, line 3: invalid UTF-8 at byte offset 14 (found 0xe9)"),
        "{message}"
    );
    assert!(message.contains("{ encoding = \"latin-1\" }"), "{message}");

    let latin1: CorpusOptions = serde_json::from_str(r#"{"encoding": "latin-1"}"#).unwrap();
    let corpus = Corpus::read(&path, &latin1).unwrap();
    assert_eq!(corpus.texts(), ["plain", "café au lait"]);

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.txt"), b"ab\xff").unwrap();
    let error = Corpus::read(folder.path(), &CorpusOptions::default()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("broken.txt, line 1: invalid UTF-8 at byte offset 2"),
        "{message}"
    );
}

#[test]
fn a_missing_column_is_named_with_those_there_are() {
    let (_folder, path) = file("a.csv", "id,body,labels\n1,x,y\n");
    let options = CorpusOptions {
        text_column: "body".to_owned(),
        label_column: named("label"),
        ..CorpusOptions::default()
    };
    let message = Corpus::read(&path, &options).unwrap_err().to_string();
    assert!(
        message
            .contains("no column `label` (did you mean `labels`?); its columns: id, body, labels"),
        "{message}"
    );
    let message = Corpus::read(&path, &CorpusOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("no column `text`; its columns: id, body, labels"),
        "{message}"
    );

    let (_folder, path) = file("a.jsonl", "{\"body\": \"x\", \"labels\": 1}\n");
    let message = Corpus::read(&path, &options).unwrap_err().to_string();
    assert!(
        message.contains("no column `label` (did you mean `labels`?)"),
        "{message}"
    );
    let message = Corpus::read(&path, &CorpusOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("no column `text`; its columns: body, labels"),
        "{message}"
    );
}

#[test]
fn a_malformed_line_is_named() {
    let message = |name: &str, content: &str| {
        let (_folder, path) = file(name, content);
        let error = Corpus::read(&path, &CorpusOptions::default()).unwrap_err();
        error.to_string()
    };
    let short = message("a.csv", "text,label\none,1\ntwo\n");
    assert!(
        short.contains("a.csv, line 3: found 1 fields, expected 2"),
        "{short}"
    );
    let broken = message("a.jsonl", "{\"text\": \"x\"}\n{\"text\": }\n");
    assert!(
        broken.contains("a.jsonl, line 2, column 10: found expected value, expected JSON"),
        "{broken}"
    );
    let array = message("a.jsonl", "[1]\n");
    assert!(
        array.contains("line 1: found an array, expected a JSON object"),
        "{array}"
    );
    let number = message("a.jsonl", "{\"text\": 3}\n");
    assert!(
        number.contains("found a number, expected a string under `text`"),
        "{number}"
    );
}

#[test]
fn quotes_that_would_be_misread_are_refused_and_proper_ones_are_read() {
    let options = CorpusOptions::default();
    let proper = "text,n\n\"a \"\"b\"\"\",1\n\"\",2\r\n5\" disk,3\n\"x,\ny\",4\n\"end\",\"5\"";
    let (_folder, path) = file("a.csv", proper);
    let corpus = Corpus::read(&path, &options).unwrap();
    assert_eq!(corpus.texts(), ["a \"b\"", "", "5\" disk", "x,\ny", "end"]);
    for (content, line) in [
        ("n,text\n1,\"a\n2,b\n", 2),
        ("text\n\"x\ny\"\n\"a", 4),
        ("text\na\n\"say \"b\" now\"\n", 3),
    ] {
        let (_folder, path) = file("a.csv", content);
        let error = Corpus::read(&path, &options).unwrap_err();
        assert!(
            matches!(error, CorpusError::Line { line: found, .. } if found == line),
            "{error}"
        );
    }
}

#[test]
fn a_corpus_without_documents_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &std::path::Path| {
        let error = Corpus::read(path, &CorpusOptions::default()).unwrap_err();
        error.to_string()
    };
    let none = message(folder.path());
    assert!(
        none.contains("holds no documents; expected text files"),
        "{none}"
    );
    let (_folder, path) = file("a.csv", "text\n");
    assert!(message(&path).contains("holds no documents; expected a header and one record"));
    let (_folder, path) = file("a.csv", "");
    assert!(message(&path).contains("holds no documents"));
    let (_folder, path) = file("a.jsonl", "\n");
    assert!(message(&path).contains("holds no documents; expected one JSON object"));
}

#[test]
fn an_unlabelled_document_is_named() {
    let (_folder, path) = file("a.csv", "text,topic\na,tea\nb,\nc,\n");
    let options = CorpusOptions {
        label_column: named("topic"),
        ..CorpusOptions::default()
    };
    let error = Corpus::read(&path, &options)
        .unwrap()
        .classes()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "document `3` has no label (2 of 3 documents have none); label every document, or leave \
         out those without"
    );
}

#[test]
fn a_table_whose_labels_are_in_no_named_column_and_a_folder_without_sub_folders_say_what_helps() {
    let (_folder, path) = file("a.csv", "text,topic\na,tea\nb,beer\n");
    let load = |path: &Path| {
        let keys = serde_json::json!({"path": path, "labels": true});
        let source: CorpusSource = serde_json::from_value(keys).unwrap();
        source.load(&Places::default()).err().unwrap()
    };
    let error = load(&path);
    assert_eq!(
        error
            .to_string()
            .replace(&path.display().to_string(), "a.csv"),
        "a.csv: labels = true, but no column is said to hold them: name it in `read`, as in \
         read = { label-column = \"class\" }, or leave `labels` out"
    );
    assert_eq!(error.key(), "labels");
    let (folder, _) = file("a.txt", "tea");
    let said = load(folder.path()).to_string();
    let advice =
        "put every document into a sub-folder named after its class, or leave out those without";
    assert!(said.ends_with(advice), "{said}");
    assert!(
        load(Path::new("none.csv"))
            .to_string()
            .starts_with("cannot read none.csv")
    );
}

#[test]
fn labels_of_one_class_only_are_refused() {
    let (_folder, path) = file("a.csv", "text,topic\na,tea\nb,tea\n");
    let options = CorpusOptions {
        label_column: named("topic"),
        ..CorpusOptions::default()
    };
    let error = Corpus::read(&path, &options)
        .unwrap()
        .classes()
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("all 2 documents have the label `tea`; expected at least two classes"),
        "{message}"
    );
}

#[test]
fn a_format_or_delimiter_that_makes_no_sense_is_refused() {
    let (_folder, path) = file("a.txt", "text\nx\n");
    let read = |options: &CorpusOptions| Corpus::read(&path, options);
    let error = read(&CorpusOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("cannot tell the format"),
        "{error}"
    );
    let mut options = CorpusOptions {
        format: Some(Format::Csv),
        ..CorpusOptions::default()
    };
    assert_eq!(read(&options).unwrap().texts(), ["x"]);
    options.delimiter = Some('→');
    let error = read(&options).unwrap_err();
    assert!(
        matches!(error, CorpusError::Delimiter { found: '→' }),
        "{error}"
    );

    for missing in ["none.csv", "no-such-folder"] {
        let error = Corpus::read(&path.with_file_name(missing), &options).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("cannot read ") && message.contains(missing),
            "{message}"
        );
    }
}

#[test]
fn options_survive_writing_and_reading() {
    let options = CorpusOptions {
        format: Some(Format::Jsonl),
        encoding: Encoding::Latin1,
        delimiter: Some(';'),
        ..columns()
    };
    let written = serde_json::to_string(&options).unwrap();
    assert_eq!(options, serde_json::from_str(&written).unwrap());
    assert!(serde_json::from_str::<CorpusOptions>(r#"{"text_column": "x"}"#).is_err());
}
