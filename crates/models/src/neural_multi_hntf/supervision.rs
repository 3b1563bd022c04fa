//! The label terms: classes of the last mode's indices, predicted from every layer's coefficients.

use std::collections::BTreeMap;

use hntf_solvers::{Hals, Labels};
use hntf_tensor::{Matrix, gram};

/// μ ‖L_l * (Y_l − B_l V_lᵀ F_kᵀ)‖² for every layer l, as functions of B_l, V_l and F_k.
///
/// F_k enters through Z_l = B_l V_lᵀ (c × r_0) only: over the labelled indices, G_l = Σ f_j f_jᵀ and
/// T_l = Σ y_j f_jᵀ, the term is n − 2⟨Z_l, T_l⟩ + ⟨Z_l G_l, Z_l⟩ with n their number.
#[derive(Clone)]
pub(super) struct Supervision<'a> {
    /// μ.
    weight: f64,
    layers: Vec<LabelLayer<'a>>,
    /// Indices that the same layers have labels for.
    groups: Vec<Group>,
    hals: Hals,
    work: Matrix,
    rows: Matrix,
    targets: Matrix,
    metric: Matrix,
}

#[derive(Clone)]
struct LabelLayer<'a> {
    labels: &'a Labels,
    known: f64,
    classifier: Matrix,
    gram: Matrix,
    target: Matrix,
    scores: Matrix,
}

#[derive(Clone)]
struct Group {
    known: Vec<bool>,
    indices: Vec<usize>,
}

impl<'a> Supervision<'a> {
    /// `labels` of every layer; `classifiers[l]` (c × r_l) is where B_l starts.
    pub(super) fn new(weight: f64, labels: Vec<&'a Labels>, classifiers: Vec<Matrix>) -> Self {
        let mut groups = BTreeMap::<Vec<bool>, Vec<usize>>::new();
        for j in 0..labels.first().map_or(0, |l| l.len()) {
            let known = labels.iter().map(|l| l.class(j).is_some()).collect();
            groups.entry(known).or_default().push(j);
        }
        let layer = |(labels, classifier): (&'a Labels, Matrix)| LabelLayer {
            labels,
            known: labels.known().count() as f64,
            classifier,
            gram: Matrix::default(),
            target: Matrix::default(),
            scores: Matrix::default(),
        };
        Self {
            weight,
            layers: labels.into_iter().zip(classifiers).map(layer).collect(),
            groups: groups
                .into_iter()
                .map(|(known, indices)| Group { known, indices })
                .collect(),
            hals: Hals::default(),
            work: Matrix::default(),
            rows: Matrix::default(),
            targets: Matrix::default(),
            metric: Matrix::default(),
        }
    }

    /// B_0, B_1, ….
    pub(super) fn into_classifiers(self) -> Vec<Matrix> {
        self.layers.into_iter().map(|l| l.classifier).collect()
    }

    /// B_l ← scale · B_l, for an F_k that was divided by it.
    pub(super) fn scale_classifiers(&mut self, scale: f64) {
        for layer in &mut self.layers {
            let entries = layer.classifier.as_mut_slice().iter_mut();
            entries.for_each(|x| *x *= scale);
        }
    }

    /// Computes the G_l and T_l of a new F_k.
    pub(super) fn meet(&mut self, factor: &Matrix) {
        for layer in &mut self.layers {
            layer.labels.gram(factor, &mut layer.gram);
            layer.labels.sums(factor, &mut layer.target);
        }
    }

    /// Improves every B_l for the present V_l: least squares over the labelled indices.
    pub(super) fn update_classifiers(&mut self, products: &[Matrix]) {
        for (layer, v) in self.layers.iter_mut().zip(products) {
            self.work.set_product(layer.gram.view(), v.view());
            self.metric
                .set_product(v.view().transpose(), self.work.view());
            self.targets.set_product(layer.target.view(), v.view());
            self.hals
                .improve(&mut layer.classifier, &self.targets, &self.metric, 0.0);
        }
    }

    /// The term of layer l; adds its gradient with respect to V_l to `gradient`.
    pub(super) fn term(&mut self, l: usize, v: &Matrix, gradient: &mut Matrix) -> f64 {
        let layer = &mut self.layers[l];
        let b = layer.classifier.view();
        layer.scores.set_product(b, v.view().transpose());
        self.work
            .set_product(layer.scores.view(), layer.gram.view());
        let mut total = layer.known;
        let pairs = layer.scores.as_slice().iter().zip(layer.target.as_slice());
        for ((z, t), zg) in pairs.zip(self.work.as_mut_slice()) {
            total += z * (*zg - 2.0 * t);
            *zg -= t;
        }
        self.metric.set_product(self.work.view().transpose(), b);
        let scale = 2.0 * self.weight;
        let sums = gradient.as_mut_slice().iter_mut();
        sums.zip(self.metric.as_slice())
            .for_each(|(g, d)| *g += scale * d);
        self.weight * total
    }

    /// The term of layer 0, whose V is the identity.
    pub(super) fn first_term(&mut self, identity: &Matrix) -> f64 {
        let mut unused = Matrix::zeros(identity.rows(), identity.cols());
        self.term(0, identity, &mut unused)
    }

    /// Improves F_k in the joint loss: `metric` and `targets` (n_k × r_0) are those of the data terms
    /// of all layers; to each index come the terms of the layers it has labels in. `l1` is the
    /// penalty.
    pub(super) fn update_factor(
        &mut self,
        factor: &mut Matrix,
        targets: &Matrix,
        metric: &Matrix,
        products: &[Matrix],
        layer_weights: &[f64],
        l1: f64,
    ) {
        for (layer, v) in self.layers.iter_mut().zip(products) {
            let b = layer.classifier.view();
            layer.scores.set_product(b, v.view().transpose());
        }
        let rank = factor.cols();
        for group in &self.groups {
            self.metric.clone_from(metric);
            self.rows.reshape(group.indices.len(), rank);
            self.targets.reshape(group.indices.len(), rank);
            for (i, j) in group.indices.iter().enumerate() {
                self.rows.row_mut(i).copy_from_slice(factor.row(*j));
                self.targets.row_mut(i).copy_from_slice(targets.row(*j));
            }
            let known = self.layers.iter().zip(layer_weights).zip(&group.known);
            for ((layer, lambda), _) in known.filter(|(_, known)| **known) {
                let scale = lambda * self.weight;
                gram(&layer.scores, &mut self.work);
                let sums = self.metric.as_mut_slice().iter_mut();
                sums.zip(self.work.as_slice())
                    .for_each(|(m, g)| *m += scale * g);
                for (i, j) in group.indices.iter().enumerate() {
                    let Some(class) = layer.labels.class(*j) else {
                        continue;
                    };
                    let row = self.targets.row_mut(i).iter_mut();
                    row.zip(layer.scores.row(class))
                        .for_each(|(t, z)| *t += scale * z);
                }
            }
            self.hals
                .improve(&mut self.rows, &self.targets, &self.metric, l1);
            for (i, j) in group.indices.iter().enumerate() {
                factor.row_mut(*j).copy_from_slice(self.rows.row(i));
            }
        }
    }
}
