//! The real router over real databases, time standing still. A test says what
//! is asked and what is answered; nothing here mocks anything.

#![allow(dead_code, reason = "each test file uses its own part of this")]

pub(crate) mod school;
pub(crate) mod workbook;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
pub(crate) use storage::Location;
use storage::Store;
use storage::seal::Sealer;
use tower::ServiceExt as _;
use web::clock::{Clock, start_of};
use web::mail::Mailer;
use web::{App, AppState, Opening};

/// 2022-03-15 10:00 in Shanghai.
pub(crate) fn still_clock() -> Clock {
    let now = start_of(jiff::civil::Date::constant(2022, 3, 15)) + 10 * 3_600_000;
    Clock::new(move || now)
}

/// One empty house per engine.
pub(crate) async fn houses() -> Vec<(&'static str, AppState)> {
    let mut houses = Vec::new();
    for (engine, place) in places() {
        houses.push((engine, open(&place, still_clock(), None).await));
    }
    houses
}

/// Opens a house, or one more process on the same data.
pub(crate) async fn open(place: &Location, clock: Clock, mailer: Option<Mailer>) -> AppState {
    let store = Store::open(place, Sealer::new(&[7; 32])).await.expect("the tenant opens");
    let files = std::env::temp_dir().join("wuzha-tests").join(uuid::Uuid::now_v7().to_string());
    let opening = Opening {
        store,
        clock,
        files,
        documents: office::text::Reader::default(),
        mailer,
        secure_cookies: false,
        setup_code: Some("启动码-1".to_owned()),
    };
    App::open(opening).await.expect("the house opens")
}

/// Where an empty house can be, per engine.
pub(crate) fn places() -> Vec<(&'static str, Location)> {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let folder = std::env::temp_dir().join("wuzha-tests");
    let mut places = vec![("SQLite", Location::Sqlite(folder.join(format!("{id}.db"))))];
    match std::env::var("WUZHA_TEST_POSTGRES") {
        Ok(url) => {
            places.push(("PostgreSQL", Location::Postgres { url, schema: format!("t{id}") }));
        }
        Err(_) => println!("skipped on PostgreSQL: WUZHA_TEST_POSTGRES is not set"),
    }
    places
}

/// A small picture.
pub(crate) fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 4) as u8, (y * 5) as u8, 90]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("encodes");
    bytes.into_inner()
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

/// A browser with a cookie jar of one.
pub(crate) struct Browser {
    app: AppState,
    cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new(app: &AppState) -> Self {
        Self { app: app.clone(), cookie: None }
    }

    /// Signed in by a session that a test has opened.
    pub(crate) fn signed_in(app: &AppState, token: &str) -> Self {
        Self { app: app.clone(), cookie: Some(format!("wuzha_session={token}")) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form: pairs are encoded here.
    pub(crate) async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let encoded = web::path::with_query("", pairs);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(encoded.trim_start_matches('?').to_owned()))
            .expect("a request");
        self.send(request).await
    }

    /// Sends a form with a file.
    pub(crate) async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!(
                "--cut-7\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.bytes());
        }
        let head = format!(
            "--cut-7\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n--cut-7--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut-7")
            .body(Body::from(body))
            .expect("a request");
        self.send(request).await
    }

    /// A file: its bytes, as they are.
    pub(crate) async fn bytes(&mut self, mut request: Request<Body>) -> (StatusCode, Vec<u8>) {
        if let Some(cookie) = &self.cookie {
            let value = cookie.parse().expect("a cookie");
            request.headers_mut().insert(header::COOKIE, value);
        }
        let response =
            web::router(self.app.clone()).oneshot(request).await.expect("the router answers");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.expect("a body");
        (status, bytes.to_vec())
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if let Some(cookie) = &self.cookie {
            let value = cookie.parse().expect("a cookie");
            request.headers_mut().insert(header::COOKIE, value);
        }
        let response =
            web::router(self.app.clone()).oneshot(request).await.expect("the router answers");
        let text = |name| {
            response.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
        };
        let (location, cookie) = (text(header::LOCATION), text(header::SET_COOKIE));
        if let Some(pair) = cookie.as_deref().and_then(|it| it.split(';').next()) {
            self.cookie = Some(pair.to_owned());
        }
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.expect("a body");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, location, cookie, body }
    }

    /// Does the first run, leaving the administrator `admin` signed in.
    pub(crate) async fn set_up(&mut self, kind: &str) {
        let pairs = [
            ("code", "启动码-1"),
            ("body_name", "青禾区教育局"),
            ("body_kind", kind),
            ("stage", "primary"),
            ("display_name", "周管理"),
            ("sign_in_name", "admin-zhou"),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let answer = self.post("/setup", &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
}

pub(crate) const PASSWORD: &str = "spring-River-27";
