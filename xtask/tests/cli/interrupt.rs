//! Ctrl-C: finished fits are kept, and the same command goes on from there.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::lab::{EXPERIMENT, Lab};

/// Eight fits that take long enough to be interrupted between.
const LONG: &str = r#"
[[method]]
id = "neural-hncpd"
trials = 8
model = { kind = "neural-hncpd", epochs = 15000 }
"#;

fn spawn(lab: &Lab) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("xtask"))
        .args(["run", "mine.toml", "--threads", "1"])
        .current_dir(lab.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Whether a fit of the long method has been kept.
fn has_begun(lab: &Lab) -> bool {
    let kept = lab.tree("").into_values().flatten();
    kept.into_iter().any(|content| {
        let text = String::from_utf8_lossy(&content).into_owned();
        text.lines()
            .any(|l| l.starts_with("{\"summary\":{\"method\":\"neural"))
    })
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let lab = Lab::new();
    lab.write("mine.toml", format!("{EXPERIMENT}{LONG}"));
    let mut child = spawn(&lab);
    while !has_begun(&lab) {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the run ended before it was interrupted"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(output.stdout.is_empty());
    let done = number_after(&said, "interrupted after ");
    assert!((3..10).contains(&done), "{said}");
    assert!(said.contains("of 10 fits; they are kept"), "{said}");
    assert!(
        !lab.path("out/mine").exists(),
        "nothing half-written stands as a result"
    );

    let output = lab.command(&["run", "mine.toml"]).output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(number_after(&said, "going on after "), done, "{said}");
    assert!(lab.path("out/mine/cells.csv").exists());
    assert!(!lab.path("out/.partial").exists());
}

fn number_after(text: &str, words: &str) -> usize {
    let rest = text
        .split(words)
        .nth(1)
        .unwrap_or_else(|| panic!("no `{words}` in: {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
