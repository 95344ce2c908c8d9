//! A small but real SMTP server on a port of its own, that can also behave as
//! servers do on bad days.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Accept,
    /// Knows no recipient.
    Refuse,
    /// Asks every sender to come back later.
    PutOff,
    /// Says nothing any more after its greeting.
    Hang,
    /// Ends the connection in the middle of the letter.
    Drop,
}

/// A letter as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    headers: String,
    body: String,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    mode: Arc<Mutex<Mode>>,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let server = Self {
            address: listener.local_addr().expect("it has an address"),
            mode: Arc::new(Mutex::new(Mode::Accept)),
            received: Arc::default(),
            connections: Arc::default(),
        };
        let answering = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *answering.connections.lock().expect("no panic") += 1;
                let answering = answering.clone();
                // A sender that goes away ends its own conversation only.
                tokio::spawn(async move { answering.talk(stream).await.ok() });
            }
        });
        server
    }

    pub(crate) fn behave(&self, mode: Mode) {
        *self.mode.lock().expect("no panic") = mode;
    }

    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().expect("no panic"))
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().expect("no panic")
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mode = *self.mode.lock().expect("no panic");
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 mx.test ESMTP\r\n").await?;
        let mut letter = Received::default();
        while let Some(line) = lines.next_line().await? {
            if mode == Mode::Hang {
                tokio::time::sleep(Duration::from_mins(1)).await;
                return Ok(());
            }
            let upper = line.to_ascii_uppercase();
            let path = || {
                let start = line.find('<').map_or(line.len(), |at| at + 1);
                line[start..].split('>').next().unwrap_or_default().to_owned()
            };
            let answer = if upper.starts_with("EHLO") {
                "250-mx.test\r\n250 SIZE 10000000"
            } else if upper.starts_with("HELO") {
                "250 mx.test"
            } else if upper.starts_with("MAIL FROM:") {
                letter = Received { from: path(), ..Received::default() };
                "250 2.1.0 sender ok"
            } else if upper.starts_with("RCPT TO:") {
                match mode {
                    Mode::Refuse => "550 5.1.1 no such mailbox here",
                    Mode::PutOff => "451 4.7.1 come back later",
                    _ if letter.from.is_empty() => "503 5.5.1 who are you",
                    _ => {
                        letter.to.push(path());
                        "250 2.1.5 recipient ok"
                    }
                }
            } else if upper == "DATA" && letter.to.is_empty() {
                "503 5.5.1 for whom"
            } else if upper == "DATA" {
                writer.write_all(b"354 go on\r\n").await?;
                if mode == Mode::Drop {
                    lines.next_line().await?;
                    return Ok(());
                }
                let mut in_body = false;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    let line = line.strip_prefix('.').unwrap_or(&line);
                    if !in_body && line.is_empty() {
                        in_body = true;
                        continue;
                    }
                    let part = if in_body { &mut letter.body } else { &mut letter.headers };
                    part.push_str(line);
                    part.push('\n');
                }
                self.received.lock().expect("no panic").push(std::mem::take(&mut letter));
                "250 2.0.0 taken"
            } else if upper == "QUIT" {
                writer.write_all(b"221 2.0.0 bye\r\n").await?;
                return Ok(());
            } else if upper == "RSET" || upper == "NOOP" {
                "250 2.0.0 fine"
            } else {
                "500 5.5.2 what"
            };
            writer.write_all(answer.as_bytes()).await?;
            writer.write_all(b"\r\n").await?;
        }
        Ok(())
    }
}

impl Received {
    /// A header's value, folded lines joined, encoded words decoded.
    pub(crate) fn header(&self, name: &str) -> String {
        let mut value = String::new();
        let mut is_ours = false;
        for line in self.headers.lines() {
            if line.starts_with([' ', '\t']) {
                if is_ours {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            let (head, rest) = line.split_once(':').expect("a header");
            is_ours = head.eq_ignore_ascii_case(name);
            if is_ours {
                value.push_str(rest.trim());
            }
        }
        decode_words(&value)
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.headers.is_ascii() && self.body.is_ascii()
    }

    pub(crate) fn text(&self) -> String {
        let bytes = match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => {
                STANDARD.decode(self.body.replace('\n', "")).expect("the body is base64")
            }
            "quoted-printable" => quoted(&self.body.replace("=\n", "")),
            _ => self.body.clone().into_bytes(),
        };
        String::from_utf8(bytes).expect("the body is UTF-8").replace("\r\n", "\n")
    }
}

/// RFC 2047: `=?utf-8?b?…?=`; white space between two encoded words is nothing.
fn decode_words(text: &str) -> String {
    let mut out = String::new();
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (plain, word) = rest.split_at(start);
        if !plain.trim().is_empty() || bytes.is_empty() {
            out.push_str(&String::from_utf8(std::mem::take(&mut bytes)).expect("UTF-8"));
            out.push_str(plain);
        }
        let mut parts = word[2..].splitn(3, '?');
        let (charset, how) = (parts.next().expect("charset"), parts.next().expect("how"));
        assert!(charset.eq_ignore_ascii_case("utf-8"), "{charset}");
        let (content, after) =
            parts.next().and_then(|it| it.split_once("?=")).expect("an encoded word ends");
        bytes.extend(match how {
            "b" | "B" => STANDARD.decode(content).expect("base64"),
            _ => quoted(&content.replace('_', " ")),
        });
        rest = after;
    }
    out.push_str(&String::from_utf8(bytes).expect("UTF-8"));
    out.push_str(rest);
    out
}

fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let pair: Vec<u8> = bytes.by_ref().take(2).collect();
        let pair = String::from_utf8(pair).expect("two digits");
        out.push(u8::from_str_radix(&pair, 16).expect("hexadecimal"));
    }
    out
}
