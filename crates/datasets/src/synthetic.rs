//! The 40×40×40 tensor of nested blocks that the papers on HNCPD and Multi-HNTF test on.

use std::ops::Range;

use hntf_tensor::DenseTensor;
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::{About, Dataset, DatasetError, Field, Grouping, NamedSource, Places, Source};

parameters! {
    /// Blocks at three levels (2, 4 and 7 of them) plus noise · |N(0,1)|. Models are fitted to the
    /// noisy tensor; errors are measured against the blocks alone, or with the mean of the noise.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
    pub struct SyntheticBlocks {
        /// The scale of the noise.
        pub noise: f64,
        /// Seeds the noise.
        pub seed: u32,
        /// What errors are measured against.
        pub reference: SyntheticReference,
    }
}

/// What the fits of a noisy synthetic tensor are compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyntheticReference {
    /// The blocks, as in the papers. The noise is never negative, so a fit that finds exactly what is
    /// not chance in the data has an error here, that of the noise's mean.
    #[default]
    Blocks,
    /// The blocks plus the mean of the noise, noise · √(2/π): the expected value of the data, which a
    /// fit has to come near to predict other data of the same kind.
    Expected,
}

impl Default for SyntheticBlocks {
    fn default() -> Self {
        Self {
            noise: 0.4,
            seed: 14,
            reference: SyntheticReference::Blocks,
        }
    }
}

impl NamedSource for SyntheticBlocks {
    const ABOUT: About = About {
        id: "synthetic-blocks",
        summary: "the papers' 40×40×40 tensor of nested blocks with noise",
        citation: "Vendrow, Haddock & Needell, ICASSP 2022 and Asilomar 2021",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self::default()
    }
}

const SIZE: usize = 40;

/// The blocks and their value, later ones over earlier ones.
const BLOCKS: [(f64, [Range<usize>; 3]); 12] = [
    (0.75, [0..20, 0..20, 0..20]),
    (0.75, [20..40, 20..40, 20..40]),
    (2.0, [0..12, 0..12, 0..8]),
    (2.0, [12..20, 12..20, 8..20]),
    (2.0, [20..27, 20..34, 20..27]),
    (2.0, [27..40, 34..40, 27..40]),
    (3.5, [0..12, 0..6, 0..4]),
    (3.5, [0..12, 6..12, 4..8]),
    (3.5, [12..17, 12..20, 8..13]),
    (3.5, [17..20, 12..20, 13..20]),
    (3.5, [20..23, 20..27, 20..27]),
    (3.5, [23..27, 27..34, 20..27]),
];

impl Source for SyntheticBlocks {
    fn load(&self, _: &Places) -> Result<Dataset, DatasetError> {
        if !(self.noise >= 0.0 && self.noise.is_finite()) {
            return Err(DatasetError::Parameter {
                parameter: "noise",
                found: self.noise.to_string(),
                expected: "the scale of the noise must be a finite number ≥ 0",
            });
        }
        let clean = blocks();
        let mut random = RandomState::new(self.seed);
        let noisy = clean
            .iter()
            .map(|x| x + self.noise * random.randn().abs())
            .collect();
        let shape = vec![SIZE; 3];
        let (name, mean) = match self.reference {
            SyntheticReference::Blocks => ("noise-free tensor", 0.0),
            SyntheticReference::Expected => {
                let mean = self.noise * std::f64::consts::FRAC_2_PI.sqrt();
                ("expected value of the data", mean)
            }
        };
        let reference = clean.iter().map(|x| x + mean).collect();
        let reference = DenseTensor::new(shape.clone(), reference)?;
        let noisy = DenseTensor::new(shape, noisy)?;
        let mode_names = (1..=3).map(|m| format!("mode {m}")).collect();
        Ok(Dataset {
            reference: Some((name.to_owned(), Box::new(reference))),
            truth: truth(),
            ..Dataset::new(Box::new(noisy), "data with noise", mode_names)
        })
    }
}

fn blocks() -> Vec<f64> {
    let mut values = vec![0.0; SIZE * SIZE * SIZE];
    for (value, [is, js, ks]) in &BLOCKS {
        for i in is.clone() {
            for j in js.clone() {
                let row = (i * SIZE + j) * SIZE;
                values[row + ks.start..row + ks.end].fill(*value);
            }
        }
    }
    values
}

/// Which of the 7 blocks lie in which of the 4, and which of those in which of the 2.
fn truth() -> Vec<Grouping> {
    let grouping = |classes: &[usize], coarse| Grouping {
        classes: classes.to_vec(),
        coarse,
    };
    vec![
        grouping(&[0, 0, 1, 1, 2, 2, 3], 4),
        grouping(&[0, 0, 0, 0, 1, 1, 1], 2),
        grouping(&[0, 0, 1, 1], 2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_are_those_the_papers_tensors_have() {
        let dataset = SyntheticBlocks::default().load(&Places::default()).unwrap();
        assert!((dataset.data.squared_norm().sqrt() - 232.15169).abs() < 5e-6);
        assert!((dataset.reference().squared_norm().sqrt() - 179.05725).abs() < 5e-6);
    }

    #[test]
    fn the_expected_data_are_in_the_middle_of_the_noise() {
        let expected = SyntheticBlocks {
            reference: SyntheticReference::Expected,
            ..SyntheticBlocks::default()
        };
        let loaded = expected.load(&Places::default()).unwrap();
        let entries = (SIZE * SIZE * SIZE) as f64;
        let difference = (loaded.data.sum() - loaded.reference().sum()) / entries;
        // 64,000 draws with a standard deviation of 0.4 √(1 − 2/π) = 0.24.
        assert!(
            difference.abs() < 4.0 * 0.24 / entries.sqrt(),
            "{difference}"
        );
        let blocks = SyntheticBlocks::default().load(&Places::default()).unwrap();
        let mean = (loaded.reference().sum() - blocks.reference().sum()) / entries;
        assert!((mean - 0.319_153_824).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn negative_noise_is_refused() {
        let source = SyntheticBlocks {
            noise: -1.0,
            seed: 0,
            ..SyntheticBlocks::default()
        };
        let message = source.load(&Places::default()).err().unwrap().to_string();
        assert!(message.contains("noise = -1"), "{message}");
    }
}
