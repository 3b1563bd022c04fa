//! What serde and the TOML reader say, in the words of someone who writes configurations.

/// A message and what to do about it.
pub(super) fn in_plain_words(message: &str, also: &[&str]) -> (String, Option<String>) {
    if let Some(key) = quoted_after(message, "missing field ") {
        return (format!("missing key `{key}`"), example(key));
    }
    for (said, ours) in [
        ("unknown field ", "unknown key"),
        ("unknown variant ", "unknown value"),
    ] {
        if let Some(name) = quoted_after(message, said) {
            let also = if ours == "unknown key" { also } else { &[] };
            let rest = message.get(said.len() + name.len() + 2..).unwrap_or("");
            // Every second piece between backquotes is a name.
            let known = rest.split('`').skip(1).step_by(2);
            let known = known.chain(also.iter().copied());
            return (format!("{ours} `{name}`"), Some(suggestion(name, known)));
        }
    }
    if message == "duplicate key" {
        let help = "keep one of the two".to_owned();
        return ("this key is given twice".to_owned(), Some(help));
    }
    let mut plain = message.to_owned();
    for (said, ours) in TYPES {
        if let Some(start) = plain.strip_suffix(said) {
            plain = format!("{start}{ours}");
        }
    }
    (plain, None)
}

/// How serde calls what it expects, and how a user does.
const TYPES: [(&str, &str); 9] = [
    ("expected usize", "expected a whole number ≥ 0"),
    (
        "expected u32",
        "expected a whole number from 0 to 4294967295",
    ),
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected f64", "expected a number"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("expected path string", "expected a path in quotes"),
    ("expected a string", "expected text in quotes"),
    ("expected a boolean", "expected true or false"),
];

/// The name in backquotes behind a prefix.
fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(prefix)?.strip_prefix('`')?;
    Some(&rest[..rest.find('`')?])
}

fn example(key: &str) -> Option<String> {
    let line = match key {
        "ranks" => "ranks = [7, 4, 2]",
        "path" => "path = \"data.npy\"",
        "id" => "id = \"multi-hntf\"",
        "label" => "label = \"Multi-HNTF, best of 10\"",
        "method" => "method = \"multi-hntf\", the id of a [[method]]",
        "of" => "of = \"multi-hntf\", the id of a [[method]]",
        "aggregate" => "aggregate = \"best\"",
        "order" => {
            "order = [\"multi-hntf\", \"hntf-1\"], rows from the smallest value to the largest"
        }
        "text" => "text = \"Multi-HNTF is better than HNTF\"",
        "methods" => "methods = [\"multi-hntf\"], ids of [[method]]s",
        _ => return None,
    };
    Some(format!("add a line such as {line}"))
}

/// "did you mean `x`? known: a, b, c" for a name that is not in a list.
pub(crate) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    let near = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .min()
        .filter(|(distance, k)| *distance <= k.len().max(3) / 3);
    let list = known.join(", ");
    match near {
        Some((_, near)) => format!("did you mean `{near}`? known: {list}"),
        None => format!("known: {list}"),
    }
}
