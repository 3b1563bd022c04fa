//! The authors' own tensor.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hntf_tensor::npy::{read_npy, read_npy_strings};
use hntf_tensor::{SparseTensor, TensorError};
use sha1::{Digest, Sha1};

use super::error::TwitterError;
use super::options::{ACCOUNTS, AUTHORS_WORDS, modes, months};
use crate::{Dataset, DatasetError};

/// What git calls the authors' file.
const BLOB: &str = "d7cbdf968b606ac156cb27ef0a4d88d0adbea458";

pub(super) fn load(path: &Path) -> Result<Dataset, DatasetError> {
    let read = |source| TwitterError::Read {
        path: path.to_owned(),
        source,
    };
    let found = git_blob_id(path).map_err(read)?;
    if found != BLOB {
        return Err(TwitterError::NotTheAuthors {
            path: path.to_owned(),
            found,
            expected: BLOB,
        }
        .into());
    }
    let words = read_words(&path.with_file_name("words_100.npy"))?;
    let array = read_npy(path)?;
    let content = |source| DatasetError::Content {
        path: path.to_owned(),
        source,
    };
    let tensor = nonzeros(array.shape, &array.values).map_err(content)?;
    let note = format!("The authors' own tensor, {} nonzeros.", tensor.nnz());
    Ok(Dataset {
        items: vec![
            Some(ACCOUNTS.map(str::to_owned).to_vec()),
            Some(months()),
            Some(words),
        ],
        notes: vec![note],
        ..Dataset::new(Box::new(tensor), "data", modes())
    })
}

/// The authors' vocabulary.
pub(super) fn read_words(path: &Path) -> Result<Vec<String>, DatasetError> {
    let words = read_npy_strings(path)?;
    if words.len() == AUTHORS_WORDS {
        return Ok(words);
    }
    Err(TwitterError::Words {
        path: PathBuf::from(path),
        found: words.len(),
        expected: AUTHORS_WORDS,
    }
    .into())
}

/// The entries of a row-major array that are not zero.
fn nonzeros(shape: Vec<usize>, values: &[f64]) -> Result<SparseTensor, TensorError> {
    let too_large = |_| TensorError::TooLarge {
        shape: shape.clone(),
    };
    let (mut indices, mut kept) = (Vec::new(), Vec::new());
    let mut index = vec![0; shape.len()];
    for (position, value) in values.iter().enumerate() {
        if *value == 0.0 {
            continue;
        }
        let mut rest = position;
        for (i, n) in index.iter_mut().zip(&shape).rev() {
            *i = u32::try_from(rest % n).map_err(too_large)?;
            rest /= n;
        }
        indices.extend_from_slice(&index);
        kept.push(*value);
    }
    let tensor = SparseTensor::from_coordinates(shape, indices, kept)?;
    tensor.check_not_zero()?;
    Ok(tensor)
}

/// The name that git gives the content of a file: the SHA-1 of "blob", its size and its bytes.
fn git_blob_id(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", file.metadata()?.len()));
    let mut block = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_has_the_id_that_git_gives_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        // printf 'hello\n' | git hash-object --stdin
        std::fs::write(&path, "hello\n").unwrap();
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert_eq!(git_blob_id(&path).unwrap(), id);
        std::fs::write(&path, "").unwrap();
        let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
        assert_eq!(git_blob_id(&path).unwrap(), empty);
    }

    #[test]
    fn another_tensor_of_that_name_is_not_taken_for_the_authors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tweets_bag_100.npy");
        hntf_tensor::npy::write_npy(&path, &[1, 2, 3], &[1.0; 6]).unwrap();
        let said = load(&path).err().unwrap().to_string();
        assert!(said.contains(BLOB) && said.contains("git blob"), "{said}");
        assert!(load(folder.path()).is_err());
    }

    #[test]
    fn the_nonzeros_of_an_array_are_its_entries() {
        let values = [0.0, 2.0, 0.0, 0.0, 0.0, 0.5, 0.0, 1.0];
        let tensor = nonzeros(vec![2, 2, 2], &values).unwrap();
        assert_eq!((tensor.nnz(), tensor.shape()), (3, &[2, 2, 2][..]));
        let mut back = [0.0; 8];
        tensor.for_each_nonzero(|i, x| back[(i[0] * 4 + i[1] * 2 + i[2]) as usize] = x);
        assert_eq!(back, values);
        assert!(nonzeros(vec![2], &[0.0, 0.0]).is_err());
        assert!(nonzeros(vec![2], &[0.0, -1.0]).is_err());
    }
}
