//! What can be wrong with a data set.

use std::path::PathBuf;

use hntf_tensor::TensorError;
use hntf_tensor::npy::NpyError;
use thiserror::Error;

/// Data that cannot be had, or not be factorized.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A `.npy` file that cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A file whose content cannot be factorized.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TensorError,
    },
    /// A file that holds a list of numbers instead of a tensor.
    #[error("{}: an array of order {order}, but a tensor to factorize needs at least 2 modes (shape found: {shape:?})", path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// Its order.
        order: usize,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A public data set that is not on this machine.
    #[error("{file} was not found in {}: {}", list(folders), origin.advice(file, folders))]
    Absent {
        /// The file or folder looked for.
        file: String,
        /// Where it comes from.
        origin: Origin,
        /// Where it was looked for; downloads go into the last of them.
        folders: Vec<PathBuf>,
    },
    /// A file of the user's that is in no folder.
    #[error(
        "{} was not found in {}: check the path, or name a folder that has it with --data-dir or HNTF_DATA_DIR",
        file.display(),
        list(folders)
    )]
    Nowhere {
        /// The key of a configuration that names it.
        key: &'static str,
        /// The file looked for.
        file: PathBuf,
        /// Where it was looked for.
        folders: Vec<PathBuf>,
    },
    /// A file of classes or of a mask that does not go with the matrix.
    #[error("{}: {problem}, found {found}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What was expected.
        problem: String,
        /// What was found instead.
        found: String,
    },
    /// 20 Newsgroups that cannot be used.
    #[error(transparent)]
    Newsgroups(#[from] crate::newsgroups::NewsgroupsError),
    /// A corpus that cannot be used.
    #[error(transparent)]
    Corpus(#[from] crate::corpus::CorpusError),
    /// Dated documents that make no tensor.
    #[error(transparent)]
    DocumentTensor(#[from] crate::document_tensor::DocumentTensorError),
    /// Twitter data that cannot be used.
    #[error(transparent)]
    Twitter(#[from] crate::twitter::TwitterError),
    /// Text that gives no terms.
    #[error("{}: {source}", path.display())]
    Text {
        /// Where the text came from.
        path: PathBuf,
        /// What is wrong.
        source: crate::text::TextError,
    },
    /// A file of coordinates that cannot be used.
    #[error(transparent)]
    Coordinates(#[from] hntf_tensor::coordinates::CoordinateFileError),
    /// A vocabulary that cannot be read.
    #[error("{}: cannot be read ({source})", path.display())]
    Vocabulary {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A vocabulary of another length than the matrix.
    #[error("{}: {found} words for a matrix of {expected} rows; one word a line is needed", path.display())]
    VocabularyLength {
        /// The file.
        path: PathBuf,
        /// Words found.
        found: usize,
        /// Rows of the matrix.
        expected: usize,
    },
    /// More or fewer names than a mode has indices.
    #[error("{}: {found} names for a mode of {expected} indices; one a line is needed", path.display())]
    Names {
        /// The file.
        path: PathBuf,
        /// Names found.
        found: usize,
        /// Indices of the mode.
        expected: usize,
    },
    /// A file of names or labels that cannot be read.
    #[error("{}: cannot be read ({source}): a text file is needed here", path.display())]
    Beside {
        /// The key of a configuration that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// More or fewer labels than the last mode has indices.
    #[error("{}: {found} labels for the {expected} indices of the last mode; one each is needed, a line each (in a CSV file below a header)", path.display())]
    LabelCount {
        /// The file.
        path: PathBuf,
        /// Labels found.
        found: usize,
        /// Indices of the last mode.
        expected: usize,
    },
    /// An index without a label.
    #[error("{}: label {} of `{name}` is empty: give every index of the last mode a class, and hold-out for those that fits shall not see", path.display(), at + 1)]
    NoLabel {
        /// The file.
        path: PathBuf,
        /// The set of labels.
        name: String,
        /// The first index without one, from 0.
        at: usize,
    },
    /// Labels that are all the same.
    #[error("{}: all labels of `{name}` are `{label}`, but at least two classes are needed: check the file, or leave it out", path.display())]
    OneClass {
        /// The file.
        path: PathBuf,
        /// The set of labels.
        name: String,
        /// The only one.
        label: String,
    },
    /// A file that holds no numbers.
    #[error("{}: an array without entries (shape found: {shape:?})", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A NaN where none is expected.
    #[error("{}: entry {index:?} is NaN: set missing = \"nan\" if NaN marks entries that are not known", path.display())]
    Nan {
        /// The file.
        path: PathBuf,
        /// Zero-based position of the first one.
        index: Vec<usize>,
    },
    /// A mask of another shape than the data.
    #[error("{}: a mask of shape {found:?} for data of shape {expected:?}: they must be equal", path.display())]
    MaskShape {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: Vec<usize>,
        /// The shape of the data.
        expected: Vec<usize>,
    },
    /// A mask that says more than known or not.
    #[error("{}: entry {index:?} of the mask is {value}: 1 marks an entry that is known and 0 one that is hidden", path.display())]
    MaskValue {
        /// The file.
        path: PathBuf,
        /// Zero-based position of the first such entry.
        index: Vec<usize>,
        /// What stands there.
        value: f64,
    },
    /// Data of which nothing is known.
    #[error("{}: all entries are hidden: there is nothing to factorize", path.display())]
    AllHidden {
        /// The key of a configuration that hides them: `mask` or `missing`.
        key: &'static str,
        /// The mask, or the data whose entries are all NaN.
        path: PathBuf,
    },
    /// Data whose known entries are all zero.
    #[error("{}: the {known} entries that are known are all zero{}", path.display(), inverted(*hidden))]
    KnownZero {
        /// The key of a configuration that hides the others: `mask` or `missing`.
        key: &'static str,
        /// The mask, or the data whose other entries are all NaN.
        path: PathBuf,
        /// How many are known.
        known: usize,
        /// How many of the hidden ones are numbers other than zero.
        hidden: usize,
    },
    /// A file whose entries are too large or too small to be squared.
    #[error("{}: its norm comes out as {norm}, the squares of its entries leave the range of f64: divide the array by its largest entry", path.display())]
    Norm {
        /// The file.
        path: PathBuf,
        /// ‖X‖ as computed.
        norm: f64,
    },
    /// A parameter out of its range.
    #[error("{parameter} = {found}: {expected}")]
    Parameter {
        /// Its name in a configuration.
        parameter: &'static str,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// From the algebra below.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

impl DatasetError {
    /// The key of a configuration that has to be changed, as far as one alone is the matter; `path` for
    /// all that concerns the data itself.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Parameter { parameter, .. } => parameter,
            Self::DocumentTensor(error) => error.key(),
            Self::Nowhere { key, .. }
            | Self::Beside { key, .. }
            | Self::AllHidden { key, .. }
            | Self::KnownZero { key, .. } => key,
            Self::Names { .. } => "items",
            Self::MaskShape { .. } | Self::MaskValue { .. } => "mask",
            Self::Vocabulary { .. } | Self::VocabularyLength { .. } => "vocabulary",
            Self::LabelCount { .. } | Self::NoLabel { .. } | Self::OneClass { .. } => "labels",
            Self::Corpus(crate::corpus::CorpusError::NoLabelColumn { .. }) => "labels",
            _ => "path",
        }
    }
}

/// What to do where the known entries are all zero.
fn inverted(hidden: usize) -> String {
    if hidden == 0 {
        return ": there is nothing to factorize".to_owned();
    }
    format!(
        ", and {hidden} of the hidden ones are not: a 1 in the mask marks an entry that is known, so \
         exchange ones and zeros if they mean the contrary"
    )
}

/// How a public data set comes onto a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `cargo xtask fetch` downloads it by this name.
    Fetched(&'static str),
    /// Nothing here can download it: what a user has to do, as a sentence without its end.
    ByHand(&'static str),
}

impl Origin {
    /// What to do about a file that is in none of `folders`; downloads go into the last of them.
    fn advice(self, file: &str, folders: &[PathBuf]) -> String {
        match self {
            Self::Fetched(data_set) => {
                let into = folders.last().map_or_else(String::new, |f| {
                    format!(", which downloads it into {}", f.display())
                });
                format!(
                    "run `cargo xtask fetch {data_set}`{into}, or name a folder that has it with \
                     --data-dir or HNTF_DATA_DIR"
                )
            }
            Self::ByHand(steps) => format!(
                "it cannot be downloaded from here (see datasets/README.md): {steps}, and name the \
                 folder that holds {file} with --data-dir or HNTF_DATA_DIR"
            ),
        }
    }
}

fn list(folders: &[PathBuf]) -> String {
    match folders {
        [] => "any folder (none was named)".to_owned(),
        folders => folders
            .iter()
            .map(|folder| {
                if folder.as_os_str().is_empty() {
                    "the current folder".to_owned()
                } else {
                    folder.display().to_string()
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}
