//! Who asks: a random token in a strict cookie, looked up by its digest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use campaign::access::Actor;
use storage::session::{self, Session};
use storage::{Tx, account, notification};

use crate::{App, AppState, WebError};

const COOKIE_NAME: &str = "wuzha_session";
const LIFETIME_MS: i64 = 12 * 3_600_000;
/// How long a looked-up session is trusted without asking the database again;
/// changes made through this process clear it at once.
const CACHED_MS: i64 = 15_000;
const CACHE_MAX: usize = 20_000;

/// The person behind a request.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub actor: Actor,
    pub name: String,
    /// Digest of the session in use, to mark it in the list.
    pub session: String,
    pub must_change_password: bool,
    /// Notifications not read yet.
    pub unread: i64,
}

/// Sessions looked up lately.
#[derive(Default)]
pub struct SessionCache(Mutex<HashMap<String, (SignedIn, i64)>>);

impl SessionCache {
    fn get(&self, digest: &str, now: i64) -> Option<SignedIn> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache
            .get(digest)
            .filter(|(_, at)| (0..CACHED_MS).contains(&(now - at)))
            .map(|(signed_in, _)| signed_in.clone())
    }

    fn put(&self, digest: String, signed_in: SignedIn, now: i64) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if CACHE_MAX <= cache.len() {
            cache.clear();
        }
        cache.insert(digest, (signed_in, now));
    }

    /// Called when something that one account sees of itself changes.
    pub fn forget(&self, account: &str) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.retain(|_, (signed_in, _)| signed_in.actor.account != account);
    }

    /// Called whenever an account, its roles or a session changes.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, WebError> {
        let token = token(&parts.headers).ok_or(WebError::SignedOut)?;
        let digest = session::digest(token);
        let now = app.clock.now();
        if let Some(signed_in) = app.sessions.get(&digest, now) {
            return Ok(signed_in);
        }
        let signed_in = look_up(app, &digest, now).await?;
        app.sessions.put(digest, signed_in.clone(), now);
        Ok(signed_in)
    }
}

async fn look_up(app: &App, digest: &str, now: i64) -> Result<SignedIn, WebError> {
    let mut conn = app.store.read().await?;
    let session = session::find(&mut conn, digest, now).await?.ok_or(WebError::SignedOut)?;
    let account = account::by_id(&mut conn, &session.account)
        .await?
        .filter(|account| account.disabled_at.is_none())
        .ok_or(WebError::SignedOut)?;
    let today = crate::clock::date_of(now).to_string();
    let actor = account::actor(&mut conn, &account, &today).await?;
    let unread = notification::unread(&mut conn, &account.id).await?;
    Ok(SignedIn {
        actor,
        name: account.display_name,
        session: session.token_digest,
        must_change_password: account.must_change_password,
        unread,
    })
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// A token that nobody can guess.
pub fn new_token() -> Result<String, WebError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Opens a session in `tx` and returns the cookie for it.
pub async fn open(
    app: &App,
    tx: &mut Tx,
    account: &str,
    headers: &HeaderMap,
) -> Result<HeaderValue, WebError> {
    let token = new_token()?;
    let now = app.clock.now();
    let agent: String = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("未知设备")
        .chars()
        .take(200)
        .collect();
    let session = Session {
        token_digest: session::digest(&token),
        account: account.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + LIFETIME_MS,
        agent,
    };
    session::open(tx, &session).await?;
    cookie(app, &token, LIFETIME_MS / 1_000)
}

/// The cookie that makes the browser forget its session.
pub fn closing_cookie(app: &App) -> Result<HeaderValue, WebError> {
    cookie(app, "", 0)
}

fn cookie(app: &App, token: &str, seconds: i64) -> Result<HeaderValue, WebError> {
    // Lax, not Strict: a link in a chat group must open the signed-in page.
    let secure = if app.secure_cookies { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&text).map_err(|error| WebError::Internal(error.to_string()))
}

/// The header name for cookies, so that handlers need not import it.
pub const SET: axum::http::HeaderName = SET_COOKIE;
