//! Tensors of dated documents, and what is said of documents that make none.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod errors;

use std::path::PathBuf;

use hntf_datasets::corpus::CorpusOptions;
use hntf_datasets::document_tensor::{
    DocumentTensor, DocumentTensorSource, EmptyCells, Normalise, Period, Take,
};
use hntf_datasets::newsgroups::PerGroup;
use hntf_datasets::text::{TextOptions, Vectorizer, Weighting};
use hntf_datasets::{DatasetError, Places, Source};
use hntf_tensor::Tensor;
use proptest::prelude::*;
use tempfile::TempDir;

/// Two authors, two months; the times are not in order.
const POSTS: &str = "who,when,text
ann,2016-03-01,late march
bob,2016-02-10T08:00:00Z,\"one, two\"
ann,2016-02-28 23:59:59,second
ann,2016-02-28,first first
bob,2016-03-31T23:30:00-01:00,april first
bob,2016-03-02,march bob
";

fn source(change: impl FnOnce(&mut DocumentTensorSource)) -> DocumentTensorSource {
    let mut source = DocumentTensorSource::new(PathBuf::from("posts.csv"));
    source.read = CorpusOptions {
        author_column: Some("who".to_owned()),
        time_column: Some("when".to_owned()),
        ..CorpusOptions::default()
    };
    source.text.weighting = Weighting::Counts;
    source.normalise = Normalise::None;
    change(&mut source);
    source
}

fn read(
    posts: &str,
    change: impl FnOnce(&mut DocumentTensorSource),
) -> Result<DocumentTensor, DatasetError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("posts.csv");
    std::fs::write(&path, posts).unwrap();
    source(change).read(&path)
}

/// The words of a cell with their values.
fn cell(made: &DocumentTensor, author: &str, period: &str) -> Vec<(String, f64)> {
    let position = |names: &[String], name| names.iter().position(|n| n == name).unwrap();
    let (a, p) = (
        position(&made.authors, author),
        position(&made.periods, period),
    );
    let mut words = Vec::new();
    made.tensor.for_each_nonzero(|index, value| {
        if (index[0] as usize, index[1] as usize) == (a, p) {
            words.push((made.vocabulary[index[2] as usize].clone(), value));
        }
    });
    words
}

fn words(made: &DocumentTensor, author: &str, period: &str) -> String {
    let words = cell(made, author, period).into_iter();
    let words = words.map(|(word, n)| format!("{word} {n}"));
    words.collect::<Vec<_>>().join(", ")
}

const TO_MARCH: fn(&mut DocumentTensorSource) = |s| s.last = Some("2016-03-31".parse().unwrap());

#[test]
fn months_of_authors_are_cells_of_counted_words() {
    let made = read(POSTS, TO_MARCH).unwrap();
    assert_eq!(made.authors, ["ann", "bob"]);
    assert_eq!(made.periods, ["Feb 2016", "Mar 2016"]);
    assert_eq!(words(&made, "ann", "Feb 2016"), "first 2, second 1");
    assert_eq!(words(&made, "ann", "Mar 2016"), "late 1, march 1");
    assert_eq!(words(&made, "bob", "Feb 2016"), "one 1, two 1");
    // Half past eleven on the last of March, an hour west of Greenwich, is April.
    assert_eq!(words(&made, "bob", "Mar 2016"), "bob 1, march 1");
    assert_eq!((made.used, made.available, made.empty), (5, 5, 0));
}

#[test]
fn the_time_orders_documents_and_the_file_those_of_the_same_time() {
    let posts = "who,when,text\na,2016-01-02,third\na,2016-01-01,first\na,2016-01-01,second\n";
    for (take, n, left) in [
        (Take::Last, 2, "second third"),
        (Take::First, 2, "first second"),
        (Take::First, 1, "first"),
        (Take::Last, 9, "first second third"),
    ] {
        let made = read(posts, |s| {
            s.take = take;
            s.documents_per_cell = PerGroup::First(n);
            s.text.ngram_range = [1, 3];
        });
        // The longest n-gram there is shows the order of the words.
        let made = made.unwrap();
        let longest = made.vocabulary.iter().max_by_key(|w| w.len()).unwrap();
        assert_eq!(longest, left, "{take:?} {n}");
        assert_eq!((made.used, made.available), (n.min(3), 3));
    }
}

#[test]
fn chance_takes_what_its_seed_says() {
    let post = |i: usize| format!("a,2016-01-{:02},w{i:02}\n", i + 1);
    let posts: String = (0..20).map(post).collect();
    let posts = format!("who,when,text\n{posts}");
    let taken = |seed| {
        let made = read(&posts, |s| {
            s.take = Take::Random;
            s.documents_per_cell = PerGroup::First(5);
            s.seed = seed;
        });
        made.unwrap().vocabulary
    };
    // sorted(numpy.random.RandomState(3).permutation(20)[:5])
    assert_eq!(taken(3), ["w01", "w02", "w04", "w14", "w17"]);
    assert_eq!(taken(3), taken(3));
    assert_ne!(taken(3), taken(4));
}

#[test]
fn weights_are_those_of_the_joined_texts() {
    let made = read(POSTS, |s| {
        TO_MARCH(s);
        s.text.weighting = Weighting::TfIdf;
        s.normalise = Normalise::Cell;
    });
    let made = made.unwrap();
    let texts = ["first first second", "late march", "one, two", "march bob"];
    let vectorizer = Vectorizer::new(&TextOptions::default()).unwrap();
    let (_, matrix) = vectorizer.fit_transform(&texts).unwrap();
    assert_eq!(made.vocabulary, matrix.vocabulary);
    let cells = [("ann", 0), ("ann", 1), ("bob", 0), ("bob", 1)];
    for (column, (author, period)) in cells.into_iter().enumerate() {
        let found = cell(&made, author, &made.periods[period]);
        let words = matrix.entries.outer_view(column).unwrap();
        let expected: Vec<_> = words
            .iter()
            .map(|(word, x)| (matrix.vocabulary[word].clone(), *x))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_authors_norm_is_over_all_periods() {
    let made = read(POSTS, |s| {
        TO_MARCH(s);
        s.normalise = Normalise::Author;
    });
    let made = made.unwrap();
    // Ann's counts are 2, 1, 1, 1, Bob's 1, 1, 1, 1.
    let unit = |words: &str, norm: f64| -> Vec<f64> {
        let counts = words.split(' ').map(|n| n.parse::<f64>().unwrap() / norm);
        counts.collect()
    };
    let values = |author, period| -> Vec<f64> {
        let words = cell(&made, author, period);
        words.into_iter().map(|(_, value)| value).collect()
    };
    assert_eq!(values("ann", "Feb 2016"), unit("2 1", 7_f64.sqrt()));
    assert_eq!(values("ann", "Mar 2016"), unit("1 1", 7_f64.sqrt()));
    assert_eq!(values("bob", "Mar 2016"), unit("1 1", 2.0));
    assert!((made.tensor.squared_norm() - 2.0).abs() < 1e-15);
}

#[test]
fn weeks_days_and_edges_cut_time_as_they_say() {
    let with = |period: Period| {
        let made = read(POSTS, |s| {
            TO_MARCH(s);
            s.period = period;
            s.empty_cells = EmptyCells::Allow;
        });
        made.unwrap()
    };
    let weeks = with(Period::Week);
    assert_eq!((weeks.periods.len(), &*weeks.periods[0]), (8, "2016-W06"));
    assert_eq!(words(&weeks, "ann", "2016-W08"), "first 2, second 1");
    let days = with(Period::Day);
    assert_eq!(days.periods.len(), 20 + 31);
    assert_eq!(words(&days, "bob", "2016-03-02"), "bob 1, march 1");
    let posts = "2016-02-11 2016-03-01 2016-03-02".split(' ');
    let edges = Period::Edges(posts.map(|d| d.parse().unwrap()).collect());
    let made = read(POSTS, |s| {
        s.period = edges;
        s.empty_cells = EmptyCells::Allow;
    });
    let made = made.unwrap();
    assert_eq!(made.periods, ["2016-02-11", "2016-03-01"]);
    assert_eq!(words(&made, "ann", "2016-03-01"), "late 1, march 1");
    assert_eq!((made.used, made.empty), (3, 2));
}

#[test]
fn authors_are_selected_and_ordered() {
    let made = read(POSTS, |s| {
        TO_MARCH(s);
        s.authors = Some(vec!["bob".to_owned(), "ann".to_owned()]);
    });
    assert_eq!(made.unwrap().authors, ["bob", "ann"]);
    let bob = read(POSTS, |s| s.authors = Some(vec!["bob".to_owned()])).unwrap();
    assert_eq!((bob.authors.len(), bob.periods.len(), bob.used), (1, 3, 3));
}

#[test]
fn a_data_set_names_its_modes_and_indices() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("posts.csv"), POSTS).unwrap();
    let places = Places {
        base: folder.path().to_owned(),
        ..Places::default()
    };
    let dataset = source(TO_MARCH).load(&places).unwrap();
    assert_eq!(dataset.mode_names, ["author", "period", "word"]);
    let sizes: Vec<_> = dataset
        .items
        .iter()
        .map(|i| i.as_ref().unwrap().len())
        .collect();
    assert_eq!(sizes, dataset.data.shape());
    assert_eq!(
        dataset.notes,
        ["2 authors × 2 periods × 7 words, 8 nonzeros, from 5 of 5 documents."]
    );
}

proptest! {
    #[test]
    fn every_document_within_the_bounds_is_counted_once(
        posts in prop::collection::vec((0..3_u8, 1..29_u8, 1..13_u8, 0..4_u8), 1..40),
        week in any::<bool>(),
        begins in 1..29_i8,
    ) {
        let mut text = "who,when,text\n".to_owned();
        for (author, day, month, word) in &posts {
            text.push_str(&format!("a{author},2016-{month:02}-{day:02},word{word}\n"));
        }
        let made = read(&text, |s| {
            s.empty_cells = EmptyCells::Allow;
            if week { s.period = Period::Week } else { s.month_begins = begins }
        }).unwrap();
        prop_assert_eq!(made.used, posts.len());
        prop_assert_eq!(made.tensor.sum(), posts.len() as f64);
        // The first and the last period hold a document: none was made for nothing.
        let mut used = vec![false; made.periods.len()];
        made.tensor.for_each_nonzero(|index, _| used[index[1] as usize] = true);
        prop_assert!(used[0] && used[used.len() - 1]);
    }
}
