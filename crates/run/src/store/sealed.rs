//! JSON that shows whether it is as it was written.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The key of the digest of all other keys.
const SEAL: &str = "sha256";

/// The text of a value (an object), sealed.
pub(super) fn seal<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut object: Map<String, Value> = serde_json::from_value(serde_json::to_value(value)?)?;
    let seal = digest(&object);
    object.insert(SEAL.to_owned(), seal.into());
    serde_json::to_string_pretty(&object).map(|text| text + "\n")
}

/// The value of a sealed text.
///
/// # Errors
/// Text that is not JSON, or that is not what was sealed; in words.
pub(super) fn open<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut object: Map<String, Value> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let seal = object.remove(SEAL);
    if seal.as_ref().and_then(Value::as_str) != Some(&digest(&object)) {
        return Err("it is not what was written".to_owned());
    }
    serde_json::from_value(Value::Object(object)).map_err(|e| e.to_string())
}

/// Keys of an object are in alphabetical order, so its text is one.
fn digest(object: &Map<String, Value>) -> String {
    let text = serde_json::to_string(object).unwrap_or_default();
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_was_sealed_is_read_and_what_was_changed_is_not() {
        let value = BTreeMap::from([("a".to_owned(), 0.1 + 0.2), ("b".to_owned(), 1e-300)]);
        let text = seal(&value).unwrap();
        assert_eq!(open::<BTreeMap<String, f64>>(&text).unwrap(), value);
        for (piece, by) in [("0.30000000000000004", "0.3"), ("\"b\"", "\"c\"")] {
            assert!(text.contains(piece));
            let changed = text.replace(piece, by);
            assert!(open::<BTreeMap<String, f64>>(&changed).is_err());
        }
        assert!(open::<BTreeMap<String, f64>>(&text[..text.len() / 2]).is_err());
        assert!(open::<BTreeMap<String, f64>>("{}").is_err());
    }
}
