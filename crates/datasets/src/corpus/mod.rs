//! A user's own documents: a folder of text files, a CSV file, or JSON lines.

mod csv_file;
mod decode;
mod documents;
mod error;
mod folder;
mod hold_out;
mod jsonl;
mod options;
mod quotes;
mod read;
mod records;
mod source;

pub use decode::Encoding;
pub use documents::{Classes, Corpus, Document};
pub use error::CorpusError;
pub use options::{CorpusOptions, Format};
pub use source::CorpusSource;

pub(crate) use hold_out::{a_quarter, check_share, split};
pub(crate) use records::Records;
