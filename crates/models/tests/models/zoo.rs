//! Small fits of every model: what other tests ask questions of.

use hntf_models::{
    Fit, FlatNcpd, GradientSettings, Hierarchy, Hnmf, Hntf, LabelUse, Model, MultiHntf, NamedModel,
    NeuralHncpd, NeuralMultiHntf, NeuralNmf, NmfLoss, SharedUpdate, StandardHncpd, SupervisedHnmf,
    SupervisedMultiHntf, SupervisedNeuralMultiHntf, Training,
};
use hntf_solvers::{
    AdamSettings, LabelLoss, Labels, Loss, Ncpd, Silent, Ssnmf, Start, Stopping, Update,
};
use hntf_tensor::{DenseTensor, Incomplete, Mask, Tensor};
use numpy_random::RandomState;

use crate::noisy;

/// A model with its settings, and data it can be fitted to.
pub(crate) struct Specimen {
    pub(crate) id: &'static str,
    pub(crate) revision: u32,
    /// The settings and the data, in words.
    pub(crate) name: String,
    pub(crate) model: Box<dyn Model>,
    pub(crate) data: Box<dyn Tensor>,
    pub(crate) ranks: Vec<usize>,
    pub(crate) variant: usize,
}

impl Specimen {
    pub(crate) fn fit(&self) -> Hierarchy {
        let labels = labels(self.data.shape());
        let fit = Fit {
            data: &*self.data,
            ranks: &self.ranks,
            seed: 3,
            variant: self.variant,
            labels: &labels,
        };
        self.model.fit(&fit, &mut Silent).unwrap()
    }
}

/// Two sets of labels of the last mode, some of them unknown.
fn labels(shape: &[usize]) -> [Labels; 2] {
    [3, 2].map(|classes| {
        let of = (0..*shape.last().unwrap()).map(|j| (j % 4 != 3).then_some(j % classes));
        Labels::new(classes, of.collect()).unwrap()
    })
}

/// Every sixth entry or so is hidden.
fn partly_hidden(data: &DenseTensor) -> Incomplete {
    let mut random = RandomState::new(9);
    let observed: Vec<_> = data
        .values()
        .iter()
        .map(|_| random.random_sample() > 0.15)
        .collect();
    let mask = Mask::from_flags(data.shape().to_vec(), &observed).unwrap();
    Incomplete::dense(data.clone(), mask).unwrap()
}

/// A list that grows by models, each on the data it can be fitted to.
struct Zoo(Vec<Specimen>);

impl Zoo {
    fn add<M: NamedModel + Clone + 'static>(&mut self, name: &str, model: &M) {
        let matrix = noisy(&[8, 9], 4, 0.1, &mut RandomState::new(1));
        let cube = noisy(&[6, 5, 7], 4, 0.1, &mut RandomState::new(2));
        let ranks = vec![4, 3, 2];
        let all: [(&str, Box<dyn Tensor>); 3] = [
            (
                "matrix with hidden entries",
                Box::new(partly_hidden(&matrix)),
            ),
            ("matrix", Box::new(matrix)),
            ("tensor of order 3", Box::new(cube)),
        ];
        for (kind, data) in all {
            if model.validate(data.shape(), &ranks).is_err() {
                continue;
            }
            let variant = model.variants(data.shape().len()) - 1;
            self.0.push(Specimen {
                id: M::ABOUT.id,
                revision: M::ABOUT.revision,
                name: format!("{name}, {kind}"),
                model: Box::new(model.clone()),
                data,
                ranks: ranks.clone(),
                variant,
            });
        }
    }

    fn add_flat_and_by_mode(&mut self) {
        self.add("published", &FlatNcpd::default());
        self.add(
            "HALS",
            &FlatNcpd {
                ncpd: Ncpd::default(),
            },
        );
        self.add("divergence", &FlatNcpd { ncpd: divergence() });
        self.add("published", &StandardHncpd::default());
        let standard = StandardHncpd {
            first_layer: Ncpd::default(),
            nmf: Ncpd::default(),
            balance: true,
        };
        self.add("HALS, balanced", &standard);
        self.add("published", &neural_hncpd());
        let free = NeuralHncpd {
            first_layer_step: 0.001,
            balance: true,
            ..neural_hncpd()
        };
        self.add("first layer trained", &free);
        for mode in [1, 2] {
            self.add(
                &format!("published, mode {mode}"),
                &Hntf {
                    mode,
                    ..Hntf::default()
                },
            );
        }
    }

    fn add_shared(&mut self) {
        let multi = MultiHntf {
            iterations: 100,
            ..MultiHntf::default()
        };
        self.add("published", &multi);
        let symmetric = MultiHntf {
            update: SharedUpdate::Symmetric,
            balance: true,
            l1: 0.05,
            ..multi
        };
        self.add("symmetric, balanced, sparse", &symmetric);
        let loss = Loss::KullbackLeibler;
        let first_layer = divergence();
        self.add(
            "divergence",
            &MultiHntf {
                first_layer,
                loss,
                ..multi
            },
        );
        self.add("published", &neural_multi());
        self.add(
            "frozen",
            &NeuralMultiHntf {
                frozen: true,
                ..neural_multi()
            },
        );
        let sparse = NeuralMultiHntf {
            l1: 0.05,
            weights_l1: 0.1,
            ..neural_multi()
        };
        self.add("sparse", &sparse);
    }

    fn add_matrix_models(&mut self) {
        self.add("published", &Hnmf::default());
        self.add(
            "HALS",
            &Hnmf {
                nmf: Ncpd::default(),
            },
        );
        self.add("divergence", &Hnmf { nmf: divergence() });
        self.add("published", &SupervisedHnmf::default());
        let mixed = SupervisedHnmf {
            mixed_first_layer: true,
            ..SupervisedHnmf::default()
        };
        self.add("mixed first layer", &mixed);
        let ssnmf = Ssnmf {
            data_loss: Loss::KullbackLeibler,
            label_loss: LabelLoss::KullbackLeibler,
            ..Ssnmf::default()
        };
        self.add(
            "divergences",
            &SupervisedHnmf {
                ssnmf,
                ..SupervisedHnmf::default()
            },
        );
        let shared = SupervisedMultiHntf {
            iterations: 100,
            ..SupervisedMultiHntf::default()
        };
        self.add("published", &shared);
        self.add(
            "masked labels",
            &SupervisedMultiHntf {
                masked: true,
                ..shared
            },
        );
        let neural = SupervisedNeuralMultiHntf {
            weight_starts: 2,
            stopping: Stopping::after(10),
            ..SupervisedNeuralMultiHntf::default()
        };
        self.add("published", &neural);
        for (name, model) in neural_nmfs() {
            self.add(name, &model);
        }
    }
}

fn divergence() -> Ncpd {
    Ncpd {
        loss: Loss::KullbackLeibler,
        update: Update::Mu,
        start: Start::Random,
        stopping: Stopping::after(60),
        ..Ncpd::default()
    }
}

/// Few and small steps: long training amplifies rounding.
fn neural_hncpd() -> NeuralHncpd {
    let adam = AdamSettings {
        step: 0.02,
        ..NeuralHncpd::default().adam
    };
    NeuralHncpd {
        epochs: 30,
        adam,
        ..NeuralHncpd::default()
    }
}

fn neural_multi() -> NeuralMultiHntf {
    NeuralMultiHntf {
        weight_starts: 2,
        stopping: Stopping::after(10),
        ..NeuralMultiHntf::default()
    }
}

fn neural_nmfs() -> [(&'static str, NeuralNmf); 5] {
    let brief = NeuralNmf {
        stopping: Stopping::after(15),
        ..NeuralNmf::default()
    };
    let gradient = NeuralNmf {
        training: Training::Gradient,
        loss: NmfLoss::Energy,
        gradient: GradientSettings {
            step: 0.1,
            ..GradientSettings::default()
        },
        ..brief.clone()
    };
    let adam = NeuralNmf {
        training: Training::Adam,
        labels: LabelUse::TrainedB,
        ..brief.clone()
    };
    let solved = NeuralNmf {
        labels: LabelUse::PseudoInverse,
        ..brief.clone()
    };
    let sparse = NeuralNmf {
        l1: 0.05,
        ..brief.clone()
    };
    [
        ("default", brief),
        ("gradient, energy", gradient),
        ("Adam, B trained", adam),
        ("B solved for", solved),
        ("sparse", sparse),
    ]
}

/// Every model with published and other settings, on matrices with and without hidden entries and,
/// where it takes them, on tensors of order 3.
pub(crate) fn specimens() -> Vec<Specimen> {
    let mut zoo = Zoo(Vec::new());
    zoo.add_flat_and_by_mode();
    zoo.add_shared();
    zoo.add_matrix_models();
    zoo.0
}

/// What stands behind `id: "` in the sources: a model that is not among the specimens is missed.
#[test]
fn every_model_is_among_the_specimens() {
    let mut found = std::collections::BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let ids = text.split("id: \"").skip(1);
            found.extend(ids.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    let here: std::collections::BTreeSet<_> =
        specimens().into_iter().map(|s| s.id.to_owned()).collect();
    assert_eq!(here, found);
}
