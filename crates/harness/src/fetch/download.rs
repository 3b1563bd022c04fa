//! The download itself: addresses in order, each taken up again while its connection breaks.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::checksum::CHUNK;
use super::client::{Answer, Client, Trouble};
use super::part::Part;
use super::{Address, Failure, FetchErrorKind, FetchOptions, Progress, Reason, Sha256Sum, Source};

/// How often a pause asks whether to go on.
const TICK: Duration = Duration::from_millis(100);

/// Downloads the file of `source` to `target`, whatever is there now.
pub(super) fn retrieve(
    source: &Source,
    target: &Path,
    options: &FetchOptions,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<(), FetchErrorKind> {
    let part = Part::open(target)?;
    // Another process may have finished the file, and let go of its lock, a moment ago.
    if Sha256Sum::of_file(target).is_ok_and(|sum| sum == source.sha256) {
        part.close();
        return Ok(());
    }
    let mut download = Download {
        source,
        options,
        client: Client::new(options),
        part,
        continued: false,
        progress,
    };
    match download.run() {
        Ok(()) => download.part.publish(target),
        Err(mut kind) => {
            if let FetchErrorKind::DiskFull { expected, .. } = &mut kind {
                *expected = source.size;
            }
            download.part.close();
            Err(kind)
        }
    }
}

struct Download<'a> {
    source: &'a Source,
    options: &'a FetchOptions,
    client: Client,
    part: Part,
    /// Whether the part begins with bytes of an earlier answer.
    continued: bool,
    progress: &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
}

/// How an attempt ended that did not bring the whole file.
enum Stop {
    /// The connection broke: ask again for the rest.
    Broke(String),
    /// This address will not give the file.
    Address(Reason),
    /// No address would help.
    All(FetchErrorKind),
}

impl From<FetchErrorKind> for Stop {
    fn from(kind: FetchErrorKind) -> Self {
        Self::All(kind)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Broke(detail) => Self::Broke(detail),
            Trouble::Final(reason) => Self::Address(reason),
        }
    }
}

impl Download<'_> {
    /// Fills the part with the verified file.
    fn run(&mut self) -> Result<(), FetchErrorKind> {
        // An earlier call may have been stopped between the last byte and the renaming.
        if self.source.size.is_some_and(|size| self.part.len() >= size) {
            if self.part.checksum() == self.source.sha256 {
                return Ok(());
            }
            self.part.restart()?;
        }
        let mut failures = Vec::new();
        for address in self.source.addresses() {
            let Err(reason) = self.try_address(address)? else {
                return Ok(());
            };
            let address = address.clone();
            let failure = Failure { address, reason };
            self.report(Progress::Failed(&failure))?;
            failures.push(failure);
        }
        let kept = self.part.len();
        Err(FetchErrorKind::NoAddress { failures, kept })
    }

    /// Tries one address, until the file is verified or the address is given up.
    fn try_address(&mut self, address: &Address) -> Result<Result<(), Reason>, FetchErrorKind> {
        let mut times = 0;
        let mut fresh_start_left = true;
        loop {
            let ended = self.attempt(address).and_then(|()| self.verify());
            let detail = match ended {
                Ok(()) => return Ok(Ok(())),
                Err(Stop::All(kind)) => return Err(kind),
                Err(Stop::Broke(detail)) => detail,
                Err(Stop::Address(reason)) => {
                    // Bytes kept from before may be those of another file, so they, and not
                    // this server, may be to blame: ask once for the whole file.
                    let spoilt = matches!(reason, Reason::WrongChecksum { .. });
                    if spoilt && self.continued && fresh_start_left {
                        fresh_start_left = false;
                        continue;
                    }
                    return Ok(Err(reason));
                }
            };
            times += 1;
            let reason = Reason::Broken {
                times,
                received: self.part.len(),
                expected: self.source.size,
                detail,
            };
            if times > self.options.retries {
                return Ok(Err(reason));
            }
            self.pause(address, &reason, times)?;
        }
    }

    /// One request: appends what arrives to the part. `Ok` when everything seems to be there.
    fn attempt(&mut self, address: &Address) -> Result<(), Stop> {
        let kept = self.part.len();
        self.report(Progress::Connecting { address, kept })?;
        let answer = self.client.get(address.as_str(), kept)?;
        let total = match (answer.status, answer.range) {
            (200, _) => answer.length,
            (206, Some((first, total))) if kept > 0 && first == kept => {
                total.or(answer.length.and_then(|length| kept.checked_add(length)))
            }
            (206 | 416, _) if kept > 0 => {
                // A part that is the whole file has no rest to ask for.
                if self.part.checksum() == self.source.sha256 {
                    return Ok(());
                }
                self.part.restart()?;
                let status = answer.status;
                return Err(Stop::Broke(format!(
                    "no rest from byte {kept} on, status {status}"
                )));
            }
            (status, _) => return Err(Stop::Address(Reason::Status { status })),
        };
        if let (Some(found), Some(expected)) = (total, self.source.size)
            && found != expected
        {
            return Err(Stop::Address(Reason::WrongSize { found, expected }));
        }
        self.continued = answer.status == 206;
        if !self.continued {
            // The server ignores ranges, or was not asked for one: this is the file from the
            // first byte.
            self.part.restart()?;
        }
        self.receive(address, answer, self.source.size.or(total))
    }

    fn receive(
        &mut self,
        address: &Address,
        mut answer: Answer,
        total: Option<u64>,
    ) -> Result<(), Stop> {
        let limit = self.source.size.unwrap_or(self.options.max_bytes);
        if let Some(total) = total.filter(|&total| total > limit) {
            return Err(Stop::Address(Reason::WrongSize {
                found: total,
                expected: limit,
            }));
        }
        let mut chunk = vec![0; CHUNK];
        loop {
            let received = self.part.len();
            self.report(Progress::Receiving {
                address,
                received,
                total,
            })?;
            let n = match answer.body.read(&mut chunk) {
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stop::Broke(error.to_string())),
            };
            if n == 0 {
                return match total {
                    Some(total) if received < total => {
                        Err(Stop::Broke("the server ended early".to_owned()))
                    }
                    _ => Ok(()),
                };
            }
            if received + n as u64 > limit {
                self.part.restart()?;
                return Err(Stop::Address(Reason::TooLong { limit }));
            }
            self.part.append(&chunk[..n])?;
        }
    }

    /// Compares the checksum of the part; throws the part away when it is wrong.
    fn verify(&mut self) -> Result<(), Stop> {
        let (found, expected) = (self.part.checksum(), self.source.sha256);
        if found == expected {
            return Ok(());
        }
        self.part.restart()?;
        Err(Stop::Address(Reason::WrongChecksum { found, expected }))
    }

    fn pause(
        &mut self,
        address: &Address,
        reason: &Reason,
        times: u32,
    ) -> Result<(), FetchErrorKind> {
        let factor = 2_u32.saturating_pow(times.saturating_sub(1));
        let mut remaining = self.options.retry_delay.saturating_mul(factor);
        loop {
            self.report(Progress::Waiting {
                address,
                reason,
                remaining,
            })?;
            if remaining.is_zero() {
                return Ok(());
            }
            let nap = remaining.min(TICK);
            thread::sleep(nap);
            remaining -= nap;
        }
    }

    fn report(&mut self, news: Progress<'_>) -> Result<(), FetchErrorKind> {
        match (self.progress)(news) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(FetchErrorKind::Interrupted {
                received: self.part.len(),
                expected: self.source.size,
            }),
        }
    }
}
