//! Sorting entries by their places: counting sorts only, so linear in the entries.

/// Bits of an index sorted by in one pass.
const DIGIT: u32 = 16;

/// The numbers of the entries sorted by index, the last mode fastest; entries at the same place
/// keep their order. `indices` holds one index per mode for each of `entries`.
pub(crate) fn row_major_order(shape: &[usize], indices: &[u32], entries: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..entries).collect();
    if indices.chunks_exact(shape.len()).is_sorted() {
        return order;
    }
    let mut spare = vec![0; entries];
    for mode in (0..shape.len()).rev() {
        stable_sort(&mut order, &mut spare, shape, indices, mode);
    }
    order
}

/// Sorts the entries by their index in `mode`, keeping the order of those where it is equal.
pub(crate) fn stable_sort(
    order: &mut Vec<usize>,
    spare: &mut Vec<usize>,
    shape: &[usize],
    indices: &[u32],
    mode: usize,
) {
    let modes = shape.len();
    let largest = shape[mode].saturating_sub(1);
    let mut shift = 0;
    while largest >> shift > 0 {
        let digit =
            |entry: usize| (indices[entry * modes + mode] >> shift) as usize & ((1 << DIGIT) - 1);
        let mut starts = vec![0; (largest >> shift).min((1 << DIGIT) - 1) + 2];
        for entry in 0..order.len() {
            starts[digit(entry) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        for &entry in &*order {
            let place = &mut starts[digit(entry)];
            spare[*place] = entry;
            *place += 1;
        }
        std::mem::swap(order, spare);
        shift += DIGIT;
    }
}
