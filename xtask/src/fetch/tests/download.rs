//! Downloads that succeed, if not always at the first attempt.

use std::fs;

use tempfile::tempdir;

use super::server::{Reply, Server, nobody};
use super::{
    FetchError, News, assert_fetched, assert_no_file, fetch, options, part_len, published, run,
    source,
};

#[test]
fn a_download_reports_its_progress_and_ends_under_its_name() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let mut seen = Vec::new();
    let result = fetch(&source, cache.path(), &options(), &mut |news| {
        if let News::Bytes(here) = news {
            seen.push(here);
        }
        true
    });
    assert_fetched(result, cache.path());
    assert!(seen.is_sorted());
    assert_eq!((seen.first(), seen.last()), (Some(&0), Some(&300_000)));
}

#[test]
fn a_file_in_folders_gets_its_folders() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let mut source = source(&[server.address("/data.bin")]);
    source.file = "some/where/data.bin".to_owned();
    let path = run(&source, &cache.path().join("not/yet")).unwrap();
    assert_eq!(path, cache.path().join("not/yet/some/where/data.bin"));
    assert_eq!(fs::read(path).unwrap(), published());
}

#[test]
fn a_verified_file_is_returned_without_a_request() {
    let server = Server::new(|_, _| Reply::status(500));
    let cache = tempdir().unwrap();
    fs::write(cache.path().join("data.bin"), published()).unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), []);
}

#[test]
fn a_connection_that_breaks_is_taken_up_again_where_it_broke() {
    let server = Server::new(|n, request| match n {
        0 => Reply::ranged(&published(), request).cut_after(100_000),
        1 => Reply::ranged(&published(), request).cut_after(50_000),
        _ => Reply::ranged(&published(), request),
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [None, Some(100_000), Some(150_000)]);
}

#[test]
fn a_server_that_hangs_up_before_it_answers_is_asked_again() {
    let server = Server::new(|n, request| match n {
        0 => Reply::silence(),
        _ => Reply::ranged(&published(), request),
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [None, None]);
}

#[test]
fn the_next_call_continues_what_a_broken_connection_left() {
    let server = Server::new(|n, request| match n {
        0..4 => Reply::ranged(&published(), request).cut_after(30_000),
        _ => Reply::ranged(&published(), request),
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let text = run(&source, cache.path()).unwrap_err().to_string();
    assert!(
        text.contains("broke 4 times, last after 120000 bytes of 300000"),
        "{text}"
    );
    assert!(
        text.contains("continues after the 120000 bytes already here"),
        "{text}"
    );
    assert_no_file(cache.path());
    assert_eq!(part_len(cache.path()), Some(120_000));

    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges().last(), Some(&Some(120_000)));
}

#[test]
fn a_mirror_continues_what_another_address_began() {
    let official = Server::new(|_, request| match request.from {
        None => Reply::ranged(&published(), request).cut_after(70_000),
        Some(_) => Reply::status(503),
    });
    let mirror = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let source = source(&[official.address("/data.bin"), mirror.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(mirror.ranges(), [Some(70_000)]);
}

#[test]
fn a_server_that_ignores_ranges_sends_the_file_from_its_beginning() {
    let server = Server::new(|n, _| match n {
        0 => Reply::whole(&published()).cut_after(100_000),
        _ => Reply::whole(&published()),
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [None, Some(100_000)]);
}

#[test]
fn a_server_that_answers_with_another_range_is_asked_for_the_whole_file() {
    let server = Server::new(|n, request| match n {
        0 => Reply::ranged(&published(), request).cut_after(100_000),
        1 => Reply::whole(&published()[5..])
            .with_status(206)
            .with_header("Content-Range: bytes 5-299999/300000".to_owned()),
        _ => Reply::ranged(&published(), request),
    });
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [None, Some(100_000), None]);
}

#[test]
fn spoilt_bytes_of_an_earlier_call_do_not_stand_in_the_way() {
    for spoilt in [100_000, 300_000, 400_000] {
        let server = Server::new(|_, request| Reply::ranged(&published(), request));
        let cache = tempdir().unwrap();
        fs::write(cache.path().join("data.bin.part"), vec![7; spoilt]).unwrap();
        let source = source(&[server.address("/data.bin")]);
        assert_fetched(run(&source, cache.path()), cache.path());
    }
}

#[test]
fn a_part_that_is_complete_needs_no_request() {
    let cache = tempdir().unwrap();
    fs::write(cache.path().join("data.bin.part"), published()).unwrap();
    assert_fetched(run(&source(&[nobody()]), cache.path()), cache.path());
}

#[test]
fn a_length_that_the_server_does_not_announce_is_no_obstacle() {
    let server = Server::new(|_, _| Reply::whole(&published()).without_length());
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    assert_fetched(run(&source, cache.path()), cache.path());
}

#[test]
fn a_mirror_stands_in_for_a_missing_file_and_a_refused_connection() {
    let gone = Server::new(|_, _| Reply::status(404));
    let mirror = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let source = source(&[
        gone.address("/data.bin"),
        nobody(),
        mirror.address("/data.bin"),
    ]);
    let mut lines = Vec::new();
    let result = fetch(&source, cache.path(), &options(), &mut |news| {
        if let News::Line(line) = news {
            lines.push(line);
        }
        true
    });
    assert_fetched(result, cache.path());
    // Each failure stands between the attempts.
    assert!(lines[1].contains("404"), "{lines:?}");
    assert!(lines[3].contains("refused"), "{lines:?}");
    let asked: Vec<_> = lines
        .iter()
        .filter(|l| l.starts_with("connecting to"))
        .collect();
    assert_eq!((asked.len(), lines.len()), (3, 5));
}

#[test]
fn a_redirect_is_followed_with_the_range() {
    let server = Server::new(|_, request| match request.path.as_str() {
        "/old" => Reply::status(302).with_header("Location: /new".to_owned()),
        _ => Reply::ranged(&published(), request),
    });
    let cache = tempdir().unwrap();
    fs::write(cache.path().join("data.bin.part"), &published()[..1000]).unwrap();
    let source = source(&[server.address("/old")]);
    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [Some(1000), Some(1000)]);
}

#[test]
fn an_interrupted_download_continues_at_the_next_call() {
    let server = Server::new(|_, request| Reply::ranged(&published(), request));
    let cache = tempdir().unwrap();
    let source = source(&[server.address("/data.bin")]);
    let stop_at_first_bytes = &mut |news| !matches!(news, News::Bytes(1..));
    let result = fetch(&source, cache.path(), &options(), stop_at_first_bytes);
    assert!(matches!(result, Err(FetchError::Interrupted)), "{result:?}");
    assert_no_file(cache.path());
    let kept = part_len(cache.path()).unwrap();
    assert!((1..300_000).contains(&kept), "{kept}");

    assert_fetched(run(&source, cache.path()), cache.path());
    assert_eq!(server.ranges(), [None, Some(kept as usize)]);
}
