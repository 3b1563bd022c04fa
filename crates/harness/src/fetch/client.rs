//! The HTTP client: one GET request, from a given byte on.

use std::io::{self, Read};

use ureq::http::{HeaderMap, header};
use ureq::{Agent, Error, Proxy};

use super::{FetchOptions, Reason};

/// An HTTP client with the patience of a [`FetchOptions`].
pub(super) struct Client {
    agent: Agent,
}

/// What a server answers.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Bytes this answer announces.
    pub(super) length: Option<u64>,
    /// Of a partial answer: its first byte, and the bytes of the whole file.
    pub(super) range: Option<(u64, Option<u64>)>,
    pub(super) body: Box<dyn Read>,
}

impl Client {
    pub(super) fn new(options: &FetchOptions) -> Self {
        let proxy = if options.proxy_from_environment {
            Proxy::try_from_env()
        } else {
            None
        };
        let agent = Agent::config_builder()
            .user_agent(concat!("hntf/", env!("CARGO_PKG_VERSION")))
            // Positions and checksum are those of the file: nobody may compress it on the way.
            .accept_encoding("identity")
            .http_status_as_error(false)
            .max_redirects(options.max_redirects)
            .max_redirects_will_error(true)
            // A broken connection is taken up again on a new one.
            .max_idle_connections(0)
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_recv_response(Some(options.stall_timeout))
            .timeout_per_read(Some(options.stall_timeout))
            .timeout_per_write(Some(options.stall_timeout))
            .proxy(proxy)
            .build()
            .into();
        Self { agent }
    }

    /// Asks for the file at `address` from byte `from` on.
    pub(super) fn get(&self, address: &str, from: u64) -> Result<Answer, Trouble> {
        let mut request = self.agent.get(address);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let response = request.call().map_err(Trouble::from)?;
        let headers = response.headers();
        Ok(Answer {
            status: response.status().as_u16(),
            length: text(headers, header::CONTENT_LENGTH).and_then(|text| text.parse().ok()),
            range: text(headers, header::CONTENT_RANGE).and_then(content_range),
            body: Box::new(response.into_body().into_reader()),
        })
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Reads `bytes FIRST-LAST/TOTAL`, where TOTAL may be `*`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _last) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, total.trim().parse().ok()))
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection broke: it is worth taking up again.
    Broke(String),
    /// Asking again would not help.
    Final(Reason),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Final(match error {
            Error::HostNotFound => Reason::HostNotFound,
            Error::ConnectionFailed => Reason::Unreachable,
            Error::Timeout(_) => Reason::TimedOut,
            Error::TooManyRedirects => Reason::TooManyRedirects,
            Error::Io(error) => return Self::from(error),
            other => Reason::Other {
                detail: other.to_string(),
            },
        })
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        let detail = error.to_string();
        Self::Final(match error.kind() {
            io::ErrorKind::ConnectionRefused => Reason::Refused,
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown => Reason::Unreachable,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Reason::TimedOut,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => return Self::Broke(detail),
            // The standard library has no kind for a name that does not resolve.
            _ if detail.contains("lookup address") => Reason::HostNotFound,
            _ => Reason::Other { detail },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_gives_its_first_byte_and_the_total_when_known() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
        assert_eq!(content_range("lines 5-9/10"), None);
    }

    #[test]
    fn a_name_that_does_not_resolve_is_told_from_a_host_that_is_down() {
        let lookup = "failed to lookup address information: Name or service not known";
        let reason = |error: io::Error| match Trouble::from(error) {
            Trouble::Final(reason) => reason,
            Trouble::Broke(detail) => panic!("{detail}"),
        };
        assert_eq!(reason(io::Error::other(lookup)), Reason::HostNotFound);
        assert_eq!(
            reason(io::ErrorKind::NetworkUnreachable.into()),
            Reason::Unreachable
        );
    }
}
