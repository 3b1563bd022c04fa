//! Why a fit says nothing of new data.

use std::path::PathBuf;

use hntf_datasets::DatasetError;
use hntf_datasets::corpus::CorpusError;
use hntf_datasets::text::TextError;
use hntf_models::ModelError;
use thiserror::Error;

use super::shape::ShapeError;

/// Everything a user can be told instead.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Data that is not there.
    #[error("{}: there is no such file or folder: check the path", path.display())]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file of another kind.
    #[error(
        "{}: cannot tell from the name what it holds; documents are a folder of text files, .csv, .tsv, .jsonl or \
         .ndjson, arrays are .npy, .tns or .mtx",
        path.display()
    )]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// Documents without the column of their text or name.
    #[error("{}: there is no column `{column}`; its columns: {}: name the one with the texts with --text-column, and \
             one with names with --id-column", path.display(), columns.join(", "))]
    Column {
        /// The file.
        path: PathBuf,
        /// The column looked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// Documents that cannot be read.
    #[error(transparent)]
    Corpus(CorpusError),
    /// Documents that give no words.
    #[error(transparent)]
    Text(#[from] TextError),
    /// An array that cannot be read or used.
    #[error(transparent)]
    Data(#[from] DatasetError),
    /// An array of a shape that does not go with the fit.
    #[error("{}: {source}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Why it does not.
        source: ShapeError,
    },
    /// Documents for a fit to other data.
    #[error(
        "documents cannot be applied to a fit to {data}: nothing says how text would become {modes}; give an array \
         (.npy, .tns or .mtx)"
    )]
    NoText {
        /// The experiment.
        data: String,
        /// What the modes of its data are called.
        modes: String,
    },
    /// Documents for a fit whose items are more than documents.
    #[error(
        "documents cannot be applied to a fit of {modes}: one document is no item of it, an array of that shape is \
         needed (.npy or .tns)"
    )]
    NoDocuments {
        /// What its modes are called.
        modes: String,
    },
    /// Documents as items of the mode of the words.
    #[error(
        "mode {words} of the fit are the words: documents are items of mode {documents}, leave --mode out"
    )]
    ModeOfWords {
        /// The mode of the words, from 1.
        words: usize,
        /// The mode of the documents, from 1.
        documents: usize,
    },
    /// Documents of other words.
    #[error(
        "no word of the documents ({documents} of them, {unknown} words) is among the {vocabulary} of the fit: the \
         topics say nothing of them; are they in the same language?"
    )]
    NoSharedWord {
        /// How many documents.
        documents: usize,
        /// How many words they have.
        unknown: usize,
        /// How many words the fit has.
        vocabulary: usize,
    },
    /// A fit that has no topics.
    #[error(
        "the fit {label}, trial {trial} of {experiment}, diverged: it has no topics to apply; export another trial"
    )]
    Diverged {
        /// The experiment.
        experiment: String,
        /// The name of the method.
        label: String,
        /// The trial.
        trial: u32,
    },
    /// From the model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl From<CorpusError> for ApplyError {
    fn from(error: CorpusError) -> Self {
        match error {
            // In the words of someone who has no configuration.
            CorpusError::MissingColumn {
                path,
                column,
                columns,
            } => Self::Column {
                path,
                column,
                columns,
            },
            other => Self::Corpus(other),
        }
    }
}
