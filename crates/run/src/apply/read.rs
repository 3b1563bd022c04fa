//! New items from a file or folder.

use std::path::Path;

use hntf_datasets::corpus::{Corpus, CorpusOptions};
use hntf_datasets::{
    Dataset, DatasetError, MatrixMarket, Missing, NamedSource, Places, Source, TensorFile,
};
use hntf_tensor::coordinates::{Coordinates, Duplicates, read_tns};
use hntf_tensor::{SparseTensor, Tensor};

use super::error::ApplyError;
use super::items::NewItems;
use super::shape::{ShapeError, mode_of_items};
use crate::export::Exported;

/// How new items are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The mode of the items, from 0 (see [`NewItems::of_array`]).
    pub mode: Option<usize>,
    /// The columns of documents.
    pub corpus: CorpusOptions,
}

/// What a path holds, by its name.
enum Kind {
    Documents,
    Npy,
    Tns,
    MatrixMarket,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, ApplyError> {
        let path_of = || path.to_path_buf();
        if !path.exists() {
            return Err(ApplyError::Absent { path: path_of() });
        }
        if path.is_dir() {
            return Ok(Self::Documents);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv" | "tsv" | "jsonl" | "ndjson") => Ok(Self::Documents),
            Some("npy") => Ok(Self::Npy),
            Some("tns") => Ok(Self::Tns),
            Some("mtx") => Ok(Self::MatrixMarket),
            _ => Err(ApplyError::Kind { path: path_of() }),
        }
    }
}

impl NewItems {
    /// Reads documents (a folder of text files, CSV, JSON lines) or an array: `.npy`, whose NaN are
    /// hidden entries, `.tns` or `.mtx`. As a `.tns` file does not say how long its modes are, they are
    /// as long as those of the fit but for the items', which end at the largest index.
    ///
    /// # Errors
    /// Data that cannot be read, and as [`NewItems::of_array`] and [`NewItems::of_documents`].
    pub fn read(fit: &Exported, path: &Path, reading: &Reading) -> Result<Self, ApplyError> {
        match Kind::of(path)? {
            Kind::Documents => read_documents(fit, path, reading),
            Kind::Npy => {
                let file = TensorFile {
                    missing: Some(Missing::Nan),
                    ..TensorFile::new(path.to_path_buf())
                };
                array(fit, path, file.load(&Places::default())?, reading)
            }
            Kind::MatrixMarket => {
                let file = MatrixMarket {
                    path: path.to_path_buf(),
                    ..MatrixMarket::with_defaults()
                };
                array(fit, path, file.load(&Places::default())?, reading)
            }
            Kind::Tns => read_coordinates(fit, path, reading.mode),
        }
    }
}

fn array(
    fit: &Exported,
    path: &Path,
    dataset: Dataset,
    reading: &Reading,
) -> Result<NewItems, ApplyError> {
    let items = NewItems::of_array(fit, dataset.data, reading.mode);
    items.map_err(|source| ApplyError::Shape {
        path: path.to_path_buf(),
        source,
    })
}

fn read_documents(fit: &Exported, path: &Path, reading: &Reading) -> Result<NewItems, ApplyError> {
    let order = fit.description.shape.len();
    match (&fit.text, reading.mode) {
        (Some(_), Some(mode)) if mode >= order => {
            return Err(ApplyError::Shape {
                path: path.to_path_buf(),
                source: ShapeError::Mode { mode, order },
            });
        }
        (Some(text), Some(mode)) if mode == text.mode && order == 2 => {
            let (words, documents) = (mode + 1, 2 - mode);
            return Err(ApplyError::ModeOfWords { words, documents });
        }
        _ => {}
    }
    let corpus = Corpus::read(path, &reading.corpus)?;
    let names = corpus.documents.iter().map(|d| d.id.clone()).collect();
    NewItems::of_documents(fit, names, &corpus.texts())
}

fn read_coordinates(
    fit: &Exported,
    path: &Path,
    mode: Option<usize>,
) -> Result<NewItems, ApplyError> {
    let coordinates = read_tns(path, None, Duplicates::Sum).map_err(DatasetError::from)?;
    let (found, indices, values) = coordinates.into_parts();
    let mut shape = fit.description.shape.clone();
    let mut at_least = found.clone();
    if found.len() == shape.len() {
        let both = at_least.iter_mut().zip(&shape);
        both.for_each(|(n, fitted)| *n = (*n).max(*fitted));
    }
    let mode = mode_of_items(&shape, &at_least, mode);
    let mode = mode.map_err(|source| ApplyError::Shape {
        path: path.to_path_buf(),
        source,
    })?;
    shape[mode] = found[mode];
    let content = |source| DatasetError::Content {
        path: path.to_path_buf(),
        source,
    };
    let coordinates = Coordinates::new(shape, indices, values).map_err(content)?;
    let tensor = SparseTensor::new(coordinates).map_err(content)?;
    tensor.check_not_zero().map_err(content)?;
    let data: Box<dyn Tensor> = Box::new(tensor);
    let items = NewItems::of_array(fit, data, Some(mode));
    items.map_err(|source| ApplyError::Shape {
        path: path.to_path_buf(),
        source,
    })
}
