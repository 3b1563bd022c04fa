//! From one document to its terms.

use std::borrow::Cow;
use std::collections::HashSet;

use super::error::TextError;
use super::options::TextOptions;
use super::pattern::{Pattern, TooCostly};

/// Web addresses, with a scheme or without.
const URL: &str = r"https?://\S+|www\.\S+";
/// Names of accounts, and not the second half of an address of mail.
const MENTIONS: &str = r"(?<!\w)@\w+";
/// Topics marked as such.
const HASHTAGS: &str = r"(?<!\w)#\w+";
/// Decimal digits of any script.
const DIGITS: &str = r"\d+";

/// The options that concern a single document, compiled.
#[derive(Debug, Clone)]
pub(super) struct Analyzer {
    strip: Vec<Pattern>,
    lowercase: bool,
    token: Pattern,
    stop_words: HashSet<String>,
    ngrams: [usize; 2],
}

impl Analyzer {
    pub(super) fn new(options: &TextOptions) -> Result<Self, TextError> {
        let mut strip = Vec::new();
        for (asked, key, pattern) in [
            (options.strip_urls, "strip-urls", URL),
            (options.strip_mentions, "strip-mentions", MENTIONS),
            (options.strip_hashtags, "strip-hashtags", HASHTAGS),
            (options.strip_digits, "strip-digits", DIGITS),
        ] {
            if asked {
                strip.push(Pattern::new(key, pattern)?);
            }
        }
        for pattern in &options.strip_patterns {
            strip.push(Pattern::new("strip-patterns", pattern)?);
        }
        let named = options.stop_words.words().iter().copied();
        let extra = options.extra_stop_words.iter().map(String::as_str);
        Ok(Self {
            strip,
            lowercase: options.lowercase,
            token: Pattern::new("token-pattern", &options.token_pattern)?,
            stop_words: named.chain(extra).map(str::to_owned).collect(),
            ngrams: options.ngram_range,
        })
    }

    /// Calls `visit` with every term of a document: tokens in the order of the text, then pairs,
    /// then longer n-grams, joined by a space.
    pub(super) fn for_each_term(
        &self,
        text: &str,
        mut visit: impl FnMut(&str),
    ) -> Result<(), TooCostly<'_>> {
        let text = self.prepare(text)?;
        let mut tokens = Vec::new();
        self.token.for_each(&text, |token| {
            if !self.stop_words.contains(token) {
                tokens.push(token);
            }
        })?;
        let mut term = String::new();
        let [shortest, longest] = self.ngrams;
        for length in shortest..=longest.min(tokens.len()) {
            for window in tokens.windows(length) {
                term.clear();
                term.push_str(window[0]);
                for token in &window[1..] {
                    term.push(' ');
                    term.push_str(token);
                }
                visit(&term);
            }
        }
        Ok(())
    }

    fn prepare<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, TooCostly<'_>> {
        let mut text = Cow::Borrowed(text);
        for pattern in &self.strip {
            text = pattern.remove_from(text)?;
        }
        // Python's str.lower and Rust's to_lowercase both follow Unicode's special casing: a
        // final sigma becomes ς, İ becomes i and a combining dot.
        if self.lowercase {
            text = Cow::Owned(text.to_lowercase());
        }
        Ok(text)
    }
}
