//! The download itself: addresses in order, each taken up again while its connection breaks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::http::{Response, header};
use ureq::{Agent, Body, Proxy};

use super::error::FetchError;
use super::sources::{Address, Source};
use super::stop::Stop;

/// Bytes read and written at a time.
const CHUNK: usize = 64 * 1024;
/// How often a connection that breaks is taken up again at one address.
const RETRIES: u32 = 3;
/// Redirects followed at one address.
const REDIRECTS: u32 = 5;

/// How patient and how careful a download is.
pub(crate) struct Options {
    pub(crate) agent: Agent,
    /// Wait before a broken connection is taken up again; every further one is twice as long.
    pub(crate) retry_delay: Duration,
    /// Whether a file that is already there with another checksum is replaced, once the published
    /// one has arrived and been verified.
    pub(crate) replace: bool,
}

/// An HTTP client that waits so long for a name, a connection or the next bytes of a server.
pub(crate) fn agent(patience: Duration, proxy: Option<Proxy>) -> Agent {
    Agent::config_builder()
        .user_agent(concat!("hntf/", env!("CARGO_PKG_VERSION")))
        // Positions and checksum are those of the file: nobody may compress it on the way.
        .accept_encoding("identity")
        .http_status_as_error(false)
        .max_redirects(REDIRECTS)
        .max_redirects_will_error(true)
        // A broken connection is taken up again on a new one.
        .max_idle_connections(0)
        .timeout_resolve(Some(patience))
        .timeout_connect(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience))
        .proxy(proxy)
        .build()
        .into()
}

/// What a download is doing.
pub(crate) enum News {
    /// Which address is asked, or why it is given up.
    Line(String),
    /// Bytes that are here.
    Bytes(u64),
}

/// Hears of the download before each request and after each piece; `false` ends it.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(News) -> bool;

/// Downloads the file of `source` into `folder` and returns its path.
///
/// Bytes go to `FILE.part`; the file gets its name, in one step, only once its SHA-256 is right.
/// What an earlier call left in the `.part` is not downloaded again, and a file that is already
/// there and verified is returned without any request.
pub(crate) fn fetch(
    source: &Source,
    folder: &Path,
    options: &Options,
    watch: Watch<'_>,
) -> Result<PathBuf, FetchError> {
    let target = folder.join(&source.file);
    let fetched = fetch_to(&target, source, options, watch);
    fetched.map_err(|stop| stop.message(source, &target))?;
    Ok(target)
}

fn fetch_to(
    target: &Path,
    source: &Source,
    options: &Options,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    match sha256_of(target)? {
        Some(found) if found == source.sha256 => return Ok(()),
        Some(found) if !options.replace => return Err(Stop::Occupied(found)),
        _ => {}
    }
    fs::create_dir_all(target.parent().unwrap_or(target)).map_err(Stop::Folder)?;
    let part = target.with_added_extension("part");
    let opened = OpenOptions::new().append(true).create(true).open(&part);
    let file = opened.map_err(Stop::Folder)?;
    // Some network file systems have no locks. Two writers there spoil the checksum, never the
    // finished file.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(Stop::Busy);
    }
    let len = file.metadata()?.len();
    let mut download = Download {
        source,
        options,
        watch,
        part,
        file,
        len,
        continued: false,
    };
    let result = download.fill();
    if result.is_ok() {
        // Not before its bytes are on the disk.
        download.file.sync_all()?;
        fs::rename(&download.part, target)?;
    } else if download.len == 0 {
        // Nothing is lost if an empty file stays behind.
        let _ = fs::remove_file(&download.part);
    }
    result
}

struct Download<'a> {
    source: &'a Source,
    options: &'a Options,
    watch: Watch<'a>,
    /// The unfinished file, locked and written at its end only.
    part: PathBuf,
    file: File,
    len: u64,
    /// Whether the part begins with bytes of an earlier answer.
    continued: bool,
}

impl Download<'_> {
    /// Fills the part with the verified file.
    fn fill(&mut self) -> Result<(), Stop> {
        // An earlier call may have been stopped between the last byte and the renaming.
        if self.len >= self.source.size && self.verify().is_ok() {
            return Ok(());
        }
        let mut failures = String::new();
        let source = self.source;
        for Address(address) in std::iter::once(&source.address).chain(&source.mirrors) {
            let reason = match self.try_address(address) {
                Err(Stop::Address(reason)) => reason,
                ended => return ended,
            };
            failures.push_str(&format!("\n  {address}: {reason}"));
            self.report(News::Line(format!("{address}: {reason}")))?;
        }
        Err(Stop::Nowhere(failures, self.len))
    }

    /// Tries one address, until the file is verified or the address is given up.
    fn try_address(&mut self, address: &str) -> Result<(), Stop> {
        let mut times = 0;
        loop {
            let words = match self.attempt(address).and_then(|()| self.verify()) {
                Err(Stop::Broke(words)) => words,
                ended => return ended,
            };
            times += 1;
            if times > RETRIES {
                let (here, size) = (self.len, self.source.size);
                return Err(Stop::Address(format!(
                    "the connection broke {times} times, last after {here} bytes of {size} \
                     ({words})"
                )));
            }
            thread::sleep(self.options.retry_delay * 2_u32.pow(times - 1));
        }
    }

    /// One request: appends what arrives to the part. `Ok` when everything seems to be there.
    fn attempt(&mut self, address: &str) -> Result<(), Stop> {
        let (kept, size) = (self.len, self.source.size);
        self.report(News::Line(format!("connecting to {address}")))?;
        let mut request = self.options.agent.get(address);
        if kept > 0 {
            request = request.header(header::RANGE, format!("bytes={kept}-"));
        }
        let answer = request.call()?;
        let status = answer.status().as_u16();
        let begins = match status {
            200 => 0,
            206 if kept > 0 && range_begins(&answer, kept) => kept,
            206 | 416 if kept > 0 => {
                self.restart()?;
                let words = format!("no rest from byte {kept} on, status {status}");
                return Err(Stop::Broke(words));
            }
            _ => {
                let reason = format!("the server answered {}, expected 200", answer.status());
                return Err(Stop::Address(reason));
            }
        };
        let length = answer.body().content_length();
        if let Some(found) = length.and_then(|length| length.checked_add(begins))
            && found != size
        {
            let reason = format!("found a file of {found} bytes, expected {size}");
            return Err(Stop::Address(reason));
        }
        self.continued = begins > 0;
        if !self.continued {
            // The server ignores ranges, or was not asked for one: the file from its first byte.
            self.restart()?;
        }
        self.receive(answer)
    }

    fn receive(&mut self, answer: Response<Body>) -> Result<(), Stop> {
        let size = self.source.size;
        let mut body = answer.into_body().into_reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            self.report(News::Bytes(self.len))?;
            let n = match body.read(&mut chunk) {
                Ok(0) if self.len < size => {
                    return Err(Stop::Broke("the server ended early".to_owned()));
                }
                Ok(0) => return Ok(()),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stop::Broke(error.to_string())),
            };
            if self.len + n as u64 > size {
                self.restart()?;
                let reason = format!("the server sent more than the {size} bytes expected");
                return Err(Stop::Address(reason));
            }
            self.file.write_all(&chunk[..n])?;
            self.len += n as u64;
        }
    }

    /// Compares the checksum of the part; throws the part away when it is wrong.
    fn verify(&mut self) -> Result<(), Stop> {
        let found = sha256_of(&self.part)?.unwrap_or_default();
        let expected = &self.source.sha256;
        if found == *expected {
            return Ok(());
        }
        let reason = format!(
            "found SHA-256 {found}, expected {expected}: the file has changed or was damaged"
        );
        self.restart()?;
        // Bytes kept from before may be those of another file, so they, and not this server, may
        // be to blame: ask for the whole file.
        Err(match self.continued {
            true => Stop::Broke(reason),
            false => Stop::Address(reason),
        })
    }

    /// Throws away what has arrived.
    fn restart(&mut self) -> io::Result<()> {
        if self.len > 0 {
            self.file.set_len(0)?;
            self.len = 0;
        }
        Ok(())
    }

    fn report(&mut self, news: News) -> Result<(), Stop> {
        match (self.watch)(news) {
            true => Ok(()),
            false => Err(Stop::Interrupted),
        }
    }
}

/// Whether a partial answer begins at this byte.
fn range_begins(answer: &Response<Body>, at: u64) -> bool {
    let range = answer.headers().get(header::CONTENT_RANGE);
    let range = range.and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}

/// The SHA-256 of a file, in hexadecimal digits; `None` where there is none.
fn sha256_of(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        // A folder that is a file, or is missing, has no file in it.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        opened => opened?,
    };
    let mut reader = BufReader::with_capacity(CHUNK, file);
    let mut hasher = Sha256::new();
    loop {
        let piece = reader.fill_buf()?;
        let n = piece.len();
        if n == 0 {
            return Ok(Some(hex::encode(hasher.finalize())));
        }
        hasher.update(piece);
        reader.consume(n);
    }
}
