//! Quotes of a CSV file, checked before it is read: the reader takes a quote that is never closed
//! for one long field, and would swallow all documents after it without a word.

/// A place where quotes are not those of RFC 4180.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadQuote {
    /// The line, from 1.
    pub(super) line: u64,
    pub(super) found: &'static str,
    pub(super) expected: &'static str,
}

enum State {
    FieldStart,
    Unquoted,
    /// In a field whose quote was opened in that line.
    Quoted(u64),
    /// After a quote in such a field: its end, or the first of two that stand for one.
    QuoteInQuoted(u64),
}

/// The first quote that is wrong. One in the middle of a field that does not begin with one is
/// taken as it stands: 5" is five inches.
pub(super) fn check(text: &str, delimiter: u8) -> Result<(), BadQuote> {
    let mut state = State::FieldStart;
    let mut line = 1;
    for byte in text.bytes() {
        let ends_field = byte == delimiter || byte == b'\n' || byte == b'\r';
        state = match state {
            State::Quoted(opened) if byte == b'"' => State::QuoteInQuoted(opened),
            State::Quoted(opened) => State::Quoted(opened),
            State::QuoteInQuoted(opened) if byte == b'"' => State::Quoted(opened),
            _ if ends_field => State::FieldStart,
            State::QuoteInQuoted(_) => {
                return Err(BadQuote {
                    line,
                    found: "a quote inside a quoted field, or text after its closing quote",
                    expected: "quotes inside such a field to be doubled (\"\")",
                });
            }
            State::FieldStart if byte == b'"' => State::Quoted(line),
            State::FieldStart | State::Unquoted => State::Unquoted,
        };
        line += u64::from(byte == b'\n');
    }
    match state {
        State::Quoted(line) => Err(BadQuote {
            line,
            found: "a quote that is never closed",
            expected: "a closing quote before the end of the file",
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_the_standard_pass() {
        for text in [
            "",
            "a,b\n1,2",
            "\"a\",\"b\"\n\"x, \"\"y\"\"\nz\",\"\"\r\n\"\"\"\",\"end\"",
            "height\n5\" tall\nit is \"so\"\n",
        ] {
            assert_eq!(check(text, b','), Ok(()), "{text}");
        }
    }

    #[test]
    fn the_line_of_a_wrong_quote_is_told() {
        let line = |text| check(text, b',').unwrap_err().line;
        assert_eq!(line("a,b\n1,\"open\n3,4\n"), 2);
        assert_eq!(line("a,b\n\"two\nlines\" more,2\n"), 3);
        assert_eq!(line("a\n\"it is \"so\" they say\"\n"), 2);
        assert_eq!(line("\""), 1);
        assert!(check("a\tb\n\"x\"\ty\n", b'\t').is_ok());
        assert!(check("a\tb\n\"x\"\ty\n", b',').is_err());
    }
}
