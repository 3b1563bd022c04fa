//! The trait of all models.

use hntf_solvers::{
    CpFit, Labels, Ncpd, Observer, Outcome, SolverError, Ssnmf, StopReason, Stopping,
};
use hntf_tensor::{CpTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Hierarchy, Layer, ModelError, Transformed, checks};

/// What a fit is made of, apart from the model's own settings.
pub struct Fit<'a> {
    /// The data X.
    pub data: &'a dyn Tensor,
    /// r_0 > r_1 > …, the ranks of the layers.
    pub ranks: &'a [usize],
    /// Seeds every generator of this fit.
    pub seed: u32,
    /// Which of the model's variants to fit, below [`Model::variants`].
    pub variant: usize,
    /// Sets of labels of the last mode's indices, for supervised models: one for each layer, the
    /// last one for all layers beyond. Empty where nothing is known.
    pub labels: &'a [Labels],
}

impl<'a> Fit<'a> {
    /// A fit without labels, of the first variant.
    pub fn new(data: &'a dyn Tensor, ranks: &'a [usize], seed: u32) -> Self {
        Self {
            data,
            ranks,
            seed,
            variant: 0,
            labels: &[],
        }
    }

    /// The data with its hidden entries filled with those of the first layer's model, for layers
    /// that read the data; `None` if no entry is hidden.
    ///
    /// # Errors
    /// No memory for the completed data.
    pub fn completed(&self, first: &FirstLayerFit) -> Result<Option<Box<dyn Tensor>>, ModelError> {
        Ok(self.data.completed_with(&first.fit.model)?)
    }

    /// The labels that layer `layer` learns.
    ///
    /// # Errors
    /// [`ModelError::NoLabels`] if there are none; a set, of this layer or another, whose length is not
    /// that of the data's last mode.
    pub fn labels_of(&self, layer: usize) -> Result<&'a Labels, ModelError> {
        let expected = self.data.shape().last().copied().unwrap_or(0);
        if let Some(wrong) = self.labels.iter().find(|set| set.len() != expected) {
            let found = wrong.len();
            return Err(SolverError::Labels { found, expected }.into());
        }
        self.labels
            .get(layer)
            .or(self.labels.last())
            .ok_or(ModelError::NoLabels)
    }
}

/// How a first layer is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FirstLayer {
    /// From the data alone.
    Ncpd(Ncpd),
    /// From the data and the first set of labels.
    Ssnmf(Ssnmf),
    /// Not on its own: the model trains all its layers at once, and what it is given as a first
    /// layer is zero.
    Joint,
}

/// A fitted first layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstLayerFit {
    /// The factors and how they came about.
    pub fit: CpFit,
    /// B of a supervised one, c × r_0.
    pub classifier: Option<Matrix>,
}

impl FirstLayerFit {
    /// It as a layer of a hierarchy.
    pub(crate) fn layer(&self) -> Layer {
        let flat = Layer::flat(self.fit.model.clone(), self.fit.outcome.clone());
        Layer {
            classifier: self.classifier.clone(),
            ..flat
        }
    }
}

impl From<CpFit> for FirstLayerFit {
    fn from(fit: CpFit) -> Self {
        Self {
            fit,
            classifier: None,
        }
    }
}

impl FirstLayer {
    /// Checks its settings.
    ///
    /// # Errors
    /// What would make every fit fail.
    pub fn validate(&self) -> Result<(), ModelError> {
        match self {
            Self::Ncpd(ncpd) => ncpd.validate()?,
            Self::Ssnmf(ssnmf) => ssnmf.validate()?,
            Self::Joint => {}
        }
        Ok(())
    }

    /// Fits it; the generator is seeded with the fit's seed.
    ///
    /// # Errors
    /// Data or labels the solver cannot serve.
    pub fn fit(
        &self,
        fit: &Fit<'_>,
        observer: &mut dyn Observer,
    ) -> Result<FirstLayerFit, ModelError> {
        let (mut random, rank) = (RandomState::new(fit.seed), fit.ranks[0]);
        match self {
            Self::Ncpd(ncpd) => Ok(ncpd.fit(fit.data, rank, &mut random, observer)?.into()),
            Self::Ssnmf(ssnmf) => {
                let labels = fit.labels_of(0)?;
                let fitted = ssnmf.fit(fit.data, labels, rank, &mut random, observer)?;
                Ok(FirstLayerFit {
                    fit: fitted.fit,
                    classifier: fitted.classifier,
                })
            }
            Self::Joint => {
                let zeros = |n: &usize| Matrix::zeros(*n, rank);
                let outcome = Outcome {
                    reason: StopReason::Converged,
                    iterations: 0,
                    trace: Vec::new(),
                };
                let fit = CpFit {
                    model: CpTensor::new(fit.data.shape().iter().map(zeros).collect())?,
                    error: 1.0,
                    outcome,
                };
                Ok(fit.into())
            }
        }
    }
}

/// A way to build a hierarchy on a first layer.
pub trait Model: Sync + Send {
    /// How the first layer is fitted.
    fn first_layer(&self) -> FirstLayer;

    /// What can stop layer `layer`, from 0, before its limit of iterations; `None` where it has a
    /// fixed number of them.
    fn stopping_rule(&self, layer: usize) -> Option<Stopping> {
        match self.first_layer() {
            FirstLayer::Ncpd(ncpd) if layer == 0 => Some(ncpd.stopping),
            FirstLayer::Ssnmf(ssnmf) if layer == 0 => Some(ssnmf.stopping),
            _ => None,
        }
    }

    /// Whether it can only be fitted to data with labels.
    fn needs_labels(&self) -> bool {
        matches!(self.first_layer(), FirstLayer::Ssnmf(_))
    }

    /// How many variants of the model the literature averages over, for data of this order.
    fn variants(&self, _order: usize) -> usize {
        1
    }

    /// Checks the settings against data of the given shape.
    ///
    /// # Errors
    /// What would make every fit fail, before any time is spent.
    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::ranks(shape, ranks)
    }

    /// Builds the layers of ranks r_1, r_2, … on the first one.
    ///
    /// # Errors
    /// Settings or data the model cannot serve.
    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError>;

    /// What new items of mode `mode` (counted from 0) are in terms of the topics of a hierarchy that
    /// this model has fitted: of every layer the coefficients that minimise the model's own objective
    /// in what belongs to the item alone, all that items share being as fitted, and the scores of the
    /// classes where the layer has a classifier and the mode is the last one. Training items get their
    /// own rows of the topics back, as far as the fit had settled.
    ///
    /// `new` has the sizes of the fitted data in all modes but `mode`; its hidden entries are left out.
    /// Labels of new items are not known and have no part in it.
    ///
    /// Squares are solved exactly, by one MTTKRP of `new` and NNLS for every item; the divergence to
    /// a tolerance by [`RowProblem::solve`](hntf_solvers::RowProblem::solve), whose passes the
    /// observer sees. Layers above the first take what it costs to multiply by r × r matrices, or
    /// NNLS once more; nothing that depends on the data's size, unless the model says so.
    ///
    /// # Errors
    /// A hierarchy that another model has fitted or that is not finite, a mode that is not there, other
    /// sizes than those fitted, no items, or entries that are negative or not finite.
    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError>;

    /// Fits the first layer and the stack. The generator of the first layer is seeded with the
    /// fit's seed.
    ///
    /// # Errors
    /// As [`Model::validate`] and [`Model::stack`].
    fn fit(&self, fit: &Fit<'_>, observer: &mut dyn Observer) -> Result<Hierarchy, ModelError> {
        self.validate(fit.data.shape(), fit.ranks)?;
        self.first_layer().validate()?;
        let first = self.first_layer().fit(fit, observer)?;
        self.stack(fit, &first, observer)
    }
}

/// What a list of models says of one.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name in configurations and records.
    pub id: &'static str,
    /// Its name in tables.
    pub title: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// The revision of the numbers its fits give, from 1. Whoever changes what a fit of this model
    /// yields raises it: fits kept under an older revision are then not used again. What the
    /// solvers do for it is covered by [`hntf_solvers::REVISION`].
    pub revision: u32,
}

/// A model that can be named in a configuration: its parameters are its own fields.
pub trait NamedModel: Model + Default + Serialize + DeserializeOwned {
    /// What it is.
    const ABOUT: About;
}
