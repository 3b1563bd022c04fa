//! The Twitter data, if `HNTF_DATA_DIR` names a folder that holds it.
//!
//! The numbers of the rebuilt tensor were made without this crate: the tweets of each cell, found
//! with Python's csv and datetime modules and joined with a space, through scikit-learn 1.9's
//! `TfidfVectorizer(stop_words=NLTK's + ["rt"])` after `re.sub(ADDRESSES, "", text)`.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;

use hntf_datasets::twitter::{ACCOUNTS, TwitterPeriod, Variant};
use hntf_datasets::{Dataset, DatasetError, Places, PublishedFactors, Source, Twitter};
use hntf_tensor::Scratch;

/// Where the data is; `None`, and a line that says so, if it is nowhere.
fn places() -> Option<Places> {
    let Some(folder) = std::env::var_os("HNTF_DATA_DIR") else {
        println!("skipped: HNTF_DATA_DIR names no folder");
        return None;
    };
    let data = vec![PathBuf::from(folder)];
    let places = Places {
        data,
        ..Places::default()
    };
    match Twitter::default().load(&places) {
        Err(DatasetError::Absent { .. }) => {
            println!("skipped: HNTF_DATA_DIR has no twitter/tweets.csv");
            None
        }
        _ => Some(places),
    }
}

/// Sum of the entries, and of the entries weighted by (index of the cell + 1) and by (index of the
/// word + 1).
fn sums(dataset: &Dataset) -> [f64; 3] {
    let shape = dataset.data.shape().to_vec();
    let weighted = |f: &dyn Fn(usize) -> f64, mode: usize| {
        let weights = |m: usize| {
            let n = shape[m];
            hntf_tensor::Matrix::from_fn(n, 1, |i, _| if m == mode { f(i) } else { 1.0 })
        };
        let factors: Vec<_> = (0..3).map(weights).collect();
        let factors: Vec<_> = factors.iter().map(Some).collect();
        dataset.data.project(&factors, &mut Scratch::new()).values()[0]
    };
    [
        weighted(&|_| 1.0, 0),
        weighted(&|i| i as f64 + 1.0, 0),
        weighted(&|i| i as f64 + 1.0, 2),
    ]
}

#[test]
fn the_rebuilt_tensor_is_scikit_learns() {
    let Some(places) = places() else { return };
    let dataset = Twitter::default().load(&places).unwrap();
    println!("{:?} {:?}", dataset.notes, sums(&dataset));
    assert_eq!(dataset.data.shape(), [8, 10, 10_639]);
    assert!((dataset.data.squared_norm() - 80.0).abs() < 1e-12);
    assert_eq!(dataset.items[0].as_ref().unwrap(), &ACCOUNTS);
}

#[test]
fn calendar_months_are_the_other_choice() {
    let Some(places) = places() else { return };
    let twitter = Twitter {
        period: TwitterPeriod::CalendarMonth,
        ..Twitter::default()
    };
    let dataset = twitter.load(&places).unwrap();
    assert_eq!(dataset.data.shape(), [8, 10, 10_611]);
}

#[test]
fn the_published_factors_are_a_tensor() {
    let Some(places) = places() else { return };
    let dataset = PublishedFactors {}.load(&places).unwrap();
    assert_eq!(dataset.data.shape(), [8, 10, 12_721]);
    let norm = dataset.data.squared_norm();
    assert!((norm - 24.547_512_002_606).abs() < 1e-9, "{norm}");
    // The published error of rank 8 is 0.833 (one of their tables) or 0.834 (the other).
    let left_out = dataset.left_out.unwrap();
    assert!(((left_out / 80.0).sqrt() - 0.8326).abs() < 1e-4);
}

#[test]
fn without_the_data_everything_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    let places = Places {
        data: vec![folder.path().to_owned()],
        ..Places::default()
    };
    let authors = Twitter {
        variant: Variant::Authors,
        ..Twitter::default()
    };
    for (loaded, file) in [
        (Twitter::default().load(&places), "tweets.csv"),
        (authors.load(&places), "tweets_bag_100.npy"),
        (PublishedFactors {}.load(&places), "X_1.npy"),
    ] {
        let error = loaded.err().unwrap();
        assert!(matches!(error, DatasetError::Absent { .. }), "{error}");
        let said = error.to_string();
        assert!(
            said.contains(file) && !said.contains("xtask fetch"),
            "{said}"
        );
    }
}
