//! The text pipeline against scikit-learn, and its messages.
//!
//! `fixtures/text.json` holds small corpora, options, and the matrices scikit-learn makes of
//! them; `fixtures/make_text_fixtures.py` wrote it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use hntf_datasets::text::{
    FittedText, Frequency, Norm, Scaling, StopWords, TextError, TextOptions, Vectorizer,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixtures {
    corpora: BTreeMap<String, Vec<String>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    corpus: String,
    options: TextOptions,
    /// Documents to transform, if others than those fitted on.
    documents: Option<Vec<String>>,
    vocabulary: Vec<String>,
    idf: Option<Vec<f64>>,
    indptr: Vec<usize>,
    indices: Vec<usize>,
    values: Vec<f64>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("fixtures/text.json")).unwrap()
}

/// A logarithm, a product and a quotient may each differ from NumPy's in the last bit.
fn assert_close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(theirs) {
        assert!(
            (a - b).abs() <= 1e-15 * b.abs().max(1.0),
            "{what}: {a} against {b}"
        );
    }
}

#[test]
fn matrices_equal_those_of_scikit_learn() {
    let fixtures = fixtures();
    for case in fixtures.cases {
        let what = format!("corpus {:?}, {:?}", case.corpus, case.options);
        let corpus = &fixtures.corpora[&case.corpus];
        let vectorizer = Vectorizer::new(&case.options).unwrap();
        let (fitted, of_fit) = vectorizer.fit_transform(corpus).unwrap();
        let matrix = fitted
            .transform(case.documents.as_ref().unwrap_or(corpus))
            .unwrap();
        if case.documents.is_none() {
            assert_eq!(matrix, of_fit, "{what}");
        }
        assert_eq!(matrix.vocabulary, case.vocabulary, "{what}");
        let starts = matrix.entries.indptr();
        assert_eq!(*starts.to_proper(), case.indptr, "{what}");
        assert_eq!(matrix.entries.indices(), case.indices, "{what}");
        assert_close(matrix.entries.data(), &case.values, &what);
        // Kept and read again, it is applied to documents as scikit-learn's is.
        let text = FittedText::new(0, fitted.clone(), Scaling::None);
        let kept = serde_json::to_string(&text).unwrap();
        let text: FittedText = serde_json::from_str(&kept).unwrap();
        let applied = text.apply(case.documents.as_ref().unwrap_or(corpus));
        assert_eq!(applied.unwrap().documents, matrix, "{what}");
        assert_eq!(fitted.idf().is_some(), case.idf.is_some(), "{what}");
        assert_close(
            fitted.idf().unwrap_or_default(),
            &case.idf.unwrap_or_default(),
            &what,
        );
    }
}

#[test]
fn columns_have_norm_one_no_zeros_and_ascending_rows() {
    for (name, corpus) in fixtures().corpora {
        for norm in [Norm::L1, Norm::L2] {
            let options = TextOptions {
                norm,
                ..TextOptions::default()
            };
            let (_, matrix) = Vectorizer::new(&options)
                .unwrap()
                .fit_transform(&corpus)
                .unwrap();
            assert!(
                matrix.entries.data().iter().all(|&value| value > 0.0),
                "{name}"
            );
            for column in matrix.entries.outer_iterator() {
                let (rows, column) = (column.indices(), column.data());
                assert!(rows.is_sorted_by(|a, b| a < b), "{name}");
                let length: f64 = match norm {
                    Norm::L1 => column.iter().sum(),
                    _ => column.iter().map(|value| value * value).sum(),
                };
                assert!(column.is_empty() || (length - 1.0).abs() < 1e-14, "{name}");
            }
        }
    }
}

#[test]
fn many_documents_give_the_same_bits_on_any_number_of_threads() {
    // Enough for several chunks, with terms that first occur in late ones.
    let documents: Vec<String> = (0..1500)
        .map(|i| format!("word{} other{} common term{}", i % 7, i * i % 401, i / 3))
        .collect();
    let vectorizer = Vectorizer::new(&TextOptions::default()).unwrap();
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| vectorizer.fit_transform(&documents).unwrap().1)
    };
    let one = on(1);
    assert_eq!(one, on(4));
    assert!(one.vocabulary.is_sorted());
    assert_eq!(one.shape().1, 1500);
    assert!(one.empty_columns().is_empty());
    let squares: f64 = one.entries.data().iter().map(|x| x * x).sum();
    assert!((squares - 1500.0).abs() < 1e-9);
}

#[test]
fn options_survive_writing_and_reading() {
    let options = TextOptions {
        min_df: Frequency::Count(2),
        max_df: Frequency::Proportion(0.5),
        max_features: Some(10),
        stop_words: StopWords::NltkEnglish,
        ..TextOptions::default()
    };
    let written = serde_json::to_string(&options).unwrap();
    assert_eq!(options, serde_json::from_str(&written).unwrap());
    assert!(
        written.contains(r#""stop-words":"nltk-english""#),
        "{written}"
    );
    let defaults: TextOptions = serde_json::from_str("{}").unwrap();
    assert_eq!(defaults, TextOptions::default());
}

#[test]
fn an_unknown_option_is_refused() {
    let error = serde_json::from_str::<TextOptions>(r#"{"stopwords": "none"}"#).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("`stopwords`") && message.contains("`stop-words`"),
        "{message}"
    );
}

#[test]
fn the_english_list_drops_its_words_and_no_others() {
    let options = TextOptions {
        stop_words: StopWords::NltkEnglish,
        extra_stop_words: vec!["would".to_owned()],
        ..TextOptions::default()
    };
    let vectorizer = Vectorizer::new(&options).unwrap();
    let terms = vectorizer
        .terms("The tensor would not be theirs or yours themselves")
        .unwrap();
    assert_eq!(terms, ["tensor"]);
}

fn fit_error(options: &TextOptions, documents: &[&str]) -> TextError {
    let vectorizer = Vectorizer::new(options).unwrap();
    vectorizer.fit(documents).unwrap_err()
}

#[test]
fn an_empty_corpus_is_refused() {
    let error = fit_error(&TextOptions::default(), &[]);
    assert_eq!(error, TextError::EmptyCorpus);
    assert!(error.to_string().contains("no documents"), "{error}");
}

#[test]
fn a_corpus_of_stop_words_only_is_refused() {
    let options = TextOptions {
        stop_words: StopWords::NltkEnglish,
        ..TextOptions::default()
    };
    let error = fit_error(&options, &["the and of", "", "A or THE"]);
    assert_eq!(error, TextError::EmptyVocabulary { documents: 3 });
    let message = error.to_string();
    assert!(
        message.contains("3 documents") && message.contains("`stop-words`"),
        "{message}"
    );
}

#[test]
fn limits_of_frequency_that_leave_nothing_are_refused() {
    let min_df = |min_df| TextOptions {
        min_df,
        ..TextOptions::default()
    };
    let documents = ["one two", "three"];
    let message = fit_error(&min_df(Frequency::Count(2)), &documents).to_string();
    assert!(
        message.starts_with("none of the 3 terms occurs in at least 2 and at most 2 of the 2"),
        "{message}"
    );
    let message = fit_error(&min_df(Frequency::Count(3)), &documents).to_string();
    assert!(
        message.starts_with("`max-df` allows at most 2 of the 2"),
        "{message}"
    );
}

#[test]
fn values_out_of_range_are_refused_by_name() {
    let refused = |json: &str| {
        let options: TextOptions = serde_json::from_str(json).unwrap();
        Vectorizer::new(&options).unwrap_err().to_string()
    };
    for (json, start) in [
        (
            r#"{"ngram-range": [2, 1]}"#,
            "text option `ngram-range`: found [2, 1], expected",
        ),
        (
            r#"{"ngram-range": [0, 1]}"#,
            "text option `ngram-range`: found [0, 1], expected",
        ),
        (
            r#"{"max-features": 0}"#,
            "text option `max-features`: found 0, expected",
        ),
        (
            r#"{"min-df": 0}"#,
            "text option `min-df`: found 0, expected",
        ),
        (
            r#"{"max-df": 1.5}"#,
            "text option `max-df`: found 1.5, expected",
        ),
        (
            r#"{"token-pattern": "[a"}"#,
            "text option `token-pattern`: the pattern `[a`",
        ),
    ] {
        let message = refused(json);
        assert!(message.starts_with(start), "{message}");
    }
    let negative = serde_json::from_str::<TextOptions>(r#"{"min-df": -1}"#).unwrap_err();
    assert!(negative.to_string().contains("`-1`"), "{negative}");
}

#[test]
fn a_pattern_that_explodes_names_the_document() {
    let options = TextOptions {
        token_pattern: r"(?:a\B|aa\B)+(?=!)".to_owned(),
        ..TextOptions::default()
    };
    let long = "a".repeat(60);
    let error = fit_error(&options, &["aa!", &long]);
    let message = error.to_string();
    assert!(
        message.contains("too many steps on document 1"),
        "{message}"
    );
}

#[test]
fn mentions_and_hashtags_go_and_addresses_of_mail_stay() {
    let text = "RT @Jo_1: .@Ann's #big_Day, mail me@home.org (#Été @x)";
    let terms = |strip_mentions, strip_hashtags| {
        let options = TextOptions {
            strip_mentions,
            strip_hashtags,
            ..TextOptions::default()
        };
        let vectorizer = Vectorizer::new(&options).unwrap();
        vectorizer.terms(text).unwrap().join(" ")
    };
    let kept = "rt jo_1 ann big_day mail me home org été";
    assert_eq!(terms(false, false), kept);
    assert_eq!(terms(true, false), "rt big_day mail me home org été");
    assert_eq!(terms(false, true), "rt jo_1 ann mail me home org");
    assert_eq!(terms(true, true), "rt mail me home org");
}

#[test]
fn mentions_go_before_digits_so_that_no_part_of_a_name_is_left() {
    let options = TextOptions {
        strip_mentions: true,
        strip_hashtags: true,
        strip_digits: true,
        ..TextOptions::default()
    };
    let terms = Vectorizer::new(&options)
        .unwrap()
        .terms("@a1bc #x2yz up 4you");
    assert_eq!(terms.unwrap(), ["up", "you"]);
}
