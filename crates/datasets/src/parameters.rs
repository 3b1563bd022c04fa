//! What can be set of a data set, said once: in the documentation of its fields.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A parameter of a data set, as a list of parameters shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its key in a configuration; one of a table within it has both, `read.encoding`.
    pub key: String,
    /// Its value if it is left out, as a configuration would have it; "nothing" if none stands for
    /// it. `None` if it has to be given.
    pub default: Option<String>,
    /// What it is, in one sentence.
    pub summary: String,
}

/// A field of a struct of parameters.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in Rust.
    pub name: &'static str,
    /// The lines of its documentation.
    pub documentation: &'static [&'static str],
}

/// Declares a struct of parameters and keeps the documentation of its fields for
/// [`Parameter`]s, as `FIELDS`.
macro_rules! parameters {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $(
                $(#[doc = $line:literal])+
                $(#[serde $serde:tt])*
                pub $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[$attribute])*
        pub struct $name {
            $(
                $(#[doc = $line])+
                $(#[serde $serde])*
                pub $field: $type,
            )*
        }

        impl $name {
            /// The fields and what is said of them.
            pub const FIELDS: &'static [$crate::parameters::Field] = &[
                $($crate::parameters::Field {
                    name: stringify!($field),
                    documentation: &[$($line),+],
                },)*
            ];
        }
    };
}
pub(crate) use parameters;

/// The parameters of `defaults`, in the order of `fields`; those of a table within it, whose fields are
/// in `tables` by its key, after it.
pub(crate) fn list<S: Serialize + DeserializeOwned>(
    defaults: &S,
    fields: &[Field],
    tables: &[(&str, &[Field])],
) -> Vec<Parameter> {
    let Ok(Value::Object(values)) = serde_json::to_value(defaults) else {
        return Vec::new();
    };
    let mut parameters = Vec::new();
    for field in fields {
        let key = field.key();
        let mut without = values.clone();
        let value = without.remove(&key);
        let required = serde_json::from_value::<S>(Value::Object(without)).is_err();
        let table = tables.iter().find(|(name, _)| *name == key);
        let default = match &value {
            Some(Value::Object(_)) if table.is_some() => "the values below".to_owned(),
            value => shown(value.as_ref()),
        };
        parameters.push(field.parameter("", (!required).then_some(default)));
        for inner in table.map_or(&[][..], |(_, fields)| fields) {
            let value = value.as_ref().and_then(|table| table.get(inner.key()));
            parameters.push(inner.parameter(&format!("{key}."), Some(shown(value))));
        }
    }
    parameters
}

impl Field {
    /// Its key in a configuration.
    fn key(&self) -> String {
        self.name.replace('_', "-")
    }

    fn parameter(&self, table: &str, default: Option<String>) -> Parameter {
        let text = self.documentation.join("");
        let text = text.trim();
        let end = text.find(". ").map_or(text.len(), |end| end + 1);
        Parameter {
            key: format!("{table}{}", self.key()),
            default,
            summary: text[..end].to_owned(),
        }
    }
}

/// A value in one line: long lists by their beginning.
fn shown(value: Option<&Value>) -> String {
    /// Elements of a list that are shown.
    const SHOWN: usize = 4;
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::Array(list)) if list.len() > SHOWN => {
            let first: Vec<_> = list[..SHOWN].iter().map(Value::to_string).collect();
            format!("[{}, … {} more]", first.join(", "), list.len() - SHOWN)
        }
        Some(Value::Array(list)) => {
            let all: Vec<_> = list.iter().map(Value::to_string).collect();
            format!("[{}]", all.join(", "))
        }
        Some(value) => value.to_string(),
    }
}
