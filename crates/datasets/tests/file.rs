//! Tensors from the user's `.npy` files, with masks and without.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::path::PathBuf;

use hntf_datasets::{Dataset, DatasetError, Missing, Places, Source, TensorFile};
use hntf_tensor::Mask;
use hntf_tensor::npy::write_npy;

fn load(shape: &[usize], values: &[f64], modes: &[&str]) -> Result<Dataset, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    write_npy(&folder.path().join("x.npy"), shape, values).unwrap();
    let file = TensorFile {
        path: PathBuf::from("x.npy"),
        modes: modes.iter().map(|m| (*m).to_owned()).collect(),
        ..TensorFile::default()
    };
    file.load(&Places {
        base: folder.path().to_path_buf(),
        ..Places::default()
    })
}

#[test]
fn a_path_starts_from_the_configurations_folder() {
    let dataset = load(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[]).unwrap();
    assert_eq!(dataset.data.shape(), [2, 3]);
    assert_eq!(dataset.data.squared_norm(), 91.0);
    assert_eq!(dataset.mode_names, ["mode 1", "mode 2"]);
    assert!(dataset.reference.is_none() && dataset.truth.is_empty());
    assert_eq!(dataset.reference().squared_norm(), 91.0);
}

#[test]
fn modes_take_the_names_given() {
    let dataset = load(&[2, 2], &[1.0; 4], &["word", "week"]).unwrap();
    assert_eq!(dataset.mode_names, ["word", "week"]);
    let refused = load(&[2, 2], &[1.0; 4], &["word"]).err().unwrap();
    assert!(
        refused.to_string().contains("modes = [\"word\"]"),
        "{refused}"
    );
}

#[test]
fn what_cannot_be_factorized_is_refused() {
    assert!(matches!(
        load(&[4, 0], &[], &[]),
        Err(DatasetError::Empty { .. })
    ));
    assert!(matches!(
        load(&[4], &[1.0; 4], &[]),
        Err(DatasetError::Order { order: 1, .. })
    ));
    for value in [f64::NAN, f64::INFINITY, -1.0] {
        let refused = load(&[2, 2], &[1.0, 1.0, value, 1.0], &[]).err().unwrap();
        assert!(refused.to_string().contains("entry [1, 0]"), "{refused}");
    }
    assert!(matches!(
        load(&[2, 2], &[0.0; 4], &[]),
        Err(DatasetError::Content { .. })
    ));
    assert!(matches!(
        load(&[2, 2], &[1e200; 4], &[]),
        Err(DatasetError::Norm { .. })
    ));
    assert!(matches!(
        load(&[2, 2], &[1e-200; 4], &[]),
        Err(DatasetError::Norm { .. })
    ));
}

/// A 2 × 3 array with a mask, whose shape and values are given, or without.
fn load_incomplete(
    values: &[f64],
    missing: Option<Missing>,
    mask: Option<(&[usize], &[f64])>,
) -> Result<Dataset, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    write_npy(&folder.path().join("x.npy"), &[2, 3], values).unwrap();
    if let Some((shape, values)) = mask {
        write_npy(&folder.path().join("mask.npy"), shape, values).unwrap();
    }
    let file = TensorFile {
        path: PathBuf::from("x.npy"),
        missing,
        mask: mask.map(|_| PathBuf::from("mask.npy")),
        ..TensorFile::default()
    };
    file.load(&Places {
        base: folder.path().to_path_buf(),
        ..Places::default()
    })
}

#[test]
fn nan_and_a_mask_each_hide_entries_and_both_together() {
    let nan = f64::NAN;
    let mask: (&[usize], &[f64]) = (&[2, 3], &[1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    for (values, missing, mask, sum, observed) in [
        (
            [1.0, 2.0, 4.0, nan, 8.0, 16.0],
            Some(Missing::Nan),
            None,
            31.0,
            5,
        ),
        ([1.0, -2.0, 4.0, 5.0, 8.0, 16.0], None, Some(mask), 34.0, 5),
        (
            [1.0, nan, 4.0, nan, 8.0, 16.0],
            Some(Missing::Nan),
            Some(mask),
            29.0,
            4,
        ),
        // A NaN behind the mask is not looked at.
        ([1.0, nan, 4.0, 5.0, 8.0, 16.0], None, Some(mask), 34.0, 5),
    ] {
        let dataset = load_incomplete(&values, missing, mask).unwrap();
        let known = dataset.data.mask().and_then(Mask::observed);
        assert_eq!((dataset.data.sum(), known), (sum, Some(observed)));
        let note = format!("{} of 6 entries are hidden", 6 - observed);
        assert!(dataset.notes[0].starts_with(&note), "{:?}", dataset.notes);
    }
}

#[test]
fn a_mask_that_hides_nothing_leaves_the_data_dense() {
    let mask: (&[usize], &[f64]) = (&[2, 3], &[1.0; 6]);
    let dataset = load_incomplete(&[1.0; 6], Some(Missing::Nan), Some(mask)).unwrap();
    assert!(dataset.data.mask().is_none() && dataset.notes.is_empty());
}

#[test]
fn bad_masks_are_refused_by_file_and_place() {
    let refused = |values: &[f64], missing, mask| {
        load_incomplete(values, missing, mask)
            .err()
            .unwrap()
            .to_string()
    };
    let ones = [1.0; 6];
    let message = refused(&ones, None, Some((&[3, 2], &ones)));
    assert!(message.contains("mask.npy"), "{message}");
    assert!(
        message.contains("shape [3, 2] for data of shape [2, 3]"),
        "{message}"
    );
    let message = refused(
        &ones,
        None,
        Some((&[2, 3], &[1.0, 1.0, 1.0, 0.0, 0.5, 1.0])),
    );
    assert!(
        message.contains("mask.npy: entry [1, 1] of the mask is 0.5"),
        "{message}"
    );
    let message = refused(&ones, None, Some((&[2, 3], &[0.0; 6])));
    assert!(
        message.contains("mask.npy: all entries are hidden"),
        "{message}"
    );
    let message = refused(&[f64::NAN; 6], Some(Missing::Nan), None);
    assert!(
        message.contains("x.npy: all entries are hidden"),
        "{message}"
    );
    let nan = [1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0];
    let message = refused(&nan, None, None);
    assert!(
        message.contains("entry [0, 2] is NaN: set missing = \"nan\""),
        "{message}"
    );
    let infinite = [1.0, 1.0, f64::INFINITY, 1.0, 1.0, 1.0];
    let message = refused(&infinite, Some(Missing::Nan), None);
    assert!(message.contains("entry [0, 2] is inf"), "{message}");
    let zero = [0.0, 0.0, f64::NAN, 0.0, 0.0, 0.0];
    let message = refused(&zero, Some(Missing::Nan), None);
    let expected =
        "x.npy: the 5 entries that are known are all zero: there is nothing to factorize";
    assert!(message.ends_with(expected), "{message}");
    // Ones where the entries are hidden: the wrong way round.
    let values = [3.0, 0.0, 0.0, 2.0, 0.0, 0.0];
    let inverted = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let message = refused(&values, None, Some((&[2, 3], &inverted)));
    let expected = "mask.npy: the 4 entries that are known are all zero, and 2 of the hidden ones are \
                    not: a 1 in the mask marks an entry that is known, so exchange ones and zeros if \
                    they mean the contrary";
    assert!(message.ends_with(expected), "{message}");
    let absent = TensorFile {
        path: PathBuf::from("x.npy"),
        mask: Some(PathBuf::from("none.npy")),
        ..TensorFile::default()
    };
    let folder = tempfile::tempdir().unwrap();
    write_npy(&folder.path().join("x.npy"), &[2, 3], &ones).unwrap();
    let places = Places {
        base: folder.path().to_path_buf(),
        ..Places::default()
    };
    let message = absent.load(&places).err().unwrap().to_string();
    assert!(message.contains("none.npy"), "{message}");
}
