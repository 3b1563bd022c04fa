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
use hntf_tensor::{Matrix, Scratch};

/// Where the data is; `None`, and a line that says so, if it is nowhere.
#[allow(
    clippy::disallowed_methods,
    reason = "where the data lies is the tester's to say"
)]
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

/// Σ x[a, p, w] f(a) g(p) h(w).
fn weighted_sum(dataset: &Dataset, weights: [&dyn Fn(usize) -> f64; 3]) -> f64 {
    let sizes = dataset.data.shape();
    let factors: Vec<Matrix> = sizes
        .iter()
        .zip(weights)
        .map(|(n, weight)| Matrix::from_fn(*n, 1, |i, _| weight(i)))
        .collect();
    let factors: Vec<_> = factors.iter().map(Some).collect();
    let sum = dataset.data.project(&factors, &mut Scratch::new());
    sum.values()[0]
}

/// What the tensor should be.
struct Reference {
    words: usize,
    nonzeros: usize,
    tweets: usize,
    sum: f64,
    /// Entries times the number of their cell, from 1, the period running faster.
    by_cell: f64,
    /// Entries times the number of their word, from 1.
    by_word: f64,
    /// Σ x cos(a + 1) sin(p + 1) cos(w + 1), which no permutation leaves as it is.
    waves: f64,
    /// Cell, word and value of some entries.
    entries: [(usize, usize, f64); 5],
    /// Every 2000th word.
    some_words: [&'static str; 6],
}

fn assert_is(dataset: &Dataset, reference: &Reference) {
    assert_eq!(dataset.data.shape(), [8, 10, reference.words]);
    let note = format!(
        "8 authors × 10 periods × {} words, {} nonzeros, from {} of ",
        reference.words, reference.nonzeros, reference.tweets
    );
    assert!(dataset.notes[0].starts_with(&note), "{:?}", dataset.notes);
    assert!(dataset.notes[1].contains("not identical"));
    assert_eq!(dataset.items[0].as_ref().unwrap(), &ACCOUNTS);
    let words = dataset.items[2].as_ref().unwrap();
    let some: Vec<_> = words.iter().step_by(2000).collect();
    assert_eq!(some, reference.some_words);

    let near = |found: f64, expected: f64| {
        let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        assert!(close, "{found} instead of {expected}");
    };
    near(dataset.data.squared_norm(), 80.0);
    let one = |_| 1.0;
    let count = |i| i as f64 + 1.0;
    let tens = |i| 10.0 * i as f64;
    near(weighted_sum(dataset, [&one, &one, &one]), reference.sum);
    let by_cell =
        weighted_sum(dataset, [&tens, &one, &one]) + weighted_sum(dataset, [&one, &count, &one]);
    near(by_cell, reference.by_cell);
    near(
        weighted_sum(dataset, [&one, &one, &count]),
        reference.by_word,
    );
    let (cos, sin) = (|i| f64::cos(i as f64 + 1.0), |i| f64::sin(i as f64 + 1.0));
    near(weighted_sum(dataset, [&cos, &sin, &cos]), reference.waves);
    for (cell, word, value) in reference.entries {
        let at = |place: usize| move |i: usize| f64::from(u8::from(i == place));
        let entry = weighted_sum(dataset, [&at(cell / 10), &at(cell % 10), &at(word)]);
        assert!((entry - value).abs() < 1e-14, "{entry} instead of {value}");
    }
}

#[test]
fn the_rebuilt_tensor_is_scikit_learns() {
    let Some(places) = places() else { return };
    let dataset = Twitter::default().load(&places).unwrap();
    assert_is(
        &dataset,
        &Reference {
            words: 10_639,
            nonzeros: 39_525,
            tweets: 6615,
            sum: 1_312.232_404_324_847_7,
            by_cell: 52_122.726_296_927_29,
            by_word: 7_306_638.913_114_436,
            waves: 0.447_140_719_898_511_7,
            entries: [
                (0, 10_281, 0.023_248_224_688_476_513),
                (14, 8569, 0.029_730_443_928_851_363),
                (35, 4410, 0.026_876_010_019_612_578),
                (53, 7099, 0.056_086_036_331_873_6),
                (73, 4718, 0.030_516_219_303_321_04),
            ],
            some_words: ["00", "coalition", "fuera", "matter", "remorse", "upheld"],
        },
    );
    let periods = dataset.items[1].as_ref().unwrap();
    assert_eq!((&*periods[0], &*periods[9]), ("7 Feb", "7 Nov"));
}

#[test]
fn calendar_months_are_the_other_choice() {
    let Some(places) = places() else { return };
    let twitter = Twitter {
        period: TwitterPeriod::CalendarMonth,
        ..Twitter::default()
    };
    let dataset = twitter.load(&places).unwrap();
    assert_is(
        &dataset,
        &Reference {
            words: 10_611,
            nonzeros: 39_898,
            tweets: 6743,
            sum: 1_322.747_132_359_402_7,
            by_cell: 52_474.032_699_474_13,
            by_word: 7_320_993.133_688_882,
            waves: 0.248_728_536_752_465_2,
            entries: [
                (0, 10_494, 0.010_952_566_377_484_022),
                (14, 2864, 0.029_675_324_289_048_958),
                (35, 2757, 0.255_076_261_310_910_3),
                (53, 3251, 0.019_366_708_772_618_743),
                (73, 1709, 0.021_741_487_457_522_73),
            ],
            some_words: ["00", "club", "fulfilling", "material", "replace", "upsets"],
        },
    );
    let periods = dataset.items[1].as_ref().unwrap();
    assert_eq!((&*periods[0], &*periods[9]), ("Feb 2016", "Nov 2016"));
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
