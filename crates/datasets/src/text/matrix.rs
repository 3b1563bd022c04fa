//! The result of the text pipeline: a sparse terms × documents matrix.

use hntf_tensor::{SparseTensor, TensorError};
use sprs::CsMat;

/// A sparse matrix of terms × documents.
#[derive(Debug, Clone, PartialEq)]
pub struct TermDocuments {
    /// The terms, one a row, in the order of their code points.
    pub vocabulary: Vec<String>,
    /// The entries, by columns (documents). No entry is zero; a document without terms is an empty
    /// column.
    pub entries: CsMat<f64>,
}

impl TermDocuments {
    /// Number of rows (terms) and columns (documents).
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.entries.shape()
    }

    /// Number of entries that are not zero.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.entries.nnz()
    }

    /// The columns that have no entry: documents without a term of the vocabulary.
    #[must_use]
    pub fn empty_columns(&self) -> Vec<usize> {
        let columns = self.entries.outer_iterator().enumerate();
        let empty = columns.filter(|(_, column)| column.nnz() == 0);
        empty.map(|(j, _)| j).collect()
    }

    /// The same matrix as data for factorizations, and its vocabulary.
    ///
    /// # Errors
    /// More terms than an index can count, or no entry at all.
    pub fn into_tensor(self) -> Result<(SparseTensor, Vec<String>), TensorError> {
        let tensor = SparseTensor::try_from(&self.entries)?;
        tensor.check_not_zero()?;
        Ok((tensor, self.vocabulary))
    }
}
