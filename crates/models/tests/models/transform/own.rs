//! Training items are new items of their own fit.

use hntf_models::{
    Fit, FlatNcpd, Hnmf, Hntf, Model, MultiHntf, NeuralMultiHntf, NeuralNmf, StandardHncpd,
    SupervisedHnmf, SupervisedMultiHntf, SupervisedNeuralMultiHntf,
};
use hntf_solvers::{LabelLoss, Labels, Loss, Ncpd, Silent, Ssnmf, StopReason, Stopping};
use hntf_tensor::Tensor;
use numpy_random::RandomState;

use super::support::{divergence, hide, transform};
use crate::noisy;

fn hals() -> Ncpd {
    Ncpd {
        stopping: Stopping::after(3000),
        ..Ncpd::default()
    }
}

fn sparse_hals() -> Ncpd {
    Ncpd { l1: 0.05, ..hals() }
}

/// Multiplicative updates come near their limit slowly.
fn ssnmf(data_loss: Loss) -> Ssnmf {
    Ssnmf {
        data_loss,
        label_loss: LabelLoss::Frobenius,
        stopping: Stopping::after(30_000),
        ..Ssnmf::default()
    }
}

/// Every model with settings whose fits settle, and how near to their limit they come.
fn settled() -> Vec<(&'static str, Box<dyn Model>, f64)> {
    let kl = Loss::KullbackLeibler;
    let multi = MultiHntf {
        first_layer: hals(),
        iterations: 50,
        ..MultiHntf::default()
    };
    let standard = StandardHncpd {
        first_layer: hals(),
        nmf: hals(),
        balance: false,
    };
    let hntf = Hntf {
        mode: 1,
        first_layer: hals(),
        ncpd: hals(),
    };
    let joint = NeuralMultiHntf {
        first_layer: hals(),
        layer_weights: vec![1.0, 2.0, 0.5],
        weight_starts: 1,
        stopping: Stopping::after(3000),
        ..NeuralMultiHntf::default()
    };
    let sparse_joint = NeuralMultiHntf {
        l1: 0.05,
        weights_l1: 0.05,
        ..joint.clone()
    };
    let frozen = NeuralMultiHntf {
        frozen: true,
        stopping: Stopping::after(20),
        ..joint.clone()
    };
    let supervised = SupervisedNeuralMultiHntf {
        ssnmf: Ssnmf {
            stopping: Stopping::after(100),
            ..Ssnmf::default()
        },
        weight_starts: 1,
        stopping: Stopping::after(3000),
        ..SupervisedNeuralMultiHntf::default()
    };
    let network = NeuralNmf {
        stopping: Stopping::after(20),
        ..NeuralNmf::default()
    };
    vec![
        ("ncpd", Box::new(FlatNcpd { ncpd: hals() }), 1e-6),
        (
            "ncpd, sparse",
            Box::new(FlatNcpd {
                ncpd: sparse_hals(),
            }),
            1e-6,
        ),
        (
            "ncpd, divergence",
            Box::new(FlatNcpd { ncpd: divergence() }),
            1e-4,
        ),
        ("standard-hncpd", Box::new(standard), 1e-6),
        (
            "standard-hncpd, balanced",
            Box::new(StandardHncpd {
                first_layer: divergence(),
                balance: true,
                ..standard
            }),
            1e-4,
        ),
        (
            "standard-hncpd, divergence",
            Box::new(StandardHncpd {
                nmf: divergence(),
                ..standard
            }),
            1e-4,
        ),
        ("hntf-1", Box::new(hntf), 1e-6),
        ("hntf-2", Box::new(Hntf { mode: 2, ..hntf }), 1e-6),
        (
            "hntf-2, divergence",
            Box::new(Hntf {
                mode: 2,
                ncpd: divergence(),
                ..hntf
            }),
            1e-4,
        ),
        ("multi-hntf", Box::new(multi), 1e-6),
        (
            "multi-hntf, divergence",
            Box::new(MultiHntf {
                first_layer: divergence(),
                loss: kl,
                balance: true,
                ..multi
            }),
            1e-4,
        ),
        ("hnmf", Box::new(Hnmf { nmf: hals() }), 1e-6),
        (
            "hnmf, divergence",
            Box::new(Hnmf { nmf: divergence() }),
            1e-4,
        ),
        (
            "supervised-hnmf",
            Box::new(SupervisedHnmf {
                ssnmf: ssnmf(Loss::Frobenius),
                ..SupervisedHnmf::default()
            }),
            1e-4,
        ),
        (
            "supervised-hnmf, divergence",
            Box::new(SupervisedHnmf {
                ssnmf: ssnmf(kl),
                ..SupervisedHnmf::default()
            }),
            1e-4,
        ),
        (
            "supervised-multi-hntf",
            Box::new(SupervisedMultiHntf {
                ssnmf: ssnmf(Loss::Frobenius),
                ..SupervisedMultiHntf::default()
            }),
            1e-4,
        ),
        ("neural-multi-hntf", Box::new(joint), 1e-4),
        ("neural-multi-hntf, sparse", Box::new(sparse_joint), 1e-4),
        ("neural-multi-hntf, frozen", Box::new(frozen), 1e-4),
        ("supervised-neural-multi-hntf", Box::new(supervised), 1e-4),
        // Its coefficients are solved for in every epoch, so that those of columns need not settle.
        ("neural-nmf", Box::new(network.clone()), 1e-9),
        (
            "neural-nmf, sparse",
            Box::new(NeuralNmf {
                l1: 0.05,
                ..network
            }),
            1e-9,
        ),
    ]
}

/// Every fourth item is without a label.
fn labels(items: usize) -> [Labels; 1] {
    let of = (0..items).map(|j| (j % 4 != 3).then_some(j % 3));
    [Labels::new(3, of.collect()).unwrap()]
}

#[test]
fn training_items_get_back_their_own_coefficients() {
    let matrix = noisy(&[9, 8], 3, 0.3, &mut RandomState::new(1));
    let cube = noisy(&[6, 5, 4], 3, 0.1, &mut RandomState::new(6));
    let kinds: [Box<dyn Tensor>; 4] = [
        Box::new(hide(&matrix, 3)),
        Box::new(matrix),
        Box::new(hide(&cube, 4)),
        Box::new(cube),
    ];
    let ranks = [3, 2, 1];
    for (name, model, tolerance) in settled() {
        for data in kinds
            .iter()
            .filter(|d| model.validate(d.shape(), &ranks).is_ok())
        {
            let shape = data.shape();
            let labels = labels(shape[shape.len() - 1]);
            let fit = Fit {
                labels: &labels,
                ..Fit::new(&**data, &ranks, 5)
            };
            let fitted = model.fit(&fit, &mut Silent).unwrap();
            for mode in 0..shape.len() {
                // The rows of a network's A⁰ are no one's minimum: the S's move with them.
                if name.starts_with("neural-nmf") && mode == 0 {
                    continue;
                }
                let found = transform(&*model, &fitted, &**data, mode);
                assert_eq!(found.reason, StopReason::Converged);
                let supervised = name.starts_with("supervised") && mode + 1 == shape.len();
                for (l, (found, layer)) in found.layers.iter().zip(&fitted.layers).enumerate() {
                    let own = &layer.topics[mode];
                    let scale = own.as_slice().iter().copied().fold(0.0, f64::max);
                    for j in (0..own.rows()).filter(|j| !supervised || j % 4 == 3) {
                        for (c, (a, b)) in
                            found.coefficients.row(j).iter().zip(own.row(j)).enumerate()
                        {
                            assert!(
                                (a - b).abs() <= tolerance * scale,
                                "{name} {shape:?} {}, mode {mode}, layer {l}, item {j}, topic {c}: {a} is not {b} (of {scale})",
                                data.mask().is_some()
                            );
                        }
                    }
                }
            }
        }
    }
}
