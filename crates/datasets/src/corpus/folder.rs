//! A folder of text files: sub-folders are classes.

use std::fs;
use std::path::{Path, PathBuf};

use super::decode::Encoding;
use super::decode::read_text;
use super::documents::{Corpus, Document};
use super::error::CorpusError;

/// Reads every file below a folder as a document, in the order of names: folder by folder, files
/// within. The label is the sub-folder, as a path from `root` with `/` between its parts; files
/// in `root` itself have none. Names that begin with a dot are passed over, and links to folders
/// are not followed.
pub(super) fn read_folder(root: &Path, encoding: Encoding) -> Result<Corpus, CorpusError> {
    let mut files = Vec::new();
    let mut pending = vec![(Vec::new(), root.to_owned())];
    while let Some((parts, folder)) = pending.pop() {
        list(&parts, &folder, &mut files, &mut pending)?;
    }
    files.sort_unstable();

    let mut documents = Vec::with_capacity(files.len());
    for (parts, path) in files {
        let folders = &parts[..parts.len().saturating_sub(1)];
        documents.push(Document {
            id: parts.join("/"),
            text: read_text(&path, encoding)?,
            label: (!folders.is_empty()).then(|| folders.join("/")),
            time: None,
            author: None,
            line: None,
        });
    }
    Ok(Corpus { documents })
}

/// A path below the root: its parts, by which it is sorted and named, and where it lies.
type Found = (Vec<String>, PathBuf);

fn list(
    parts: &[String],
    folder: &Path,
    files: &mut Vec<Found>,
    folders: &mut Vec<Found>,
) -> Result<(), CorpusError> {
    let cannot_read = |source| CorpusError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let mut parts = parts.to_vec();
        parts.push(name);
        if entry.file_type().map_err(cannot_read)?.is_dir() {
            folders.push((parts, path));
        } else if path.is_file() {
            files.push((parts, path));
        }
    }
    Ok(())
}
