//! Numbers that may be NaN or infinite, in formats that know no such numbers: JSON, say.
//!
//! There they are the words `"NaN"`, `"inf"` and `"-inf"`; every other number is itself.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(String),
}

impl From<f64> for Written {
    fn from(x: f64) -> Self {
        if x.is_finite() {
            Self::Number(x)
        } else {
            Self::Word(x.to_string())
        }
    }
}

impl Written {
    fn read<E: Error>(self) -> Result<f64, E> {
        match self {
            Self::Number(x) => Ok(x),
            Self::Word(word) => match word.as_str() {
                "NaN" => Ok(f64::NAN),
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                _ => Err(E::custom(format!(
                    "{word:?} is no number: the only words for one are \"NaN\", \"inf\" and \"-inf\""
                ))),
            },
        }
    }
}

pub(crate) fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Written::from(*x).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Written::deserialize(deserializer)?.read()
}

/// The same for the second of each pair.
pub(crate) mod in_pairs {
    use super::{Deserialize, Deserializer, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(
        pairs: &[(usize, f64)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs.iter().map(|(at, x)| (at, Written::from(*x))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(usize, f64)>, D::Error> {
        let pairs = Vec::<(usize, Written)>::deserialize(deserializer)?;
        let read = |(at, x): (usize, Written)| Ok((at, x.read()?));
        pairs.into_iter().map(read).collect()
    }
}
