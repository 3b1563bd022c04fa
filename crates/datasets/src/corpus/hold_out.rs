//! Which documents of a class keep their label from the fits, so that accuracy can be measured.

use crate::DatasetError;

/// So many classes are counted one by one in a note.
const MOST_COUNTED: usize = 12;

/// Checks the share of documents whose labels are kept from fits.
pub(crate) fn check_share(hold_out: f64) -> Result<(), DatasetError> {
    if (0.0..1.0).contains(&hold_out) {
        return Ok(());
    }
    Err(DatasetError::Parameter {
        parameter: "hold-out",
        found: hold_out.to_string(),
        expected: "the share of documents kept from the fit must be ≥ 0 and below 1",
    })
}

/// The share of labels that is held out where nothing else is asked for.
pub(crate) fn a_quarter() -> f64 {
    0.25
}

/// Which labels a fit may see: all but those of the last documents of each class.
pub(crate) struct Split {
    /// For each document whether its label may be seen.
    pub(crate) known: Vec<bool>,
    /// What a reader of an accuracy has to know about it.
    pub(crate) notes: Vec<String>,
}

/// How many of the `documents` of a class are held out: the share, rounded down, but one at least
/// and not all. A class of one document has none to spare; a share of 0 asks for none.
fn held_out(documents: usize, share: f64) -> usize {
    if share <= 0.0 || documents < 2 {
        return 0;
    }
    let learnt = (documents as f64 * (1.0 - share)).ceil() as usize;
    documents - learnt.clamp(1, documents - 1)
}

/// Holds out a `share` of each class, its last documents; `of` is the class of every document.
pub(crate) fn split(names: &[String], of: &[usize], share: f64) -> Split {
    let mut size = vec![0_usize; names.len()];
    of.iter().for_each(|c| size[*c] += 1);
    let held: Vec<usize> = size.iter().map(|n| held_out(*n, share)).collect();
    let mut seen = vec![0_usize; names.len()];
    let known = of.iter().map(|class| {
        seen[*class] += 1;
        seen[*class] <= size[*class] - held[*class]
    });
    Split {
        known: known.collect(),
        notes: notes(names, &size, &held, share),
    }
}

fn notes(names: &[String], size: &[usize], held: &[usize], share: f64) -> Vec<String> {
    let all: usize = size.iter().sum();
    let unseen: usize = held.iter().sum();
    if unseen == 0 {
        let why = if share > 0.0 {
            "each class has one document only"
        } else {
            "hold-out is 0"
        };
        return vec![format!(
            "All {all} labels are seen by supervised fits ({why}): accuracies are over documents with labels that were seen."
        )];
    }
    let counted = names.iter().zip(size.iter().zip(held));
    let counts: Vec<String> = counted
        .take(MOST_COUNTED)
        .map(|(name, (size, held))| format!("{name} {held} of {size}"))
        .collect();
    let more = match names.len().saturating_sub(MOST_COUNTED) {
        0 => String::new(),
        n => format!(", and those of {n} more classes"),
    };
    let mut notes = vec![format!(
        "The labels of {unseen} of {all} documents are held out of the fits, the last of each class: {}{more}.",
        counts.join(", ")
    )];
    let single = || names.iter().zip(size).filter(|(_, n)| **n == 1);
    if single().count() > 0 {
        let named: Vec<&str> = single().take(MOST_COUNTED).map(|(n, _)| &**n).collect();
        let more = match single().count().saturating_sub(MOST_COUNTED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        notes.push(format!(
            "Classes of one document, whose label is seen and whose accuracy is not measured: {}{more}.",
            named.join(", ")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("class{i}")).collect()
    }

    proptest! {
        /// Whatever the sizes: one document at least of a class of two or more is held out and one
        /// is not, they are its last ones, and their number is the share's as nearly as may be.
        #[test]
        fn each_class_has_both_kinds_and_the_last_are_held_out(
            of in prop::collection::vec(0_usize..4, 1..60),
            share in 0.001_f64..0.999,
        ) {
            let known = split(&names(4), &of, share).known;
            for class in 0..4 {
                let of_class: Vec<bool> =
                    of.iter().zip(&known).filter(|(c, _)| **c == class).map(|(_, k)| *k).collect();
                let (n, held) = (of_class.len(), of_class.iter().filter(|k| !**k).count());
                prop_assert!(of_class.is_sorted_by(|a, b| a >= b), "the last are held out");
                if n < 2 {
                    prop_assert_eq!(held, 0);
                } else {
                    prop_assert!(held >= 1 && held < n);
                    let wanted = n as f64 * share;
                    prop_assert!(held == 1 || held as f64 <= wanted + 1e-9);
                    prop_assert!(held == n - 1 || held as f64 > wanted - 1.0 - 1e-9);
                }
            }
        }
    }

    #[test]
    fn small_classes_hold_out_one() {
        assert_eq!(held_out(3, 0.25), 1);
        assert_eq!(held_out(2, 0.25), 1);
        assert_eq!(held_out(2, 0.9), 1);
        assert_eq!(held_out(5, 0.2), 1);
        assert_eq!(held_out(100, 0.25), 25);
    }

    #[test]
    fn none_asked_for_is_none_and_is_said() {
        let found = split(&names(2), &[0, 1, 0, 1, 1], 0.0);
        assert_eq!(found.known, [true; 5]);
        assert_eq!(
            found.notes,
            [
                "All 5 labels are seen by supervised fits (hold-out is 0): accuracies are over documents with labels that were seen."
            ]
        );
        let found = split(&names(2), &[0, 1], 0.25);
        assert_eq!(found.known, [true; 2]);
        assert!(found.notes[0].contains("one document only"));
    }

    #[test]
    fn every_class_is_counted_in_the_notes_and_single_documents_are_named() {
        let found = split(&names(3), &[0, 1, 0, 2, 1, 0], 0.25);
        assert_eq!(found.known, [true, true, true, true, false, false]);
        assert_eq!(
            found.notes,
            [
                "The labels of 2 of 6 documents are held out of the fits, the last of each class: class0 1 of 3, class1 1 of 2, class2 0 of 1.",
                "Classes of one document, whose label is seen and whose accuracy is not measured: class2.",
            ]
        );
        let many: Vec<usize> = (0..40).map(|i| i % 20).collect();
        let found = split(&names(20), &many, 0.25);
        assert!(found.notes[0].ends_with("class11 1 of 2, and those of 8 more classes."));
    }
}
