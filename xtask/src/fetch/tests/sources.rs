//! The list of sources: the one in the repository, and lists with mistakes.

use std::path::Path;

use super::super::sources::{find, load, parse};

const GOOD: &str = r#"[[source]]
name = "sample"
description = "made for the tests"
file = "data.bin"
address = "https://example.org/data.bin"
size = 3
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
licence = "none"
"#;

fn message(text: &str) -> String {
    let path = Path::new("datasets/sources.toml");
    parse(text, path).unwrap_err().to_string()
}

#[test]
fn the_list_of_the_repository_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/sources.toml");
    let sources = load(&path).unwrap();
    let newsgroups = find(&sources, "newsgroups", &path).unwrap();
    assert_eq!(newsgroups.file, "20news-bydate.tar.gz");
    assert!(!newsgroups.mirrors.is_empty());
    assert!(sources.iter().all(|source| !source.licence.is_empty()));
}

#[test]
fn mirrors_may_be_left_out_and_digits_may_be_upper_case() {
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let loud = GOOD.replace(sum, &sum.to_uppercase());
    let sources = parse(&loud, Path::new("x")).unwrap();
    let sample = find(&sources, "sample", Path::new("x")).unwrap();
    assert_eq!((sample.sha256.as_str(), sample.mirrors.len()), (sum, 0));
}

#[test]
fn a_mirror_is_an_address_too() {
    let text = message(&format!("{GOOD}mirrors = [\"example.org/x\"]\n"));
    assert!(
        text.contains("line 9") && text.contains("http:// or https://"),
        "{text}"
    );
}

#[test]
fn a_misspelt_key_gets_a_caret() {
    let text = message(&GOOD.replace("sha256", "sha265"));
    insta::assert_snapshot!(text, @r#"
    datasets/sources.toml: TOML parse error at line 7, column 1
      |
    7 | sha265 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      | ^^^^^^
    unknown field `sha265`, expected one of `name`, `description`, `file`, `address`, `mirrors`, `size`, `sha256`, `licence`
    "#);
}

#[test]
fn a_short_checksum_gets_a_caret() {
    let text = message(&GOOD.replace("15ad\"", "\""));
    insta::assert_snapshot!(text, @r#"
    datasets/sources.toml: TOML parse error at line 7, column 10
      |
    7 | sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    found `ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200` (60 characters), expected the 64 hexadecimal digits of a SHA-256 checksum
    "#);
}

#[test]
fn a_missing_key_is_named() {
    let text = message(&GOOD.replace("licence = \"none\"\n", ""));
    insta::assert_snapshot!(text, @"
    datasets/sources.toml: TOML parse error at line 1, column 1
      |
    1 | [[source]]
      | ^^^^^^^^^^
    missing field `licence`
    ");
}

#[test]
fn a_file_name_cannot_lead_out_of_the_cache() {
    for name in [
        "../data.bin",
        "/etc/data",
        "a//b",
        "a/..",
        ".hidden",
        "",
        "a\\\\b",
        "c:x",
    ] {
        let text = message(&GOOD.replace("\"data.bin\"", &format!("\"{name}\"")));
        assert!(
            text.contains("line 4") && text.contains("relative file name"),
            "{text}"
        );
    }
    let text = message(&GOOD.replace("\"data.bin\"", "\"data.part\""));
    assert!(text.contains("unfinished downloads"), "{text}");
}

#[test]
fn an_address_needs_a_scheme_and_a_host() {
    for address in [
        "ftp://example.org/x",
        "https:///x",
        "example.org/x",
        "http://a b/",
    ] {
        let text = message(&GOOD.replace("https://example.org/data.bin", address));
        assert!(
            text.contains("line 5") && text.contains("http:// or https://"),
            "{text}"
        );
    }
}

#[test]
fn a_repeated_name_or_file_gives_both_lines() {
    let text = message(&format!("{GOOD}\n{GOOD}"));
    insta::assert_snapshot!(text, @r#"datasets/sources.toml: the sources at lines 1 and 10 both have name = "sample", expected a different one for each source"#);
    let other = GOOD.replace("\"sample\"", "\"other\"");
    let text = message(&format!("{GOOD}\n{other}"));
    assert!(text.contains("both have file = \"data.bin\""), "{text}");
}

#[test]
fn an_unknown_name_is_answered_with_the_names_there_are() {
    let path = Path::new("datasets/sources.toml");
    let sources = parse(GOOD, path).unwrap();
    let text = find(&sources, "smaple", path).unwrap_err().to_string();
    assert_eq!(
        text,
        "no data source is called `smaple`: datasets/sources.toml has sample; data that cannot be downloaded, and how to get it, stands in datasets/README.md"
    );
}

#[test]
fn a_list_that_is_not_there_is_named() {
    let text = load(Path::new("no/sources.toml")).unwrap_err().to_string();
    assert!(text.starts_with("cannot read no/sources.toml"), "{text}");
}
