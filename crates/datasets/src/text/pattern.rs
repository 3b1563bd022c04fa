//! Regular expressions that mean what they mean in Python.
//!
//! Python's `\w` is a letter, a number of any kind or `_`; Rust's follows Unicode's annex 18,
//! which adds combining marks and connectors and leaves out ½ and ². `\b` and `\s` differ in
//! consequence. Patterns are therefore translated, with look-around where `\b` stands.

use std::borrow::Cow;

use fancy_regex::Regex;

use super::error::TextError;

/// Members of Python's `\w`, for use inside a character class.
const WORD: &str = r"\p{L}\p{N}_";
/// Members of Python's `\s`: Unicode's white space and the four ASCII separators.
const SPACE: &str = r"\s\x1c-\x1f";

/// A compiled pattern and what it came from.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    key: &'static str,
    source: String,
    regex: Regex,
    group: usize,
}

impl Pattern {
    /// Compiles a pattern of Python's dialect that stands under `key` of the options.
    pub(super) fn new(key: &'static str, source: &str) -> Result<Self, TextError> {
        let unusable = |reason: String| TextError::Pattern {
            key,
            pattern: source.to_owned(),
            reason,
        };
        let regex = Regex::new(&translate(source)).map_err(|e| unusable(e.to_string()))?;
        let group = regex.captures_len() - 1;
        if group > 1 {
            return Err(unusable(format!(
                "it has {group} groups, expected at most one; write `(?:…)` for the others"
            )));
        }
        Ok(Self {
            key,
            source: source.to_owned(),
            regex,
            group,
        })
    }

    /// Calls `visit` with every match, or with what the group matched if there is a group.
    /// Empty matches are passed over.
    pub(super) fn for_each<'t>(
        &self,
        text: &'t str,
        mut visit: impl FnMut(&'t str),
    ) -> Result<(), TooCostly<'_>> {
        if self.group == 0 {
            for found in self.regex.find_iter(text) {
                let found = found.map_err(|_| TooCostly(self))?;
                if !found.as_str().is_empty() {
                    visit(found.as_str());
                }
            }
        } else {
            for captures in self.regex.captures_iter(text) {
                let captures = captures.map_err(|_| TooCostly(self))?;
                match captures.get(1) {
                    Some(found) if !found.as_str().is_empty() => visit(found.as_str()),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The text without the matches.
    pub(super) fn remove_from<'t>(
        &self,
        text: Cow<'t, str>,
    ) -> Result<Cow<'t, str>, TooCostly<'_>> {
        let mut kept = String::new();
        let mut end = 0;
        for found in self.regex.find_iter(text.as_ref()) {
            let found = found.map_err(|_| TooCostly(self))?;
            kept.push_str(&text[end..found.start()]);
            end = found.end();
        }
        if end == 0 && kept.is_empty() {
            return Ok(text);
        }
        kept.push_str(&text[end..]);
        Ok(Cow::Owned(kept))
    }
}

/// A pattern that ran into the limit of backtracking.
pub(super) struct TooCostly<'p>(&'p Pattern);

impl TooCostly<'_> {
    /// The error, once the document is known.
    pub(super) fn on(&self, document: usize) -> TextError {
        TextError::PatternTooCostly {
            key: self.0.key,
            pattern: self.0.source.clone(),
            document,
        }
    }
}

/// The pattern in Rust's dialect.
fn translate(python: &str) -> String {
    if let Some(length) = plain_words(python) {
        // A match must begin and end a run of word characters, so it is the whole run: the
        // boundaries can go, and with them the need for look-around.
        return format!("[{WORD}]{{{length},}}");
    }
    let mut rust = String::with_capacity(4 * python.len());
    let mut chars = python.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('w') => rust.push_str(&format!("[{WORD}]")),
                Some('W') => rust.push_str(&format!("[^{WORD}]")),
                Some('s') => rust.push_str(&format!("[{SPACE}]")),
                Some('S') => rust.push_str(&format!("[^{SPACE}]")),
                Some('b') => rust.push_str(&format!(
                    "(?:(?<=[{WORD}])(?![{WORD}])|(?<![{WORD}])(?=[{WORD}]))"
                )),
                Some('B') => rust.push_str(&format!(
                    "(?:(?<=[{WORD}])(?=[{WORD}])|(?<![{WORD}])(?![{WORD}]))"
                )),
                Some('Z') => rust.push_str(r"\z"),
                Some(other) => rust.extend(['\\', other]),
                None => rust.push('\\'),
            },
            '[' => translate_class(&mut chars, &mut rust),
            other => rust.push(other),
        }
    }
    rust
}

/// Translates a character class whose opening bracket has been read.
///
/// In Python brackets, `&&`, `~~` and `--` inside a class are plain characters; in Rust they nest
/// classes and combine them.
fn translate_class(chars: &mut std::str::Chars<'_>, rust: &mut String) {
    rust.push('[');
    let mut first = true;
    let mut previous = '[';
    while let Some(c) = chars.next() {
        match c {
            '^' if previous == '[' && first => {
                rust.push('^');
                previous = '^';
                continue;
            }
            ']' if first => rust.push_str(r"\]"),
            ']' => {
                rust.push(']');
                return;
            }
            '[' | '&' | '~' => rust.extend(['\\', c]),
            '-' if previous == '-' => rust.push_str(r"\-"),
            '\\' => match chars.next() {
                Some('w') => rust.push_str(WORD),
                Some('W') => rust.push_str(&format!("[^{WORD}]")),
                Some('s') => rust.push_str(SPACE),
                Some('S') => rust.push_str(&format!("[^{SPACE}]")),
                Some('b') => rust.push_str(r"\x08"),
                Some(other) => rust.extend(['\\', other]),
                None => rust.push('\\'),
            },
            other => rust.push(other),
        }
        previous = c;
        first = false;
    }
}

/// For `\b\w+\b`, `\b\w\w+\b` and so on, with or without `(?u)`: the number of `\w`.
fn plain_words(python: &str) -> Option<usize> {
    let body = python.strip_prefix("(?u)").unwrap_or(python);
    let body = body.strip_prefix(r"\b")?.strip_suffix(r"+\b")?;
    let length = body.len() / 2;
    (length >= 1 && body == r"\w".repeat(length)).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(pattern: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        Pattern::new("token-pattern", pattern)
            .unwrap()
            .for_each(text, |token| found.push(token.to_owned()))
            .unwrap_or_else(|_| panic!("too costly"));
        found
    }

    // Every expectation below is what Python's re.findall returns.

    #[test]
    fn the_shortcut_for_plain_words_agrees_with_the_boundaries_spelt_out() {
        let text = "cafe\u{301}s x² a½b हिन्दी foo‿bar Ⅷth ⓐbc it's 1st 日本語 z\u{200d}wj _a";
        let shortcut = tokens(r"\b\w\w+\b", text);
        assert_eq!(shortcut, tokens(r"\b\w{2,}\b", text));
        assert_eq!(shortcut, tokens(r"(?u)\b\w\w+\b", text));
        assert_eq!(
            shortcut,
            [
                "cafe",
                "x²",
                "a½b",
                "foo",
                "bar",
                "Ⅷth",
                "bc",
                "it",
                "1st",
                "日本語",
                "wj",
                "_a"
            ]
        );
    }

    #[test]
    fn classes_keep_their_meaning_inside_brackets() {
        assert_eq!(tokens(r"[\w']+", "it's cafe\u{301}"), ["it's", "cafe"]);
        assert_eq!(tokens(r"[^\W\d_]+", "ab1_cd²"), ["ab", "cd²"]);
        assert_eq!(tokens(r"[[]+|[]]|[a&&b]+", "[[]a&b"), ["[[", "]", "a&b"]);
        assert_eq!(tokens(r"[^]a]+", "xa]y"), ["x", "y"]);
        assert_eq!(tokens(r"\S+", "a\u{1c}b c\u{a0}d"), ["a", "b", "c", "d"]);
        assert_eq!(tokens(r"[+--]+", "a,+-b"), [",+-"]);
    }

    #[test]
    fn a_group_selects_the_token_and_two_are_refused() {
        assert_eq!(tokens(r"#(\w+)", "#one two #three"), ["one", "three"]);
        let error = Pattern::new("token-pattern", r"(a)(b)").unwrap_err();
        assert!(error.to_string().contains("2 groups"), "{error}");
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_named() {
        let error = Pattern::new("strip-patterns", "(unclosed").unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("text option `strip-patterns`"),
            "{message}"
        );
        assert!(message.contains("`(unclosed`"), "{message}");
    }

    #[test]
    fn removal_keeps_the_rest() {
        let digits = Pattern::new("strip-digits", r"\d+").unwrap();
        let removed = |text| {
            digits
                .remove_from(Cow::Borrowed(text))
                .map_err(|_| ())
                .unwrap()
        };
        assert_eq!(removed("12ab3c²٣"), "abc²");
        assert!(matches!(removed("none"), Cow::Borrowed("none")));
        assert_eq!(removed("7"), "");
    }
}
