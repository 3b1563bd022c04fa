//! The order in which NumPy before 1.25 sorted: not stable, so that equal labels change places.
//!
//! The authors ordered the columns of their matrix with `numpy.argsort`, and a column's place
//! decides which column of a random start it meets. The algorithm is an introsort: quicksort with
//! the median of three on parts of more than 16 elements, heapsort on parts that quicksort has
//! divided too often, insertion sort on the rest.

/// Parts of up to this many elements are left to insertion sort.
const SMALL: usize = 16;

/// The permutation that sorts `keys`, as NumPy before 1.25 returned it.
pub(super) fn argsort(keys: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    let depth = 2 * keys.len().checked_ilog2().unwrap_or(0);
    // Parts still to be sorted, each with the number of divisions it may yet go through.
    let mut pending = vec![(0, keys.len(), i64::from(depth))];
    while let Some((mut begin, mut end, mut depth)) = pending.pop() {
        if depth < 0 {
            heapsort(&mut order[begin..end], keys);
            continue;
        }
        while end - begin > SMALL {
            let middle = begin + divide(&mut order[begin..end], keys);
            depth -= 1;
            // The larger part waits, so that few wait at any time. The limit of divisions is
            // looked at only when a waiting part is taken up.
            if middle - begin < end - 1 - middle {
                pending.push((middle + 1, end, depth));
                end = middle;
            } else {
                pending.push((begin, middle, depth));
                begin = middle + 1;
            }
        }
        insertion_sort(&mut order[begin..end], keys);
    }
    order
}

/// Divides a part around the median of its first, middle and last element and returns where the
/// median came to stand.
fn divide(part: &mut [usize], keys: &[usize]) -> usize {
    let last = part.len() - 1;
    let middle = last / 2;
    let sort_pair = |part: &mut [usize], low: usize, high: usize| {
        if keys[part[high]] < keys[part[low]] {
            part.swap(low, high);
        }
    };
    sort_pair(part, 0, middle);
    sort_pair(part, middle, last);
    sort_pair(part, 0, middle);
    let pivot = keys[part[middle]];
    part.swap(middle, last - 1);

    // The first element is at most, the last two are at least the pivot: both scans stop.
    let (mut left, mut right) = (0, last - 1);
    loop {
        left += 1;
        while keys[part[left]] < pivot {
            left += 1;
        }
        right -= 1;
        while pivot < keys[part[right]] {
            right -= 1;
        }
        if left >= right {
            break;
        }
        part.swap(left, right);
    }
    part.swap(left, last - 1);
    left
}

fn insertion_sort(part: &mut [usize], keys: &[usize]) {
    for i in 1..part.len() {
        let mut j = i;
        while j > 0 && keys[part[j]] < keys[part[j - 1]] {
            part.swap(j, j - 1);
            j -= 1;
        }
    }
}

fn heapsort(part: &mut [usize], keys: &[usize]) {
    for root in (0..part.len() / 2).rev() {
        sift_down(part, root, keys);
    }
    for end in (1..part.len()).rev() {
        part.swap(0, end);
        sift_down(&mut part[..end], 0, keys);
    }
}

/// Lets the element at `root` sink until no child is larger; of two equal children the first
/// rises.
fn sift_down(heap: &mut [usize], mut root: usize, keys: &[usize]) {
    loop {
        let mut child = 2 * root + 1;
        if child >= heap.len() {
            return;
        }
        if child + 1 < heap.len() && keys[heap[child]] < keys[heap[child + 1]] {
            child += 1;
        }
        if keys[heap[root]] >= keys[heap[child]] {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::argsort;

    /// Written by `tests/fixtures/make_argsort_fixtures.py` with NumPy 1.24.
    #[derive(Deserialize)]
    struct Case {
        what: String,
        keys: Vec<usize>,
        order: Vec<usize>,
    }

    #[test]
    fn orders_equal_those_of_old_numpy_down_to_equal_keys() {
        let cases = include_str!("../../tests/fixtures/argsort.json");
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        for case in cases {
            assert_eq!(argsort(&case.keys), case.order, "{}", case.what);
        }
    }

    #[test]
    fn any_keys_are_sorted() {
        for n in 0..200 {
            let keys: Vec<usize> = (0..n).map(|i| (i * i * 7 + i) % 23).collect();
            let mut order = argsort(&keys);
            assert!(order.is_sorted_by_key(|&i| keys[i]));
            order.sort_unstable();
            assert!(order.into_iter().eq(0..n));
        }
    }
}
