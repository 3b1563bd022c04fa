//! What was learnt of a data set's documents, applied to its own and to others.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use hntf_datasets::corpus::{Corpus, CorpusOptions};
use hntf_datasets::document_tensor::{DocumentTensorSource, Normalise};
use hntf_datasets::text::{Applied, FittedText, TextError, TextOptions, Vectorizer, Weighting};
use hntf_datasets::{CorpusSource, Dataset, NamedSource, Places, Source};
use hntf_tensor::{Scratch, Tensor};
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

fn bytes(data: &dyn Tensor) -> Vec<u8> {
    let mut bytes = Vec::new();
    data.content(&mut |part| bytes.extend_from_slice(part));
    bytes
}

const DOCUMENTS: [&str; 5] = [
    "Black tea, green tea and coffee",
    "coffee in the morning, coffee at noon",
    "",
    "green mornings",
    "The tea. THE TEA!",
];

/// A folder with `DOCUMENTS` as a CSV file.
fn lab() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("posts.csv");
    let mut text = "text\n".to_owned();
    for document in DOCUMENTS {
        text.push_str(&format!("\"{document}\"\n"));
    }
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn load(path: &Path, text: TextOptions) -> Dataset {
    let source = CorpusSource {
        path: path.to_owned(),
        text,
        ..CorpusSource::with_defaults()
    };
    source.load(&Places::default()).unwrap()
}

fn options() -> [TextOptions; 4] {
    [
        TextOptions::default(),
        TextOptions {
            weighting: Weighting::Counts,
            ..TextOptions::default()
        },
        TextOptions {
            ngram_range: [1, 2],
            sublinear_tf: true,
            max_features: Some(5),
            ..TextOptions::default()
        },
        TextOptions {
            extra_stop_words: vec!["the".to_owned()],
            binary: true,
            smooth_idf: false,
            ..TextOptions::default()
        },
    ]
}

/// As a store would keep it.
fn kept(text: &FittedText) -> FittedText {
    serde_json::from_str(&serde_json::to_string(text).unwrap()).unwrap()
}

#[test]
fn the_documents_of_a_corpus_give_its_matrix_again_bit_for_bit() {
    let (_folder, path) = lab();
    // A user's documents are read the same way, whether they have labels or not.
    let documents = Corpus::read(&path, &CorpusOptions::default()).unwrap();
    for text in options() {
        let dataset = load(&path, text);
        let text = dataset.text.as_ref().unwrap();
        assert_eq!(*text, kept(text));
        for text in [text, &kept(text)] {
            let applied = text.apply(&documents.texts()).unwrap();
            assert_eq!(bytes(&applied.tensor().unwrap()), bytes(&*dataset.data));
            let words = dataset.items[text.mode].as_ref().unwrap();
            assert_eq!(applied.documents.vocabulary, *words);
        }
    }
}

#[test]
fn words_that_the_data_does_not_have_are_counted_and_documents_without_a_word_are_empty() {
    let (_folder, path) = lab();
    let [tf_idf, _, with_pairs, with_stop_words] = options().map(|options| {
        let text = load(&path, options).text.unwrap();
        let new = ["tea tea water", "water, ice and water", "the", ""];
        text.apply(&new).unwrap()
    });
    assert_eq!(tf_idf.unknown_in, [1, 3, 0, 0]);
    assert_eq!(tf_idf.unknown(), 4);
    assert_eq!(tf_idf.documents.empty_columns(), [3]);
    assert_eq!(tf_idf.tensor().unwrap().shape()[1], 4);
    // Of the words alone and their pairs: tea tea, tea water, water.
    assert_eq!(with_pairs.unknown_in[0], 3);
    assert_eq!(with_stop_words.unknown_in, [1, 3, 0, 0]);
    assert_eq!(with_stop_words.documents.empty_columns(), [2, 3]);
}

#[test]
fn documents_without_any_known_word_are_zeros_and_no_error() {
    let (_folder, path) = lab();
    let text = load(&path, TextOptions::default()).text.unwrap();
    let none = text.apply(&["xyz", "uvw uvw"]).unwrap();
    assert_eq!((none.unknown(), none.documents.nnz()), (3, 0));
    assert_eq!(none.tensor().unwrap().sum(), 0.0);
    let no_documents: [&str; 0] = [];
    let none = text.apply(&no_documents).unwrap();
    assert_eq!(none.documents.shape().1, 0);
}

#[test]
fn a_folder_of_texts_is_read_without_labels_too() {
    let (folder, path) = lab();
    let new = folder.path().join("new");
    fs::create_dir_all(new.join("any")).unwrap();
    fs::write(new.join("any/b.txt"), "tea").unwrap();
    fs::write(new.join("a.txt"), "water").unwrap();
    let documents = Corpus::read(&new, &CorpusOptions::default()).unwrap();
    let text = load(&path, TextOptions::default()).text.unwrap();
    let applied = text.apply(&documents.texts()).unwrap();
    assert_eq!(applied.unknown_in, [1, 0]);
}

/// Cells of a document tensor as documents of their own.
fn applied_to_cells(normalise: Normalise) -> (Dataset, Vec<Applied>) {
    let folder = TempDir::new().unwrap();
    let posts = "who,when,text\nann,2016-01-05,black tea\nann,2016-02-05,tea tea\n\
                 ann,2016-02-06,green\nbob,2016-01-07,coffee black\nbob,2016-02-07,green coffee\n";
    fs::write(folder.path().join("posts.csv"), posts).unwrap();
    let mut source = DocumentTensorSource::new(PathBuf::from("posts.csv"));
    source.read = CorpusOptions {
        author_column: Some("who".to_owned()),
        time_column: Some("when".to_owned()),
        ..CorpusOptions::default()
    };
    source.normalise = normalise;
    let places = Places {
        base: folder.path().to_owned(),
        ..Places::default()
    };
    let dataset = source.load(&places).unwrap();
    let text = kept(dataset.text.as_ref().unwrap());
    let cells = [
        ["black tea", "tea tea green"],
        ["coffee black", "green coffee"],
    ];
    let applied = cells.map(|author| text.apply(&author).unwrap());
    (dataset, applied.to_vec())
}

#[test]
fn the_joined_documents_of_an_authors_cells_give_the_slice_again() {
    for normalise in [Normalise::Cell, Normalise::Author, Normalise::None] {
        let (dataset, authors) = applied_to_cells(normalise);
        assert_eq!(dataset.text.as_ref().unwrap().mode, 2);
        let words = dataset.data.shape()[2];
        let dense = dataset.data.project(&[None; 3], &mut Scratch::new());
        for (author, applied) in authors.iter().enumerate() {
            for period in 0..2 {
                for word in 0..words {
                    let x = dense.values()[(author * 2 + period) * words + word];
                    let found = applied.documents.entries.get(word, period);
                    assert_eq!(found.copied().unwrap_or(0.0).to_bits(), x.to_bits());
                }
            }
        }
    }
}

#[test]
fn a_kept_pipeline_whose_parts_do_not_go_together_is_refused() {
    let (_folder, path) = lab();
    let text = load(&path, TextOptions::default()).text.unwrap();
    let json = serde_json::to_value(&text).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json["vectorizer"]);
        serde_json::from_value::<FittedText>(json)
            .unwrap_err()
            .to_string()
    };
    let said = refused(&|v| v["vocabulary"][1] = json!("aaa"));
    assert!(said.contains("its words are not in order"), "{said}");
    let said = refused(&|v| drop(v["idf"].as_array_mut().unwrap().pop()));
    assert!(said.contains("not one weight for each word"), "{said}");
    let said = refused(&|v| v["options"]["use-idf"] = json!(false));
    assert!(said.contains("not one weight for each word"), "{said}");
    let said = refused(&|v| v["idf"][0] = json!(-1.0));
    assert!(said.contains("a weight is no positive number"), "{said}");
    let said = refused(&|v| v["options"]["token-pattern"] = json!("("));
    assert!(said.contains("the pattern `(` cannot be used"), "{said}");
    let said = refused(&|v| v["options"]["ngram-range"] = json!([0, 1]));
    let expected = TextError::Option {
        key: "ngram-range",
        found: "[0, 1]".to_owned(),
        expected: "[shortest, longest] with 1 <= shortest <= longest",
    };
    assert_eq!(said, expected.to_string());
}

#[test]
fn the_pipeline_is_part_of_the_context_of_a_data_set() {
    let (_folder, path) = lab();
    let context = |text: TextOptions| {
        let mut bytes = Vec::new();
        load(&path, text).context(&mut |part| bytes.extend_from_slice(part));
        bytes
    };
    let default = context(TextOptions::default());
    assert_eq!(default, context(TextOptions::default()));
    // No tweet in sight, and other documents would come out otherwise all the same.
    let strips = TextOptions {
        strip_mentions: true,
        ..TextOptions::default()
    };
    assert_ne!(default, context(strips));
}

proptest! {
    #[test]
    fn every_term_is_known_or_counted(documents in prop::collection::vec("[a-d ]{0,30}", 1..6)) {
        let (_folder, path) = lab();
        let options = TextOptions {
            weighting: Weighting::Counts,
            ..TextOptions::default()
        };
        let text = load(&path, options.clone()).text.unwrap();
        let applied = text.apply(&documents).unwrap();
        let vectorizer = Vectorizer::new(&options).unwrap();
        for (j, document) in documents.iter().enumerate() {
            let terms = vectorizer.terms(document).unwrap().len();
            let column = applied.documents.entries.outer_view(j).unwrap();
            let known: f64 = column.data().iter().sum();
            prop_assert_eq!(known as usize + applied.unknown_in[j], terms);
        }
    }
}
