//! The published factors of rank 8 as data: a CP tensor is a tensor.

use std::path::Path;

use hntf_tensor::npy::read_npy;
use hntf_tensor::{CpTensor, Matrix, Tensor};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use super::authors::read_words;
use super::error::TwitterError;
use super::options::{ACCOUNTS, AUTHORS_WORDS, modes, months};
use crate::{About, Dataset, DatasetError, Field, NamedSource, Origin, Places, Source};

/// Rank of the published factors.
const RANK: usize = 8;
/// ‖X‖² of the authors' tensor: 80 cells of norm 1.
const SQUARED_NORM: f64 = 80.0;

const FILES: Origin = Origin::ByHand(
    "copy X_1.npy, X_2.npy and X_3.npy from the repository of the authors' paper (Vendrow, Haddock & Needell, ICASSP 2022) into a folder twitter/published, and words_100.npy into the folder twitter",
);

parameters! {
    /// The NCPD of rank 8 of the authors' tensor, as its factors, which they published.
    ///
    /// Standard HNCPD and HNTF see nothing else of their tensor from the second layer on. `left_out`
    /// of the data set is 80 − ‖⟦X_1, X_2, X_3⟧‖²: what a fit that is stationary leaves of the tensor
    /// is orthogonal to the fit.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct PublishedFactors {}
}

impl NamedSource for PublishedFactors {
    const ABOUT: About = About {
        id: "twitter-published-factors",
        summary: "the published rank-8 factors of the Twitter tensor, as data themselves",
        citation: "Vendrow, Haddock & Needell, ICASSP 2022",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self::default()
    }
}

impl Source for PublishedFactors {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let rows = [ACCOUNTS.len(), months().len(), AUTHORS_WORDS];
        let mut factors = Vec::with_capacity(rows.len());
        for (mode, rows) in rows.into_iter().enumerate() {
            let name = format!("twitter/published/X_{}.npy", mode + 1);
            factors.push(factor(&places.find(FILES, &[name.as_str()])?, rows)?);
        }
        let words = read_words(&places.find(FILES, &["twitter/words_100.npy"])?)?;
        let tensor = CpTensor::new(factors)?;
        let norm = tensor.squared_norm();
        let left_out = (SQUARED_NORM - norm).max(0.0);
        let notes = vec![format!(
            "The data are the published factors of rank 8 of the authors' tensor: ‖X‖² is {norm:.4} \
             of its {SQUARED_NORM}, and the other {left_out:.4} stay out of reach of every layer."
        )];
        Ok(Dataset {
            items: vec![
                Some(ACCOUNTS.map(str::to_owned).to_vec()),
                Some(months()),
                Some(words),
            ],
            left_out: Some(left_out),
            notes,
            ..Dataset::new(Box::new(tensor), "published factors", modes())
        })
    }
}

/// A factor of so many rows, checked.
fn factor(path: &Path, rows: usize) -> Result<Matrix, DatasetError> {
    let array = read_npy(path)?;
    if array.shape != [rows, RANK] {
        return Err(TwitterError::Factor {
            path: path.to_owned(),
            found: array.shape,
            rows,
            rank: RANK,
        }
        .into());
    }
    let wrong = |value: &&f64| !(value.is_finite() && **value >= 0.0);
    if let Some(value) = array.values.iter().find(wrong) {
        return Err(TwitterError::FactorEntry {
            path: path.to_owned(),
            found: *value,
        }
        .into());
    }
    Ok(Matrix::from_vec(rows, RANK, array.values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_tensor::npy::write_npy;

    #[test]
    fn a_factor_must_have_its_shape_and_no_negative_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("X_1.npy");
        write_npy(&path, &[8, 7], &[1.0; 56]).unwrap();
        let said = factor(&path, 8).unwrap_err().to_string();
        assert!(said.contains("[8, 7]") && said.contains("8 × 8"), "{said}");
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let mut values = [1.0; 64];
            values[5] = bad;
            write_npy(&path, &[8, 8], &values).unwrap();
            let said = factor(&path, 8).unwrap_err().to_string();
            assert!(said.contains(&bad.to_string()), "{said}");
        }
        write_npy(&path, &[8, 8], &[1.0; 64]).unwrap();
        assert_eq!(factor(&path, 8).unwrap().as_slice(), [1.0; 64]);
    }

    #[test]
    fn factors_that_are_nowhere_are_absent() {
        let missing = PublishedFactors {}.load(&Places::default());
        assert!(matches!(missing, Err(DatasetError::Absent { .. })));
    }
}
