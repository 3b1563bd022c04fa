//! Which mode of an array has the new items.

use thiserror::Error;

/// Why an array does not go with a fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// More or fewer modes.
    #[error(
        "it has {} modes ({}), but the fitted data has {} ({}): new items have all modes of the fitted data",
        found.len(), sizes(found), fitted.len(), sizes(fitted)
    )]
    Order {
        /// Sizes of the fitted data.
        fitted: Vec<usize>,
        /// Sizes of the array.
        found: Vec<usize>,
    },
    /// Other sizes in several modes.
    #[error(
        "it is {}, but the fitted data is {}: modes {} differ, new items may differ in the number of items alone",
        sizes(found),
        sizes(fitted),
        numbers(modes)
    )]
    Several {
        /// Sizes of the fitted data.
        fitted: Vec<usize>,
        /// Sizes of the array.
        found: Vec<usize>,
        /// The modes, from 0.
        modes: Vec<usize>,
    },
    /// Another size in a mode that is not that of the items.
    #[error(
        "it is {}, but the fitted data is {}: new items of mode {} must have its sizes in all other modes",
        sizes(found), sizes(fitted), mode + 1
    )]
    Other {
        /// Sizes of the fitted data.
        fitted: Vec<usize>,
        /// Sizes of the array.
        found: Vec<usize>,
        /// The mode of the items, from 0.
        mode: usize,
    },
    /// A mode there is not.
    #[error("the fit has no mode {}: its modes are 1 to {order}", mode + 1)]
    Mode {
        /// The mode asked for, from 0.
        mode: usize,
        /// How many modes there are.
        order: usize,
    },
}

/// The mode of the new items: the one given, else the one whose size differs, else the last.
pub(super) fn mode_of_items(
    fitted: &[usize],
    found: &[usize],
    given: Option<usize>,
) -> Result<usize, ShapeError> {
    let order = fitted.len();
    if let Some(mode) = given.filter(|mode| *mode >= order) {
        return Err(ShapeError::Mode { mode, order });
    }
    let (fitted, found) = (fitted.to_vec(), found.to_vec());
    if found.len() != order {
        return Err(ShapeError::Order { fitted, found });
    }
    let modes: Vec<usize> = (0..order).filter(|m| fitted[*m] != found[*m]).collect();
    match (given, &modes[..]) {
        (Some(mode), others) if others.iter().any(|m| *m != mode) => Err(ShapeError::Other {
            fitted,
            found,
            mode,
        }),
        (Some(mode), _) => Ok(mode),
        (None, []) => Ok(order - 1),
        (None, [mode]) => Ok(*mode),
        (None, _) => Err(ShapeError::Several {
            fitted,
            found,
            modes,
        }),
    }
}

fn sizes(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    sizes.join(" × ")
}

fn numbers(modes: &[usize]) -> String {
    let numbers: Vec<String> = modes.iter().map(|m| (m + 1).to_string()).collect();
    numbers.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_the_one_given_or_the_one_that_differs_or_the_last() {
        let fitted = [6, 5, 4];
        for (found, given, mode) in [
            ([6, 5, 4], None, 2),
            ([6, 9, 4], None, 1),
            ([1, 5, 4], None, 0),
            ([6, 5, 4], Some(0), 0),
            ([6, 9, 4], Some(1), 1),
        ] {
            assert_eq!(mode_of_items(&fitted, &found, given), Ok(mode), "{found:?}");
        }
    }

    #[test]
    fn other_shapes_are_told_in_one_sentence() {
        let said = |found: &[usize], given| {
            mode_of_items(&[6, 5, 4], found, given)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            said(&[6, 5], None),
            "it has 2 modes (6 × 5), but the fitted data has 3 (6 × 5 × 4): new items have all modes of the fitted data"
        );
        assert_eq!(
            said(&[7, 5, 3], None),
            "it is 7 × 5 × 3, but the fitted data is 6 × 5 × 4: modes 1, 3 differ, new items may differ in the number \
             of items alone"
        );
        assert_eq!(
            said(&[7, 5, 4], Some(2)),
            "it is 7 × 5 × 4, but the fitted data is 6 × 5 × 4: new items of mode 3 must have its sizes in all other \
             modes"
        );
        assert_eq!(
            said(&[6, 5, 4], Some(3)),
            "the fit has no mode 4: its modes are 1 to 3"
        );
    }
}
