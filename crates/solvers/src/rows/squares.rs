//! Rows by least squares.

use hntf_tensor::{Matrix, Scratch, Tensor, gram, hadamard_of_grams};

use super::blank::with_blank;
use super::known::{KhatriRao, KnownGrams, KnownRows};
use crate::Nnls;

/// One term ½ w ‖X − ⟦F_1 … F V … F_k⟧‖² of an objective in F, which stands in one mode.
#[derive(Debug, Clone, Copy)]
pub struct RowTerm<'a> {
    /// w ≥ 0.
    pub weight: f64,
    /// F_i, n_i × s, for every mode; that of F's own mode only counts by its columns.
    pub factors: &'a [Matrix],
    /// V, r × s; `None` for the identity.
    pub map: Option<&'a Matrix>,
}

impl RowTerm<'_> {
    /// r, the columns of F.
    fn rank(&self, mode: usize) -> usize {
        self.map
            .map_or_else(|| self.factors[mode].cols(), Matrix::rows)
    }

    /// The entrywise product of the Grams of all factors but one, s × s.
    fn gram_of_others(&self, mode: usize) -> Matrix {
        let mut grams = vec![Matrix::default(); self.factors.len()];
        for (i, f) in self.factors.iter().enumerate() {
            if i == mode {
                grams[i] = Matrix::zeros(f.cols(), f.cols());
            } else {
                gram(f, &mut grams[i]);
            }
        }
        let mut others = Matrix::default();
        hadamard_of_grams(&grams, Some(mode), &mut others);
        others
    }

    /// `out` += w V G Vᵀ.
    fn add_mapped(&self, g: &Matrix, work: &mut [Matrix; 2], out: &mut Matrix) {
        let Some(v) = self.map else {
            return out.add_scaled(g, self.weight);
        };
        let [half, whole] = work;
        half.set_product(v.view(), g.view());
        whole.set_product(half.view(), v.view().transpose());
        out.add_scaled(whole, self.weight);
    }
}

/// The F ≥ 0 (n_m × r) of mode m = `mode` that minimises Σ_t ½ w_t ‖X − ⟦… F V_t …⟧‖² + λ Σ F over the
/// known entries of X, exactly: NNLS with the Gram Σ w_t V_t H_t V_tᵀ, where H_t is the entrywise
/// product of the other factors' Grams, and the right sides Σ w_t MTTKRP_t V_tᵀ − λ. All terms have
/// one r.
///
/// Cost: an MTTKRP for each term and the batch [`Nnls`]; of hidden entries see
/// [`RowProblem::solve`](super::RowProblem::solve).
pub fn least_squares_rows(
    data: &dyn Tensor,
    mode: usize,
    terms: &[RowTerm<'_>],
    l1: f64,
) -> Matrix {
    let items = data.shape()[mode];
    let rank = terms.first().map_or(0, |t| t.rank(mode));
    let mut right = Matrix::from_fn(items, rank, |_, _| -l1);
    let mut whole = Matrix::zeros(rank, rank);
    let mut work = [Matrix::default(), Matrix::default()];
    let lists = data.mask().and_then(|mask| KnownRows::new(mask, mode));
    let mut known = Vec::new();
    let (mut mttkrp, mut scratch) = (Matrix::default(), Scratch::new());
    for term in terms {
        let factors = with_blank(term.factors, mode, items);
        data.mttkrp(&factors, mode, &mut mttkrp, &mut scratch);
        match term.map {
            None => right.add_scaled(&mttkrp, term.weight),
            Some(v) => {
                let part = &mut work[0];
                part.set_product(mttkrp.view(), v.view().transpose());
                right.add_scaled(part, term.weight);
            }
        }
        let others = term.gram_of_others(mode);
        term.add_mapped(&others, &mut work, &mut whole);
        if let Some(lists) = &lists {
            let rows = KhatriRao::without(term.factors, mode);
            known.push(KnownGrams::new(lists, rows, others));
        }
    }
    let mut out = Matrix::default();
    let mut own_part = Matrix::default();
    let mut own = |j: usize, g: &mut Matrix| {
        g.fill(rank, rank, 0.0);
        let mut is_own = false;
        for (term, known) in terms.iter().zip(&mut known) {
            if known.gram(j, &mut own_part) {
                is_own = true;
                term.add_mapped(&own_part, &mut work, g);
            }
        }
        is_own
    };
    Nnls::new().solve_with(&whole, &mut own, &right, &mut out);
    out
}
