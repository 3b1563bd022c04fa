//! A tiny HTTP server on the loopback address that does what a test tells it to: serve, ignore
//! ranges, hang up in the middle, lie.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) path: String,
    /// First byte of the range asked for, if any.
    pub(super) from: Option<usize>,
}

/// What the server sends back.
pub(super) struct Reply {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
    /// Announced length; `None` announces nothing and ends by hanging up.
    length: Option<usize>,
    /// Hang up after this many bytes of the body.
    cut: Option<usize>,
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self {
            length: Some(0),
            ..Self::whole(&[]).with_status(status)
        }
    }

    /// Hangs up without a word.
    pub(super) fn silence() -> Self {
        Self::status(0)
    }

    /// The whole file, whatever was asked for.
    pub(super) fn whole(file: &[u8]) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: file.to_vec(),
            length: Some(file.len()),
            cut: None,
        }
    }

    /// What was asked for, as a server that knows ranges answers.
    pub(super) fn ranged(file: &[u8], request: &Request) -> Self {
        match request.from {
            None => Self::whole(file),
            Some(from) if from >= file.len() => {
                Self::status(416).with_header(format!("Content-Range: bytes */{}", file.len()))
            }
            Some(from) => Self::whole(&file[from..])
                .with_status(206)
                .with_header(format!(
                    "Content-Range: bytes {from}-{}/{}",
                    file.len() - 1,
                    file.len()
                )),
        }
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn with_header(mut self, header: String) -> Self {
        self.headers.push(header);
        self
    }

    pub(super) fn without_length(self) -> Self {
        let length = None;
        Self { length, ..self }
    }

    /// Hangs up after `bytes` of the body.
    pub(super) fn cut_after(self, bytes: usize) -> Self {
        let cut = Some(bytes);
        Self { cut, ..self }
    }

    fn send(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        if self.status == 0 {
            return Ok(());
        }
        write!(
            stream,
            "HTTP/1.1 {} Scripted\r\nConnection: close\r\n",
            self.status
        )?;
        for header in &self.headers {
            write!(stream, "{header}\r\n")?;
        }
        if let Some(length) = self.length {
            write!(stream, "Content-Length: {length}\r\n")?;
        }
        stream.write_all(b"\r\n")?;
        stream.write_all(&self.body[..self.cut.unwrap_or(self.body.len())])
    }
}

/// A server that runs until it is dropped.
pub(super) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers the n-th request (from 0) with `answer(n, request)`.
    pub(super) fn new(answer: impl Fn(usize, &Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (requests, stop) = (Arc::clone(&requests), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let mut stream = stream.unwrap();
                    let Some(request) = read_request(&stream) else {
                        continue;
                    };
                    let n = {
                        let mut requests = requests.lock().unwrap();
                        requests.push(request.clone());
                        requests.len() - 1
                    };
                    // A client may hang up before it has everything: some tests do.
                    let _ = answer(n, &request).send(&mut stream);
                }
            }
        });
        Self {
            port,
            requests,
            stop,
            thread: Some(thread),
        }
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// First bytes of the ranges asked for so far, one per request.
    pub(super) fn ranges(&self) -> Vec<Option<usize>> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request.from).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The thread waits for a connection: give it one.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut from = None;
    for line in lines {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
    }
    Some(Request { path, from })
}

/// An address on the loopback where nothing listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    format!("http://127.0.0.1:{port}/data.bin")
}
