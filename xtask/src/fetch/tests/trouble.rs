//! Downloads that fail: what the message says, and what is left in the cache.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use tempfile::tempdir;

use super::server::{Reply, Server, nobody};
use super::{
    Options, Source, agent, assert_fetched, assert_no_file, fetch, options, part_len, published,
    run, sha256, source,
};

/// The message of a fetch that fails and leaves neither the file nor a part of it.
fn message_leaving_nothing(source: &Source, cache: &Path) -> String {
    let text = run(source, cache).unwrap_err().to_string();
    assert_no_file(cache);
    assert_eq!(part_len(cache), None, "{text}");
    text
}

#[track_caller]
fn assert_says(text: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(text.contains(piece), "`{piece}` is missing in:\n{text}");
    }
}

#[test]
fn a_wrong_checksum_names_both_and_leaves_nothing() {
    let mut changed = published();
    changed[200_000] ^= 1;
    let found = sha256(&changed);
    let server = Server::new(move |_, request| Reply::ranged(&changed, request));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let text = message_leaving_nothing(&source, cache.path());
    let expected = source.sha256.clone();
    let folder = cache.path().display().to_string();
    assert_says(
        &text,
        &[
            "`data.bin`",
            "`sample`",
            &server.address("/data.bin"),
            &found,
            &expected,
            &folder,
        ],
    );
    assert_says(&text, &["by hand", "--data-dir"]);
    // It was fetched whole from one server: asking once more would not help.
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn an_address_that_refuses_says_so() {
    let cache = tempdir().unwrap();
    let address = nobody();
    let source = source(std::slice::from_ref(&address));
    let text = message_leaving_nothing(&source, cache.path());
    assert_says(
        &text,
        &[
            &address,
            "refused",
            "check the network",
            "cargo xtask fetch sample",
        ],
    );
}

#[test]
fn every_address_is_reported_with_its_own_failure() {
    let gone = Server::new(|_, _| Reply::status(404));
    let ill = Server::new(|_, _| Reply::status(503));
    let cache = tempdir().unwrap();
    let source = source(&[gone.address("/data.bin"), ill.address("/data.bin")]);
    let text = message_leaving_nothing(&source, cache.path());
    assert_says(
        &text,
        &[
            "404 Not Found, expected 200",
            "503 Service Unavailable, expected 200",
        ],
    );
}

#[test]
fn a_server_that_announces_another_size_is_not_listened_to() {
    let server = Server::new(|_, _| Reply::whole(&[1; 500_000]));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let text = message_leaving_nothing(&source, cache.path());
    assert_says(&text, &["found a file of 500000 bytes, expected 300000"]);
}

#[test]
fn a_body_longer_than_the_file_is_cut_off() {
    let server = Server::new(|_, _| Reply::whole(&[1; 5_000_000]).without_length());
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let mut most = 0;
    let error = fetch(&source, cache.path(), &options(), &mut |_| {
        most = most.max(part_len(cache.path()).unwrap_or(0));
        true
    });
    let text = error.unwrap_err().to_string();
    assert_says(&text, &["more than the 300000 bytes expected"]);
    assert!(most > 0 && most <= 300_000, "{most} bytes were written");
    assert_eq!(part_len(cache.path()), None);
}

#[test]
fn a_connection_that_keeps_breaking_is_given_up() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request).cut_after(10));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let error = run(&source, cache.path()).unwrap_err();
    assert_says(
        &error.to_string(),
        &["broke 4 times, last after 40 bytes of 300000"],
    );
    assert_eq!(server.ranges(), [None, Some(10), Some(20), Some(30)]);
    assert_eq!(part_len(cache.path()), Some(40));
    assert_no_file(cache.path());
}

#[test]
fn a_server_that_does_not_speak_tls_is_given_up() {
    let server = Server::new(|_, _| Reply::status(200));
    let cache = tempdir().unwrap();
    let address = server.address("/data.bin").replace("http:", "https:");
    let source = source(std::slice::from_ref(&address));
    let text = message_leaving_nothing(&source, cache.path());
    assert_says(&text, &[&address, "by hand"]);
}

#[test]
fn redirects_that_go_round_in_circles_end() {
    let server =
        Server::new(|_, _| Reply::status(302).with_header("Location: /data.bin".to_owned()));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_says(
        &message_leaving_nothing(&source, cache.path()),
        &["too many redirects"],
    );
    assert_eq!(server.ranges().len(), 6);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let server = Server::new(|_, request| {
        std::thread::sleep(Duration::from_millis(400));
        Reply::ranged(&published(), request)
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let hasty = Options {
        agent: agent(Duration::from_millis(50), None),
        ..options()
    };
    let error = fetch(&source, cache.path(), &hasty, &mut |_| true).unwrap_err();
    assert_says(
        &error.to_string(),
        &["no answer in time", "check the network"],
    );
    assert_eq!(part_len(cache.path()), None);
}

/// `/dev/full` takes writes as a disk without space does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_says_how_far_it_came() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", cache.path().join("data.bin.part")).unwrap();
    let source = source(&[server.address("/data.bin"), server.address("/mirror")]);
    let text = run(&source, cache.path()).unwrap_err().to_string();
    assert_says(
        &text,
        &[
            "the disk is full",
            "data.bin.part needs 300000 bytes",
            "free some space",
        ],
    );
    assert_no_file(cache.path());
    // A mirror would not find more space.
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn a_cache_that_is_no_folder_is_named() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let parent = tempdir().unwrap();
    let cache = parent.path().join("cache");
    File::create(&cache).unwrap();
    let source = source(&[server.address("/data.bin")]);
    let error = run(&source, &cache).unwrap_err();
    let cache = cache.display().to_string();
    assert_says(
        &error.to_string(),
        &[
            "cannot write in",
            &cache,
            "make the folder writable",
            "--data-dir",
        ],
    );
    assert_eq!(server.ranges(), []);
}

#[cfg(unix)]
#[test]
fn a_read_only_cache_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempdir().unwrap();
    let cache = parent.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(cache.join("probe")).is_ok() {
        return; // The administrator may write anywhere.
    }
    let error = run(&source(&[nobody()]), &cache).unwrap_err();
    assert_says(&error.to_string(), &["make the folder writable"]);
}

#[test]
fn two_processes_do_not_write_the_same_part() {
    let cache = tempdir().unwrap();
    let part = cache.path().join("data.bin.part");
    fs::write(&part, &published()[..10]).unwrap();
    let other = File::open(&part).unwrap();
    other.lock().unwrap();
    let error = run(&source(&[nobody()]), cache.path()).unwrap_err();
    assert_says(&error.to_string(), &["another process", "data.bin.part"]);
    assert_eq!(part_len(cache.path()), Some(10));
}

#[test]
fn a_file_of_another_checksum_is_replaced_only_on_demand() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let own = cache.path().join("data.bin");
    fs::write(&own, b"packed again").unwrap();
    let source = source(&[server.address("/data.bin")]);
    let text = run(&source, cache.path()).unwrap_err().to_string();
    assert_says(
        &text,
        &["nothing is overwritten", "move that file away", "--force"],
    );
    assert_eq!(fs::read(&own).unwrap(), b"packed again");
    assert_eq!(server.ranges(), []);

    let replacing = Options {
        replace: true,
        ..options()
    };
    let result = fetch(&source, cache.path(), &replacing, &mut |_| true);
    assert_fetched(result, cache.path());
}

#[test]
fn a_folder_with_the_name_of_the_file_is_refused_by_name() {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("data.bin")).unwrap();
    let error = run(&source(&[nobody()]), cache.path()).unwrap_err();
    assert_says(
        &error.to_string(),
        &["cannot read", "data.bin", "directory"],
    );
}
