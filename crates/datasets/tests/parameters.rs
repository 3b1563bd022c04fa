//! What a list of data sets says of their parameters is what a configuration may hold.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_datasets::{
    CorpusSource, DocumentTensorSource, MatrixMarket, NamedSource, NestedBlocks, NewsgroupsOptions,
    Parameter, PublishedFactors, SyntheticBlocks, TensorFile, TnsFile, Twitter,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The keys that a configuration may hold, as the message about a wrong one lists them.
fn keys<S: NamedSource + DeserializeOwned>(table: Option<&str>) -> Vec<String> {
    let wrong = || Value::Object(Map::from_iter([("no such key".to_owned(), Value::Null)]));
    let mut section = serde_json::to_value(S::with_defaults()).unwrap();
    match table {
        Some(table) => section[table] = wrong(),
        None => section = wrong(),
    }
    let message = serde_json::from_value::<S>(section)
        .err()
        .unwrap()
        .to_string();
    let (_, expected) = message.split_once("expected").unwrap();
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Checks one data set, and gives its parameters.
fn parameters<S: NamedSource>() -> Vec<Parameter> {
    let parameters = S::parameters();
    let id = S::ABOUT.id;
    let top: Vec<_> = parameters.iter().filter(|p| !p.key.contains('.')).collect();
    assert!(top.iter().map(|p| &p.key).eq(&keys::<S>(None)), "{id}");
    for (table, _) in S::TABLES {
        let prefix = format!("{table}.");
        let inner = parameters
            .iter()
            .filter_map(|p| p.key.strip_prefix(&prefix));
        assert!(inner.eq(keys::<S>(Some(table))), "{id}");
    }
    for parameter in &parameters {
        let summary = &parameter.summary;
        assert!(
            summary.ends_with(['.', ':']) && !summary.contains('\n'),
            "{id}: {summary}"
        );
    }
    // Exactly what has no default has to be given.
    let required = || {
        top.iter()
            .filter(|p| p.default.is_none())
            .map(|p| p.key.clone())
    };
    let mut section = serde_json::to_value(S::with_defaults()).unwrap();
    let given: Vec<String> = required().collect();
    section
        .as_object_mut()
        .unwrap()
        .retain(|key, _| given.contains(key));
    let read: S = serde_json::from_value(section).unwrap();
    let (read, all) = (
        serde_json::to_value(read),
        serde_json::to_value(S::with_defaults()),
    );
    assert_eq!(read.unwrap(), all.unwrap(), "{id}");
    parameters
}

#[test]
fn every_key_is_listed_with_its_default() {
    for all in [
        parameters::<SyntheticBlocks>(),
        parameters::<TensorFile>(),
        parameters::<NewsgroupsOptions>(),
        parameters::<NestedBlocks>(),
        parameters::<CorpusSource>(),
        parameters::<MatrixMarket>(),
        parameters::<DocumentTensorSource>(),
        parameters::<Twitter>(),
        parameters::<TnsFile>(),
    ] {
        assert!(!all.is_empty());
    }
    assert_eq!(PublishedFactors::parameters(), []);
}

#[test]
fn a_line_has_the_key_the_default_and_the_first_sentence_of_the_documentation() {
    let line = |parameters: &[Parameter], key: &str| {
        let found = parameters.iter().find(|p| p.key == key).unwrap();
        let default = found.default.as_deref().unwrap_or("required");
        format!("{key} ({default}) {}", found.summary)
    };
    let corpus = CorpusSource::parameters();
    assert_eq!(
        line(&corpus, "path"),
        "path (required) The folder or file; a relative path starts from the folder of the configuration."
    );
    assert_eq!(
        line(&corpus, "text.min-df"),
        "text.min-df (1) Drop terms that occur in fewer documents: a number of documents (an integer) \
         or a proportion of them (a number with a decimal point)."
    );
    assert_eq!(
        line(&corpus, "read.label-column"),
        "read.label-column (nothing) Column of the label."
    );
    let words = line(&NewsgroupsOptions::parameters(), "text.extra-stop-words");
    assert!(
        words.contains(r#"(["thanks", "edu", "also", "would", … 36 more])"#),
        "{words}"
    );
}
