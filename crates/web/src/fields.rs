//! A form in which one name may come many times, such as ticked boxes.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use crate::{AppState, WebError};

/// The pairs of an urlencoded form, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl FromRequest<AppState> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, WebError> {
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|_| WebError::invalid("表单没有传完或太大，请重新提交。"))?;
        Ok(Self(parse(&bytes)))
    }
}

impl Fields {
    /// The first value of a name; empty if there is none.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(at).unwrap_or((pair, &[]));
            (decoded(name), decoded(value.strip_prefix(b"=").unwrap_or(value)))
        })
        .collect()
}

fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let pair = tail.first().zip(tail.get(1)).and_then(|(high, low)| {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            Some((digit(high)? * 16 + digit(low)?) as u8)
        });
        match (byte, pair) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_browsers_write_them() {
        let fields = Fields(parse("id=a%3A1&id=b&reason=%E7%85%A7+x%&empty=&bare".as_bytes()));
        assert_eq!(fields.all("id").collect::<Vec<_>>(), ["a:1", "b"]);
        assert_eq!(fields.get("reason"), "照 x%");
        assert_eq!((fields.get("empty"), fields.get("bare"), fields.get("none")), ("", "", ""));
    }
}
