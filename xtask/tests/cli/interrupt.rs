//! Ctrl-C: finished fits and the bytes of a download are kept, and the same command goes on from
//! there.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::lab::{EXPERIMENT, Lab};

/// Eight fits that take long enough to be interrupted between.
const LONG: &str = r#"
[[method]]
id = "neural-hncpd"
trials = 8
model = { kind = "neural-hncpd", epochs = 15000 }
"#;

/// Whether a fit of the long method has been kept.
fn has_begun(lab: &Lab) -> bool {
    let kept = lab.tree("").into_iter().filter_map(|(name, content)| {
        let is_entry = name.ends_with("entry.json");
        content.filter(|_| is_entry)
    });
    let of_long = |content: Vec<u8>| String::from_utf8_lossy(&content).contains("\"neural-hncpd\"");
    kept.into_iter().any(of_long)
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let lab = Lab::new();
    lab.write("mine.toml", format!("{EXPERIMENT}{LONG}"));
    let mut child = lab.spawn(&["run", "mine.toml", "--threads", "1"]);
    while !has_begun(&lab) {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the run ended before it was interrupted"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(output.stdout.is_empty());
    let done = number_after(&said, "interrupted after ");
    assert!((3..10).contains(&done), "{said}");
    let kept = "of 10 fits; they are kept: the same command goes on from there";
    assert!(said.contains(kept), "{said}");
    let beside = fs::read_dir(lab.path("out")).unwrap();
    let beside: Vec<_> = beside.map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["store"], "nothing half-written stands as a result");

    let output = lab.command(&["run", "mine.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(
        said,
        format!("{done} of 10 fits are kept from earlier runs\n")
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = format!("10 fits: {} model", 10 - done);
    assert!(printed.contains(&line), "{printed}");
    assert!(lab.path("out/mine/cells.csv").exists());
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// The address of a server that sends this much of an answer, and after it nothing or the end.
fn server(answer: &'static str, hangs_up: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/data.bin", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
            if !hangs_up {
                open.push(stream);
            }
        }
    });
    address
}

/// Interrupts a download that waits for this server, once so many bytes are here.
#[expect(clippy::disallowed_methods, reason = "the claim is about time")]
fn interrupted_download(address: &str, bytes: u64) {
    let lab = Lab::new();
    let sha256 = "0".repeat(64);
    let list = format!(
        "[[source]]\nname = \"sample\"\ndescription = \"\"\nfile = \"data.bin\"\nlicence = \"\"\n\
         size = 1000\nsha256 = \"{sha256}\"\naddress = \"{address}\"\n"
    );
    lab.write("sources.toml", list);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("xtask"))
        .args(["fetch", "sample", "--sources", "sources.toml", "--out", "."])
        .env("NO_PROXY", "*")
        .current_dir(lab.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let part = lab.path("data.bin.part");
    while fs::metadata(&part).map_or(u64::MAX, |part| part.len()) != bytes {
        assert!(child.try_wait().unwrap().is_none(), "nothing to interrupt");
        thread::sleep(Duration::from_millis(2));
    }
    // Now it waits, for an answer or in a pause: both last longer than this.
    thread::sleep(Duration::from_millis(100));
    let sent = Instant::now();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let waited = sent.elapsed();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    assert!(output.stdout.is_empty() && !lab.path("data.bin").exists());
    assert!(
        said.contains("interrupted; what has arrived is kept"),
        "{said}"
    );
    assert_eq!(fs::metadata(&part).map_or(0, |part| part.len()), bytes);
}

const TEN_BYTES: &str = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789";

#[test]
fn a_download_from_a_server_that_never_answers_ends_at_once() {
    interrupted_download(&server("", false), 0);
}

#[test]
fn a_download_from_a_server_that_falls_silent_ends_at_once() {
    interrupted_download(&server(TEN_BYTES, false), 10);
}

#[test]
fn a_download_that_waits_to_try_again_ends_at_once() {
    interrupted_download(&server(TEN_BYTES, true), 10);
}

fn number_after(text: &str, words: &str) -> usize {
    let rest = text
        .split(words)
        .nth(1)
        .unwrap_or_else(|| panic!("no `{words}` in: {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
