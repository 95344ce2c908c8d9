//! Who asks: somebody signed in, or anybody with the code of what they asked.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderValue;
use axum::http::header::{COOKIE, HOST};
use axum::http::request::Parts;
use storage::Tx;
use storage::consultation::duty;
use storage::consultation::limit::{self, Limit};

use crate::session::SignedIn;
use crate::{App, AppState, WebError};

const COOKIE_NAME: &str = "wuzha_ask";
/// As long as a code leads somewhere for most.
const COOKIE_SECONDS: i64 = 200 * 86_400;
/// No letters or digits that look alike.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 10;

/// Somebody before the public pages.
pub(crate) struct Visitor {
    pub(crate) who: Option<SignedIn>,
    /// Whether they stand on a duty roster.
    pub(crate) is_on_duty: bool,
    /// Whence the request comes; only its keyed digest is ever kept.
    pub(crate) address: String,
    /// The code that this browser remembers.
    pub(crate) code: Option<String>,
    /// How the house is called from outside, such as `https://wuzha.example`.
    pub(crate) origin: String,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, WebError> {
        let who = match SignedIn::from_request_parts(parts, app).await {
            Ok(who) => Some(who),
            Err(WebError::SignedOut) => None,
            Err(error) => return Err(error),
        };
        let is_on_duty = match &who {
            Some(who) => {
                let mut conn = app.store.read().await?;
                !duty::units_of(&mut conn, &who.actor.account).await?.is_empty()
            }
            None => false,
        };
        let (address, code) = (address(parts, app.secure_cookies), code(parts));
        Ok(Self { who, is_on_duty, address, code, origin: origin(parts, app) })
    }
}

/// Behind a proxy, the last address that the proxy added; what a client writes
/// there itself stands before it and is not believed.
fn address(parts: &Parts, is_behind_proxy: bool) -> String {
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    if is_behind_proxy
        && let Some(last) = forwarded.and_then(|it| it.to_str().ok())
        && let Some(last) = last.rsplit(',').next()
    {
        return last.trim().chars().take(60).collect();
    }
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|it| it.0.ip().to_string()).unwrap_or_default()
}

fn code(parts: &Parts) -> Option<String> {
    let text = parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))?;
    plain_code(text)
}

fn origin(parts: &Parts, app: &App) -> String {
    if let Some(link) = app.mailer.as_ref().and_then(|mailer| mailer.link("")) {
        return link;
    }
    let host = parts.headers.get(HOST).and_then(|it| it.to_str().ok()).unwrap_or("127.0.0.1");
    let scheme = if app.secure_cookies { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// A code as it is kept: without dashes and spaces, in capitals.
pub(super) fn plain_code(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let fits = code.len() == CODE_LENGTH && code.bytes().all(|b| ALPHABET.contains(&b));
    fits.then_some(code)
}

/// A code as it is shown: `K7QM-2XHD-9P`.
pub(super) fn spelled(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let parts: Vec<String> = chars.chunks(4).map(|part| part.iter().collect()).collect();
    parts.join("-")
}

/// Fifty bits that nobody can guess.
pub(super) fn new_code() -> Result<String, WebError> {
    let mut bytes = [0_u8; CODE_LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| WebError::Internal(error.to_string()))?;
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'2');
    Ok(bytes.iter().map(|byte| char::from(letter(byte))).collect())
}

/// The cookie by which this browser finds its consultation again.
pub(super) fn cookie(app: &App, code: Option<&str>) -> Result<HeaderValue, WebError> {
    let secure = if app.secure_cookies { "; Secure" } else { "" };
    let seconds = if code.is_some() { COOKIE_SECONDS } else { 0 };
    let text = format!(
        "{COOKIE_NAME}={}; Path=/ask; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
        code.unwrap_or_default()
    );
    HeaderValue::from_str(&text).map_err(|error| WebError::Internal(error.to_string()))
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// A whole school comes from one address, and may try it together at an assembly.
const ASKS_PER_TEN_MINUTES: i64 = 600;
const ASKS_PER_DAY: i64 = 3_000;
/// All who are not signed in together.
const ASKS_PER_DAY_OF_ALL: i64 = 20_000;
const ASKS_PER_DAY_OF_ACCOUNT: i64 = 100;
const HAND_OVERS_PER_DAY: i64 = 60;
const WRONG_CODES_PER_HOUR: i64 = 20;
const WRONG_CODES_PER_HOUR_OF_ALL: i64 = 300;

impl Visitor {
    /// Counts one more question.
    pub(super) async fn may_ask(&self, tx: &mut Tx) -> Result<(), WebError> {
        let limits = match &self.who {
            Some(who) => vec![Limit {
                what: "ask-account",
                whom: &who.actor.account,
                span_ms: DAY_MS,
                most: ASKS_PER_DAY_OF_ACCOUNT,
            }],
            None => vec![
                Limit {
                    what: "ask",
                    whom: &self.address,
                    span_ms: 10 * MINUTE_MS,
                    most: ASKS_PER_TEN_MINUTES,
                },
                Limit {
                    what: "ask-day",
                    whom: &self.address,
                    span_ms: DAY_MS,
                    most: ASKS_PER_DAY,
                },
                Limit { what: "ask-all", whom: "", span_ms: DAY_MS, most: ASKS_PER_DAY_OF_ALL },
            ],
        };
        all(tx, &limits, "提问太多，请稍后再来。事情紧急请直接拨打96110，已经转账请拨打110。")
            .await
    }

    pub(super) async fn may_hand_over(&self, tx: &mut Tx) -> Result<(), WebError> {
        let limits = [Limit {
            what: "hand-over",
            whom: self.who.as_ref().map_or(&self.address, |who| &who.actor.account),
            span_ms: DAY_MS,
            most: HAND_OVERS_PER_DAY,
        }];
        all(tx, &limits, "今天从这里转给值班人员的咨询太多，请拨打96110。").await
    }

    /// Counts a wrong code; refuses once there were too many.
    pub(super) async fn wrong_code(&self, tx: &mut Tx) -> Result<(), WebError> {
        all(tx, &self.of_codes(), "查询码连续输错太多次，请一小时后再试。").await
    }
}

impl Visitor {
    /// What bounds guessing of codes.
    fn of_codes(&self) -> [Limit<'_>; 2] {
        let span_ms = 60 * MINUTE_MS;
        let own =
            Limit { what: "code", whom: &self.address, span_ms, most: WRONG_CODES_PER_HOUR };
        let all =
            Limit { what: "code-all", whom: "", span_ms, most: WRONG_CODES_PER_HOUR_OF_ALL };
        [own, all]
    }

    /// Whether there were too many wrong codes from here, or in all.
    pub(super) async fn has_guessed(&self, tx: &mut Tx) -> Result<bool, WebError> {
        for limit in self.of_codes() {
            if limit.most <= limit::count(tx, &limit).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Counts all of them, so that the longest span is right as well.
async fn all(tx: &mut Tx, limits: &[Limit<'_>], words: &str) -> Result<(), WebError> {
    let mut is_within = true;
    for it in limits {
        is_within &= limit::hit(tx, it).await?;
    }
    if is_within { Ok(()) } else { Err(WebError::TooMany(words.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_is_believed_about_the_address() {
        let request = axum::http::Request::builder()
            .header("x-forwarded-for", "198.51.100.1, 192.0.2.7")
            .extension(ConnectInfo(SocketAddr::from(([203, 0, 113, 5], 99))))
            .body(())
            .expect("a request");
        let (parts, ()) = request.into_parts();
        assert_eq!(address(&parts, false), "203.0.113.5");
        assert_eq!(address(&parts, true), "192.0.2.7");
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        assert_eq!(plain_code(" k7qm-2xhd 9p "), Some("K7QM2XHD9P".to_owned()));
        for wrong in ["", "K7QM", "K7QM2XHD9O", "K7QM2XHD9PP", "诈骗诈骗诈骗诈骗诈骗"]
        {
            assert_eq!(plain_code(wrong), None, "{wrong}");
        }
        assert_eq!(spelled("K7QM2XHD9P"), "K7QM-2XHD-9P");
        let code = new_code().expect("chance");
        assert_eq!(plain_code(&spelled(&code)), Some(code));
    }
}
