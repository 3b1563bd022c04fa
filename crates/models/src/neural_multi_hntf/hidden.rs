//! Hidden entries: every layer is fitted as if they were those of its own present model.

use hntf_tensor::{DenseTensor, Mask, Matrix, Scratch, hadamard_of_grams};

/// The hidden entries of the layers' models M_l = ⟦F_1 V_l, …, F_k V_l⟧.
///
/// With Ω the known and Ω̄ the hidden entries, ‖Ω(X − M)‖² ≤ ‖Ω(X − M)‖² + ‖Ω̄(M_l − M)‖², and they are
/// equal at M = M_l. The right side is the squared distance of M from the data with its hidden entries
/// filled by M_l: what lowers it from M_l on lowers the left side at least as much. Each layer has a
/// filling of its own, so that none is drawn towards what another one thinks of the hidden entries.
pub(super) struct Hidden<'a> {
    mask: &'a Mask,
    /// F_m V_l, by layer and mode; V_0 = I.
    factors: Vec<Vec<Matrix>>,
    /// What a layer's hidden entries add to the core and to ‖X‖².
    fillings: Vec<Filling>,
    whole: Matrix,
    part: Matrix,
    scratch: Scratch,
}

struct Filling {
    core: DenseTensor,
    norm: f64,
}

impl<'a> Hidden<'a> {
    /// For a mask that hides something, and this many layers.
    pub(super) fn new(mask: &'a Mask, layers: usize) -> Self {
        let order = mask.shape().len();
        let filling = || Filling {
            core: DenseTensor::from_matrix(Matrix::default()),
            norm: 0.0,
        };
        Self {
            mask,
            factors: vec![vec![Matrix::default(); order]; layers],
            fillings: (0..layers).map(|_| filling()).collect(),
            whole: Matrix::default(),
            part: Matrix::default(),
            scratch: Scratch::new(),
        }
    }

    /// Takes over a new factor of mode `mode`, for all layers.
    pub(super) fn meet(&mut self, mode: usize, factor: &Matrix, products: &[Matrix]) {
        for (own, v) in self.factors.iter_mut().zip(products) {
            own[mode].set_product(factor.view(), v.view());
        }
    }

    /// Takes over new V_l, of which the first is the identity.
    pub(super) fn chain(&mut self, products: &[Matrix]) {
        let Some((first, above)) = self.factors.split_first_mut() else {
            return;
        };
        for (own, v) in above.iter_mut().zip(&products[1..]) {
            for (out, f) in own.iter_mut().zip(&*first) {
                out.set_product(f.view(), v.view());
            }
        }
    }

    /// Adds the MTTKRP of layer l's hidden entries with its own factors to the columns of `m` from
    /// `column` on. `others` is H_l, the entrywise product of the V_lᵀG_iV_l but the mode's.
    pub(super) fn add_to(
        &mut self,
        l: usize,
        mode: usize,
        others: &Matrix,
        m: &mut Matrix,
        column: usize,
    ) {
        let own = &self.factors[l];
        self.whole.set_product(own[mode].view(), others.view());
        let (whole, part) = (&self.whole, &mut self.part);
        self.mask
            .hidden_model_mttkrp(own, mode, whole, part, &mut self.scratch);
        for (i, row) in part.iter_rows().enumerate() {
            let sums = m.row_mut(i)[column..].iter_mut();
            sums.zip(row).for_each(|(m, p)| *m += p);
        }
    }

    /// Fills the core of the known entries with layer l's model as it is now: what the weights see
    /// of layer l until the next filling. `grams` are those of the F_i V_l.
    pub(super) fn fill(&mut self, l: usize, core: &DenseTensor, grams: &[Matrix]) {
        let (first, own) = (&self.factors[0], &self.factors[l]);
        let mut filled = self
            .mask
            .hidden_model_projection(own, first, &mut self.scratch);
        let sums = filled.values_mut().iter_mut();
        sums.zip(core.values()).for_each(|(f, c)| *f += c);
        self.fillings[l] = Filling {
            core: filled,
            norm: self.squared_norm(l, grams),
        };
    }

    /// The core filled last, and the squares that its filling adds to ‖X‖².
    pub(super) fn filled(&self, l: usize) -> (&DenseTensor, f64) {
        (&self.fillings[l].core, self.fillings[l].norm)
    }

    /// The squares of layer l's hidden entries; `grams` as in [`Hidden::fill`].
    pub(super) fn squared_norm(&mut self, l: usize, grams: &[Matrix]) -> f64 {
        hadamard_of_grams(grams, None, &mut self.whole);
        let all: f64 = self.whole.sum();
        let own = &self.factors[l];
        self.mask.hidden_squared_norm(own, all, &mut self.scratch)
    }
}
