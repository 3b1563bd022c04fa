//! Whether pages have moved: tables, topics and the data of figures against committed ones.

use hntf_experiment::Experiment;

/// What of a number's last printed digits other processors may print otherwise, at least: 2 in the
/// fourth digit of the largest number nearby.
const SMALLEST: f64 = 2e-4;

/// The lines of a page that are not as they were, in words; the words have to be the same, and
/// numbers may move by the largest drift that any method of the experiment is allowed, relative to
/// the largest number of the line (absolute below 1), and by one in their last printed digit.
pub fn compare_page(
    experiment: &Experiment,
    name: &str,
    committed: Option<&str>,
    now: Option<&str>,
) -> Vec<String> {
    let (Some(committed), Some(now)) = (committed, now) else {
        return match (committed, now) {
            (Some(_), None) => vec![format!("{name}: is no longer made")],
            (None, Some(_)) => vec![format!("{name}: was not there")],
            _ => Vec::new(),
        };
    };
    let drifts = experiment.methods.iter().flat_map(|method| {
        let of = method.drift.of.values();
        of.copied().chain([method.drift.any])
    });
    let allowed = drifts.fold(SMALLEST, f64::max);
    let (before, after) = (committed.lines(), now.lines());
    let (count, found) = (before.clone().count(), after.clone().count());
    if count != found {
        return vec![format!("{name}: had {count} lines, has {found}")];
    }
    let lines = before.zip(after).enumerate();
    let moved = lines.filter(|(_, (before, after))| !same(before, after, allowed));
    let told = moved.map(|(i, (before, after))| {
        let (before, after) = first_difference(before, after);
        format!("{name}, line {}: was {before}, is {after}", i + 1)
    });
    told.collect()
}

/// A piece of a line: a number with the value of its last digit, or what stands between numbers.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Number(f64, f64),
    Words(&'a str),
}

fn same(before: &str, after: &str, allowed: f64) -> bool {
    if before == after {
        return true;
    }
    let (before, after) = (pieces(before), pieces(after));
    let largest = before.iter().fold(1.0_f64, |most, piece| match piece {
        Piece::Number(x, _) => most.max(x.abs()),
        Piece::Words(_) => most,
    });
    let equal = |(a, b): (&Piece<'_>, &Piece<'_>)| match (a, b) {
        (Piece::Number(x, step), Piece::Number(y, other)) => {
            (x - y).abs() <= allowed * largest + step.max(*other) * 1.001
        }
        // A number of another length has other blanks beside it, and other rules above it.
        (Piece::Words(a), Piece::Words(b)) => {
            let plain = |c: &char| !c.is_whitespace() && *c != '-';
            a.chars().filter(plain).eq(b.chars().filter(plain))
        }
        _ => false,
    };
    before.len() == after.len() && before.iter().zip(&after).all(equal)
}

/// The line in pieces. A digit that belongs to a word ("layer-0", "f64") is no number.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let bytes = line.as_bytes();
    let in_word = |at: usize| {
        at.checked_sub(1).is_some_and(|i| {
            bytes[i].is_ascii_alphanumeric()
                || bytes[i] == b'-' && i > 0 && bytes[i - 1].is_ascii_alphabetic()
        })
    };
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() || in_word(at) {
            at += 1;
            continue;
        }
        let mut end = at;
        let digits = |mut end: usize| {
            while bytes.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            end
        };
        end = digits(end);
        let mut decimals = 0;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            let point = end;
            end = digits(end + 1);
            decimals = end - point - 1;
        }
        let mut exponent = 0;
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        if bytes.get(end) == Some(&b'e')
            && bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit)
        {
            let from = end + 1;
            end = digits(end + 1 + sign);
            exponent = line[from..end].parse().unwrap_or(0);
        }
        if let Ok(value) = line[at..end].parse::<f64>() {
            let negative = at > start && bytes[at - 1] == b'-';
            let words = &line[start..at];
            found.push(Piece::Words(words));
            let step = 10_f64.powi(exponent - i32::try_from(decimals).unwrap_or(i32::MAX));
            // Of a whole number every digit counts.
            let step = if decimals == 0 && exponent == 0 {
                0.0
            } else {
                step
            };
            found.push(Piece::Number(if negative { -value } else { value }, step));
            start = end;
        }
        at = end;
    }
    found.push(Piece::Words(&line[start..]));
    found
}

/// The words around the first place where two lines differ.
fn first_difference<'a>(before: &'a str, after: &'a str) -> (String, String) {
    let equal = |(a, b): &(char, char)| a == b;
    let shared = before.chars().zip(after.chars()).take_while(equal).count();
    let piece = |line: &'a str| {
        let from = shared.saturating_sub(20);
        let shown: String = line.chars().skip(from).take(60).collect();
        format!("`{}`", shown.trim())
    };
    (piece(before), piece(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(drift: &str) -> Experiment {
        let text = format!(
            "ranks = [2]\ndataset = {{ kind = \"synthetic-blocks\" }}\n[[method]]\nid = \"m\"\nmodel = {{ kind = \"ncpd\" }}\n{drift}"
        );
        Experiment::parse("tiny.toml".as_ref(), &text).unwrap()
    }

    fn moved(before: &str, after: &str) -> usize {
        compare_page(&experiment(""), "table.md", Some(before), Some(after)).len()
    }

    #[test]
    fn numbers_may_differ_in_their_last_digit_and_words_not_at_all() {
        assert_eq!(
            moved("NCPD | 0.4543 (= 0.454)", "NCPD | 0.4544 (= 0.454)"),
            0
        );
        assert_eq!(
            moved("NCPD | 0.4543 (= 0.454)", "NCPD | 0.4553 (= 0.454)"),
            1
        );
        assert_eq!(
            moved("NCPD | 0.4543 (= 0.454)", "NCPD | 0.4543 (≠ 0.454)"),
            1
        );
        assert_eq!(moved("trial 3", "trial 4"), 1);
        assert_eq!(moved("| 9.9999 |", "| 10.0000|"), 0);
        assert_eq!(moved("god jesus", "god bible"), 1);
        assert_eq!(moved("[0.1,-0.5,1e-9]", "[0.1,0.5,1e-9]"), 1);
        assert_eq!(moved("[0.1,0.5,1e-9]", "[0.1,0.5,3e-9]"), 0);
        assert_eq!(moved("accuracy-of-layer-0", "accuracy-of-layer-1"), 1);
        assert_eq!(moved("a\nb", "a"), 1);
    }

    #[test]
    fn the_drift_of_a_method_is_granted_to_all_numbers() {
        let wide = experiment("drift = 5e-3\n");
        let found = compare_page(&wide, "table.md", Some("0.4543"), Some("0.4583"));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn pages_that_come_or_go_are_named() {
        let one = |a, b| compare_page(&experiment(""), "topics.md", a, b).join("");
        assert_eq!(one(Some("x"), None), "topics.md: is no longer made");
        assert_eq!(one(None, Some("x")), "topics.md: was not there");
        assert_eq!(one(None, None), "");
        let line = "god jesus bible";
        let said = one(Some(line), Some("god jesus people"));
        assert_eq!(
            said,
            "topics.md, line 1: was `god jesus bible`, is `god jesus people`"
        );
    }
}
