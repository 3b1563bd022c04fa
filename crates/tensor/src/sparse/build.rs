//! From entries in any order to one tree per mode: counting sorts only, so linear in the entries.

use super::tree::Tree;
use crate::TensorError;
use crate::coordinates::{Coordinates, row_major_order, stable_sort};

/// Entries in row-major order, each place once, without zeros.
pub(super) struct Merged {
    pub(super) shape: Vec<usize>,
    pub(super) indices: Vec<u32>,
    pub(super) values: Vec<f64>,
    pub(super) duplicates: usize,
}

/// Sorts the entries, adds up those at the same place and drops zeros.
pub(super) fn merge(coordinates: Coordinates) -> Result<Merged, TensorError> {
    let (shape, indices, values) = coordinates.into_parts();
    let modes = shape.len();
    let order = row_major_order(&shape, &indices, values.len());
    let mut merged = Merged {
        shape,
        indices: Vec::with_capacity(indices.len()),
        values: Vec::with_capacity(values.len()),
        duplicates: 0,
    };
    for same in order.chunk_by(|a, b| place(&indices, *a, modes) == place(&indices, *b, modes)) {
        let index = place(&indices, same[0], modes);
        let value: f64 = same.iter().map(|entry| values[*entry]).sum();
        merged.duplicates += same.len() - 1;
        if !value.is_finite() {
            return Err(TensorError::NotFinite {
                index: index.iter().map(|i| *i as usize).collect(),
                value,
            });
        }
        if value > 0.0 {
            merged.indices.extend_from_slice(index);
            merged.values.push(value);
        }
    }
    Ok(merged)
}

fn place(indices: &[u32], entry: usize, modes: usize) -> &[u32] {
    &indices[entry * modes..(entry + 1) * modes]
}

/// The trees of all modes over entries in row-major order.
pub(super) fn trees(shape: &[usize], indices: &[u32], values: &[f64]) -> Vec<Tree> {
    let mut order: Vec<_> = (0..values.len()).collect();
    let mut spare = vec![0; values.len()];
    let mut trees = vec![Tree::new(shape, 0, indices, values, &order)];
    // Entries sorted by (m+1, …, m−1, m), once stably sorted by m, are sorted by (m, m+1, …, m−1):
    // one pass leads from each tree to that of the mode before it.
    for mode in (1..shape.len()).rev() {
        stable_sort(&mut order, &mut spare, shape, indices, mode);
        trees.push(Tree::new(shape, mode, indices, values, &order));
    }
    trees[1..].reverse();
    trees
}
