//! SHA-256 checksums: written as 64 hexadecimal digits, compared as 32 bytes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Bytes read, hashed and written at a time.
pub(super) const CHUNK: usize = 64 * 1024;

/// A SHA-256 checksum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256Sum([u8; 32]);

impl Sha256Sum {
    /// The checksum of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_hasher(&Sha256::new_with_prefix(bytes))
    }

    /// The checksum of the file at `path`, read in pieces: memory does not grow with the file.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hasher = Sha256::new();
        hash_rest(&mut file, &mut hasher)?;
        Ok(Self::from_hasher(&hasher))
    }

    /// The checksum of what `hasher` has seen so far; it can go on.
    pub(super) fn from_hasher(hasher: &Sha256) -> Self {
        Self(hasher.clone().finalize().into())
    }
}

/// Feeds everything that is left in `reader` to `hasher`; returns how many bytes that was.
pub(super) fn hash_rest(reader: &mut impl Read, hasher: &mut Sha256) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK];
    let mut total = 0;
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                hasher.update(&chunk[..n]);
                total += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl fmt::Display for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Sum({self})")
    }
}

impl FromStr for Sha256Sum {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|c| c.to_digit(16).map(|digit| digit as u8))
            .collect();
        match digits {
            Some(digits) if digits.len() == 64 => {
                let mut bytes = [0; 32];
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair[0] << 4 | pair[1];
                }
                Ok(Self(bytes))
            }
            Some(digits) => Err(format!(
                "found {} hexadecimal digits, expected the 64 of a SHA-256 checksum",
                digits.len()
            )),
            None => Err(format!(
                "found `{text}`, expected the 64 hexadecimal digits of a SHA-256 checksum"
            )),
        }
    }
}

impl TryFrom<String> for Sha256Sum {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_checksum_of_abc_is_the_one_in_the_standard() {
        assert_eq!(Sha256Sum::of(b"abc").to_string(), ABC);
    }

    #[test]
    fn digits_may_be_upper_case_and_print_in_lower_case() {
        let sum: Sha256Sum = ABC.to_uppercase().parse().unwrap();
        assert_eq!(sum.to_string(), ABC);
    }

    #[test]
    fn a_missing_digit_and_a_wrong_letter_are_named() {
        assert!(
            ABC[1..]
                .parse::<Sha256Sum>()
                .unwrap_err()
                .contains("found 63")
        );
        assert!("xyz".parse::<Sha256Sum>().unwrap_err().contains("`xyz`"));
    }
}
