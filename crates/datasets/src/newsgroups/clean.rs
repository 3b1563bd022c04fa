//! Removing what gives a post's group away: headers, signatures, quotations.
//!
//! The rules are those of scikit-learn's `fetch_20newsgroups(remove=…)`, to the character.

use std::borrow::Cow;

use super::Part;

/// Phrases that introduce a quotation wherever they stand in a line.
const INTRODUCTIONS: [&str; 5] = ["writes in", "writes:", "wrote:", "says:", "said:"];
/// What a line of a quotation, or one that introduces it, may begin with.
const BEGINNINGS: [&str; 4] = ["In article", "Quoted from", "|", ">"];

/// The text without the parts given. Whatever their order in `parts`, headers go first, then the
/// footer, then quotes.
pub(super) fn remove(text: &str, parts: &[Part]) -> String {
    let mut text = text;
    if parts.contains(&Part::Headers) {
        text = without_headers(text);
    }
    if parts.contains(&Part::Footers) {
        text = without_footer(text);
    }
    if parts.contains(&Part::Quotes) {
        return without_quotes(text);
    }
    text.to_owned()
}

/// What follows the first blank line; nothing if there is none.
fn without_headers(text: &str) -> &str {
    text.split_once("\n\n").map_or("", |(_, body)| body)
}

/// What precedes the last line that is blank or of hyphens only, blank lines at the end set
/// aside. If only the first line is of that kind, or none, the text stays as it is.
fn without_footer(text: &str) -> &str {
    let body = text.trim_matches(is_space);
    let mut end = body.len();
    while let Some(newline) = body[..end].rfind('\n') {
        let line = body[newline + 1..end].trim_matches(is_space);
        if line.trim_matches('-').is_empty() {
            return &body[..newline];
        }
        end = newline;
    }
    text
}

/// The lines that neither belong to a quotation nor introduce one.
fn without_quotes(text: &str) -> String {
    let quoted = |line: &str| {
        INTRODUCTIONS.iter().any(|phrase| line.contains(phrase))
            || BEGINNINGS.iter().any(|phrase| line.starts_with(phrase))
    };
    let lines: Vec<&str> = text.split('\n').filter(|line| !quoted(line)).collect();
    lines.join("\n")
}

/// White space as Python's `str.strip` has it: Unicode's and the four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Every byte is the character of that number.
pub(super) fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(ascii) if ascii.is_ascii() => Cow::Borrowed(ascii),
        _ => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Part, latin1, remove};

    /// Written by `tests/fixtures/make_newsgroups_fixtures.py` with scikit-learn.
    #[derive(Deserialize)]
    struct Case {
        post: String,
        remove: Vec<Part>,
        left: String,
    }

    #[test]
    fn what_is_left_of_a_post_is_what_scikit_learn_leaves() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/posts.json")).unwrap();
        for case in cases {
            let left = remove(&case.post, &case.remove);
            assert_eq!(left, case.left, "{:?} without {:?}", case.post, case.remove);
        }
    }

    #[test]
    fn a_byte_of_latin1_is_the_character_of_its_number() {
        assert_eq!(latin1(b"tea"), "tea");
        assert_eq!(latin1(b"caf\xe9 \xff\x85"), "café ÿ\u{85}");
        // Bytes that happen to be UTF-8 are latin-1 all the same.
        assert_eq!(latin1("é".as_bytes()), "Ã©");
    }
}
