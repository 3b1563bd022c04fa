//! What a reader should know of the entries that are hidden.

/// So many indices without a known entry are named.
const MOST_NAMED: usize = 8;

/// Notes on the hidden ones of the entries flagged in `observed`, row-major: how many, and of which
/// indices no entry is known, by the names in `items` or by their numbers from 1.
pub(crate) fn notes(
    shape: &[usize],
    observed: &[bool],
    mode_names: &[String],
    items: &[Option<Vec<String>>],
) -> Vec<String> {
    let hidden = observed.iter().filter(|o| !**o).count();
    if hidden == 0 {
        return Vec::new();
    }
    let mut notes = vec![format!(
        "{hidden} of {} entries are hidden: models are fitted to the others, errors are taken over them",
        observed.len()
    )];
    let mut right = observed.len();
    for ((size, mode), items) in shape.iter().zip(mode_names).zip(items) {
        right /= size;
        // The array is left × size × right.
        let mut known = vec![false; *size];
        for (at, row) in observed.chunks_exact(right).enumerate() {
            known[at % size] |= row.contains(&true);
        }
        let unknown: Vec<usize> = (0..*size).filter(|i| !known[*i]).collect();
        if !unknown.is_empty() {
            notes.push(without_known_entries(
                mode,
                *size,
                &unknown,
                items.as_deref(),
            ));
        }
    }
    notes
}

fn without_known_entries(
    mode: &str,
    size: usize,
    unknown: &[usize],
    items: Option<&[String]>,
) -> String {
    let named = unknown.iter().take(MOST_NAMED).map(|i| {
        let name = items.and_then(|items| items.get(*i).cloned());
        name.unwrap_or_else(|| format!("number {}", i + 1))
    });
    let more = match unknown.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let named: Vec<String> = named.collect();
    format!(
        "{} of {size} in the mode `{mode}` have no known entry at all: {}{more}. The data says nothing of \
         their rows of the factor.",
        unknown.len(),
        named.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(shape: &[usize], known: &[u8], items: &[Option<Vec<String>>]) -> Vec<String> {
        let observed: Vec<bool> = known.iter().map(|k| *k == 1).collect();
        let names = ["word".to_owned(), "week".to_owned(), "person".to_owned()];
        notes(shape, &observed, &names, items)
    }

    #[test]
    fn slices_without_a_known_entry_are_named_in_every_mode() {
        let words = Some(vec!["tea".to_owned(), "beer".to_owned()]);
        let said = about(&[2, 3], &[1, 0, 1, 0, 0, 0], &[words, None]);
        assert_eq!(
            said[0],
            "4 of 6 entries are hidden: models are fitted to the others, errors are taken over them"
        );
        assert_eq!(
            said[1..],
            [
                "1 of 2 in the mode `word` have no known entry at all: beer. The data says nothing of \
                 their rows of the factor.",
                "1 of 3 in the mode `week` have no known entry at all: number 2. The data says nothing \
                 of their rows of the factor."
            ]
        );
    }

    #[test]
    fn the_middle_mode_of_three_has_its_slices_too() {
        let known = [1, 0, 0, 0, 0, 1, 0, 0];
        assert!(about(&[2, 2, 2], &known, &[None, None, None])[1].contains("`week`"));
        assert_eq!(about(&[2, 2, 2], &known, &[None, None, None]).len(), 2);
    }

    #[test]
    fn many_are_counted_and_none_are_not_spoken_of() {
        let mut known = [0; 20];
        known[..2].fill(1);
        let said = about(&[10, 2], &known, &[None, None]);
        assert!(said[1].starts_with("9 of 10") && said[1].contains("number 9 and 1 more"));
        assert_eq!(about(&[2, 2], &[1, 0, 0, 1], &[None, None]).len(), 1);
        assert_eq!(about(&[2, 2], &[1; 4], &[None, None]), Vec::<String>::new());
    }
}
