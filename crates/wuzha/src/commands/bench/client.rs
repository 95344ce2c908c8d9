//! A bare HTTP client that keeps its connection: it must not cost more than the
//! server that it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(super) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    /// The first cookie that was set, as `name=value`.
    pub(super) cookie: Option<&'a str>,
    /// Where it leads on.
    pub(super) location: Option<&'a str>,
    /// As it travelled: packed, and in chunks, where the server chose so.
    pub(super) body: &'a [u8],
}

/// What is sent beside the path.
#[derive(Clone, Copy)]
pub(super) enum Sent<'a> {
    /// A page is asked for, as browsers do: packed if it may be.
    Nothing,
    Json(&'a str),
    Form(&'a str),
}

impl Wire {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends one request under a cookie and waits for the whole answer.
    pub(super) async fn send(
        &mut self,
        path: &str,
        cookie: &str,
        sent: Sent<'_>,
    ) -> anyhow::Result<Answer<'_>> {
        self.send_made(made(path, cookie, sent).as_bytes()).await
    }

    /// Sends a request that is there already, as it travels.
    pub(super) async fn send_made(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some(parts) = answered(&self.buffer) {
                let head = std::str::from_utf8(self.buffer.get(..parts.head).unwrap_or(&[]))?;
                return Ok(Answer {
                    status: parts.status,
                    cookie: header(head, "set-cookie")
                        .and_then(|it| it.split(';').next())
                        .map(str::trim),
                    location: header(head, "location"),
                    body: self.buffer.get(parts.head..parts.end).unwrap_or(&[]),
                });
            }
            let read = self.stream.read_buf(&mut self.buffer).await?;
            anyhow::ensure!(0 < read, "连接中断");
        }
    }
}

/// A request as it travels.
pub(super) fn made(path: &str, cookie: &str, sent: Sent<'_>) -> String {
    let (method, kind, body) = match sent {
        Sent::Nothing => ("GET", "Accept-Encoding: gzip", ""),
        Sent::Json(body) => ("POST", "Content-Type: application/json", body),
        Sent::Form(body) => ("POST", "Content-Type: application/x-www-form-urlencoded", body),
    };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nCookie: {cookie}\r\n{kind}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[derive(Debug, PartialEq, Eq)]
struct Parts {
    status: u16,
    /// Where the head ends, and where the body does.
    head: usize,
    end: usize,
}

/// The parts of an answer, once it is whole.
fn answered(bytes: &[u8]) -> Option<Parts> {
    let head_end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(bytes.get(..head_end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let end = if header(head, "transfer-encoding").is_some() {
        head_end + chunks_end(bytes.get(head_end..)?)?
    } else {
        let length = header(head, "content-length").and_then(|it| it.parse().ok());
        head_end + length.unwrap_or(0)
    };
    (end <= bytes.len()).then_some(Parts { status, head: head_end, end })
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Where a body in chunks ends; the last one is empty.
fn chunks_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let line = rest.windows(2).position(|it| it == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..line)?).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        at += line + 2 + size + 2;
        if bytes.len() < at {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Parts, answered};

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let head = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n";
        let of = |body: &str| answered(format!("{head}{body}").as_bytes());
        assert_eq!(of("ab"), None);
        let (head, end) = (head.len(), head.len() + 3);
        assert_eq!(of("abc"), Some(Parts { status: 201, head, end }));
        assert_eq!(answered(b"HTTP/1.1 201 Cre"), None);
    }

    #[test]
    fn a_body_in_chunks_ends_with_an_empty_one() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let of = |body: &str| answered(format!("{head}{body}").as_bytes());
        assert_eq!(of("3\r\nabc\r\n"), None);
        assert_eq!(of("3\r\nabc\r\n0\r\n"), None);
        let (head, end) = (head.len(), head.len() + 13);
        assert_eq!(of("3\r\nabc\r\n0\r\n\r\n"), Some(Parts { status: 200, head, end }));
    }
}
