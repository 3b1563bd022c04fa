//! The result of the text pipeline: a sparse terms × documents matrix.

use hntf_tensor::{SparseTensor, TensorError};

/// A sparse matrix of terms × documents, compressed by columns (documents).
///
/// Entry k of column j lies in row `indices[indptr[j] + k]` and has the value
/// `values[indptr[j] + k]`. Rows ascend within a column; no entry is zero; a document without
/// terms is an empty column.
#[derive(Debug, Clone, PartialEq)]
pub struct TermDocuments {
    /// The terms, one a row, in the order of their code points.
    pub vocabulary: Vec<String>,
    /// Where the columns begin: as many as documents, and one.
    pub indptr: Vec<usize>,
    /// Rows of the entries.
    pub indices: Vec<usize>,
    /// Values of the entries.
    pub values: Vec<f64>,
}

impl TermDocuments {
    /// Number of rows (terms) and columns (documents).
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.vocabulary.len(), self.indptr.len().saturating_sub(1))
    }

    /// Number of entries that are not zero.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.values.len()
    }

    /// The columns that have no entry: documents without a term of the vocabulary.
    #[must_use]
    pub fn empty_columns(&self) -> Vec<usize> {
        let (_, documents) = self.shape();
        (0..documents)
            .filter(|&j| self.indptr[j] == self.indptr[j + 1])
            .collect()
    }

    /// The same matrix as data for factorizations, and its vocabulary.
    ///
    /// # Errors
    /// More terms than an index can count, or no entry at all.
    pub fn into_tensor(self) -> Result<(SparseTensor, Vec<String>), TensorError> {
        let (rows, columns) = self.shape();
        let index = |row: usize| {
            u32::try_from(row).map_err(|_| TensorError::TooLarge {
                shape: vec![rows, columns],
            })
        };
        let indices = self
            .indices
            .into_iter()
            .map(index)
            .collect::<Result<Vec<_>, _>>()?;
        let tensor = SparseTensor::from_compressed_columns(
            rows,
            columns,
            &self.indptr,
            &indices,
            self.values,
        )?;
        tensor.check_not_zero()?;
        Ok((tensor, self.vocabulary))
    }
}
