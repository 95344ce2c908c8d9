//! A bare HTTP client that keeps its connection: it must not cost more than the
//! server that it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(super) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Posts JSON under a session and answers the status.
    pub(super) async fn post(
        &mut self,
        path: &str,
        token: &str,
        body: &str,
    ) -> anyhow::Result<u16> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nCookie: wuzha_session={token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if let Some((status, whole)) = answered(&self.buffer)
                && whole <= self.buffer.len()
            {
                return Ok(status);
            }
            let read = self.stream.read_buf(&mut self.buffer).await?;
            anyhow::ensure!(0 < read, "连接中断");
        }
    }
}

/// Status and whole length of an answer, once its head is there.
fn answered(bytes: &[u8]) -> Option<(u16, usize)> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, end + length.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::answered;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let text = b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nab";
        assert_eq!(answered(text), Some((201, text.len() + 1)));
        assert_eq!(answered(b"HTTP/1.1 201 Cre"), None);
    }
}
