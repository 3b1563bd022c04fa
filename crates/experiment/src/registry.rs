//! The lists of what a configuration can name: one line per model and data set. (Figures and metrics
//! have theirs in modules of their own.)
//!
//! They stand here, not in the crates they list, because reading a section of a TOML file without
//! losing the position of a mistake needs the concrete type and the TOML reader together.

use hntf_datasets::{
    CorpusSource, DocumentTensorSource, MatrixMarket, NamedSource, NestedBlocks, NewsgroupsOptions,
    PublishedFactors, Source, SyntheticBlocks, TensorFile, TnsFile, Twitter,
};
use hntf_models::{
    FlatNcpd, Hnmf, Hntf, Model, MultiHntf, NamedModel, NeuralHncpd, NeuralMultiHntf, NeuralNmf,
    StandardHncpd, SupervisedHnmf, SupervisedMultiHntf, SupervisedNeuralMultiHntf,
};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// One entry of a list: what it is called, and how its section of a configuration is read.
pub struct Entry<T: ?Sized> {
    /// The value of `kind`.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// Raised when results move; of models, whose fits are kept under it.
    pub revision: u32,
    /// The parameters and their defaults, one a line: of models as TOML, of data sets each with what
    /// it is. Empty for figures.
    pub defaults: fn() -> String,
    pub(crate) read: fn(Spanned<DeValue<'_>>) -> Result<Read<T>, toml::de::Error>,
}

/// A section that has been read, and all its parameters as they will be used.
pub(crate) struct Read<T: ?Sized> {
    pub(crate) value: Box<T>,
    pub(crate) parameters: toml::Table,
}

/// All models.
pub static MODELS: &[Entry<dyn Model>] = &[
    listed::<FlatNcpd>(),
    listed::<StandardHncpd>(),
    listed::<NeuralHncpd>(),
    listed::<Hntf>(),
    listed::<MultiHntf>(),
    listed::<Hnmf>(),
    listed::<SupervisedHnmf>(),
    listed::<SupervisedMultiHntf>(),
    listed::<NeuralMultiHntf>(),
    listed::<SupervisedNeuralMultiHntf>(),
    listed::<NeuralNmf>(),
];

/// All data sets.
pub static DATASETS: &[Entry<dyn Source>] = &[
    source::<SyntheticBlocks>(),
    source::<TensorFile>(),
    source::<NewsgroupsOptions>(),
    source::<NestedBlocks>(),
    source::<CorpusSource>(),
    source::<MatrixMarket>(),
    source::<DocumentTensorSource>(),
    source::<Twitter>(),
    source::<PublishedFactors>(),
    source::<TnsFile>(),
];

const fn listed<M: NamedModel + 'static>() -> Entry<dyn Model> {
    let about = M::ABOUT;
    Entry {
        id: about.id,
        summary: about.summary,
        citation: about.citation,
        revision: about.revision,
        defaults: || toml::to_string(&M::default()).unwrap_or_default(),
        read: |section| {
            // Read twice: once as written, which finds every mistake and its place, and once laid
            // over the model's own defaults, so that naming one setting of a first layer leaves
            // the others as the model has them and not as the solver does.
            let given: toml::Table = read_value(section.clone())?;
            let _: M = read_value(section)?;
            let mut parameters = parameters(&M::default());
            overlay(&mut parameters, given);
            let value: M = M::deserialize(parameters.clone())?;
            Ok(Read {
                value: Box::new(value),
                parameters,
            })
        },
    }
}

/// A model with these parameters, as they were read before.
///
/// # Errors
/// Parameters that the model does not have, or of another type.
pub fn model(
    entry: &Entry<dyn Model>,
    parameters: &toml::Table,
) -> Result<Box<dyn Model>, toml::de::Error> {
    let text = toml::to_string(parameters).unwrap_or_default();
    let table = DeTable::parse(&text)?;
    let span = table.span();
    let section = Spanned::new(span, DeValue::Table(table.into_inner()));
    (entry.read)(section).map(|read| read.value)
}

/// Puts `over` in place of what `base` says, table by table.
fn overlay(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

const fn source<S: NamedSource + 'static>() -> Entry<dyn Source> {
    let about = S::ABOUT;
    Entry {
        id: about.id,
        summary: about.summary,
        citation: about.citation,
        revision: 0,
        defaults: || {
            let parameters = S::parameters();
            let lines = parameters.iter().map(|p| match &p.default {
                Some(default) => format!("{} = {default}: {}\n", p.key, p.summary),
                None => format!("{} (has to be given): {}\n", p.key, p.summary),
            });
            lines.collect()
        },
        read: |section| {
            let value: S = read_value(section)?;
            let parameters = parameters(&value);
            Ok(Read {
                value: Box::new(value),
                parameters,
            })
        },
    }
}

pub(crate) fn read_value<T: DeserializeOwned>(
    section: Spanned<DeValue<'_>>,
) -> Result<T, toml::de::Error> {
    T::deserialize(ValueDeserializer::from(section))
}

fn parameters<T: serde::Serialize>(value: &T) -> toml::Table {
    toml::Table::try_from(value).unwrap_or_default()
}
