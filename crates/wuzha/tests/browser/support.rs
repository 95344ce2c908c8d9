//! A real Chromium against the real binary with a real database of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;

/// How often a page that changes under the hand is asked again.
const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// The server under test; it ends with the test.
pub(crate) struct House {
    child: Child,
    pub(crate) url: String,
    pub(crate) setup_code: String,
    folder: PathBuf,
}

impl House {
    /// Starts `wuzha serve` on a free port. `database` is None for SQLite.
    pub(crate) fn start(database: Option<&str>) -> Self {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let folder = std::env::temp_dir().join(format!("wuzha-browser-{id}"));
        let port = free_port();
        // A release build, where it is measured.
        let program = std::env::var("WUZHA_TEST_PROGRAM");
        let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_wuzha").to_owned());
        let mut command = Command::new(program);
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(&folder)
            .stderr(Stdio::piped());
        if let Some(url) = database {
            command.args(["--database-url", url, "--schema", &format!("b{id}")]);
        }
        let mut child = command.spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let mut setup_code = String::new();
        for line in lines.by_ref() {
            let line = line.expect("a line");
            if let Some((_, code)) = line.split_once("启动码 ") {
                code.trim().clone_into(&mut setup_code);
            }
            if line.contains("listening") {
                break;
            }
        }
        // Somebody must read on, or the pipe fills and the server stands still.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}"), setup_code, folder }
    }

    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A file on disk for a form to take; it goes with the house.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let folder = self.folder.join("for-upload");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("kept");
        path
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// ChromeDriver and one browser window.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    pub(crate) page: Client,
}

impl Browser {
    pub(crate) async fn open(width: u32, height: u32) -> Self {
        let program =
            std::env::var("WUZHA_TEST_CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        let port = free_port();
        let driver = Command::new(&program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("浏览器测试需要 {program}（apt-get install chromium chromium-driver）：{error}"));
        let options = serde_json::json!({
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--lang=zh-CN", format!("--window-size={width},{height}"),
            ]},
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities: Capabilities = options.as_object().expect("an object").clone();
        let mut tries = 0;
        let page = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone());
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(page) => break page,
                Err(error) if tries == 50 => panic!("no browser: {error}"),
                Err(_) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        };
        Self { driver, port, page }
    }

    /// What the browser complained of since it was asked last: scripts that broke,
    /// files that were not there, what the policy forbade.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        use std::io::{Read as _, Write as _};
        let session = self.page.session_id().await.expect("a session").unwrap_or_default();
        let body = r#"{"type":"browser"}"#;
        let asked = format!(
            "POST /session/{session}/se/log HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let mut driver =
            std::net::TcpStream::connect(("127.0.0.1", self.port)).expect("the driver");
        driver.write_all(asked.as_bytes()).expect("asks");
        // The driver keeps the line open: its head says how much comes.
        let mut answer = BufReader::new(driver);
        let (mut line, mut length) = (String::new(), 0);
        while answer.read_line(&mut line).expect("a head") > 2 {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            }
            line.clear();
        }
        let mut json = vec![0; length];
        answer.read_exact(&mut json).expect("an answer");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        let lines = json["value"].as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING")
            .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.page.goto(url).await.expect("the page opens");
    }

    /// Types into the field of this name. A field of the page that is just
    /// being left goes stale: the next page's is asked for.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let css = format!("[name={name}]");
        let types = async || {
            let field = self.find(&css).await;
            field.clear().await?;
            field.send_keys(text).await
        };
        self.insist(&format!("type into {css}"), types).await;
    }

    /// Does something to the page that may just be giving way to the next one,
    /// until it is done there.
    async fn insist(&self, what: &str, act: impl AsyncFn() -> Result<(), CmdError>) {
        for _ in 0..TRIES {
            match act().await {
                Ok(()) => return,
                Err(error) if gave_way(&error) => {}
                Err(error) => panic!("cannot {what} at {}: {error}", self.here().await),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("cannot {what}: nothing stands still at {}", self.here().await);
    }

    pub(crate) async fn choose(&self, name: &str, value: &str) {
        let field = self.find(&format!("select[name={name}]")).await;
        field.select_by_value(value).await.expect("chooses");
    }

    /// Sets a field whose typing depends on the browser's language, as dates do.
    pub(crate) async fn set(&self, name: &str, value: &str) {
        let field = self.find(&format!("[name={name}]")).await;
        let script = "arguments[0].value = arguments[1];
            arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
        let field = serde_json::to_value(field).expect("an element");
        self.page.execute(script, vec![field, value.into()]).await.expect("is set");
    }

    /// What stands in the field of this name.
    pub(crate) async fn value(&self, name: &str) -> String {
        let field = self.find(&format!("[name={name}]")).await;
        field.prop("value").await.expect("a field").unwrap_or_default()
    }

    pub(crate) async fn attach(&self, name: &str, file: &Path) {
        let field = self.find(&format!("input[type=file][name={name}]")).await;
        field.send_keys(&file.to_string_lossy()).await.expect("the file is taken");
    }

    /// Clicks what this selector finds.
    pub(crate) async fn click(&self, css: &str) {
        let clicks = async || {
            let element = self.find(css).await;
            self.show(&element).await?;
            element.click().await
        };
        self.insist(&format!("click {css}"), clicks).await;
    }

    /// Opens the part of the page that is folded away under these words.
    pub(crate) async fn unfold(&self, words: &str) {
        let path = format!("//summary[normalize-space()='{words}']");
        let summary = self.find_at(Locator::XPath(&path), words).await;
        self.show(&summary).await.expect("comes into sight");
        let script = "return arguments[0].parentElement.open";
        let argument = serde_json::to_value(&summary).expect("an element");
        let is_open = self.page.execute(script, vec![argument]).await.expect("looks");
        if is_open != serde_json::Value::Bool(true) {
            summary.click().await.expect("opens");
        }
    }

    /// Opens a page again and again until it shows these words: what is looked
    /// for in the background takes its moment.
    pub(crate) async fn eventually(&self, url: &str, words: &str) {
        for _ in 0..100 {
            self.goto(url).await;
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(PAUSE * 2).await;
        }
        panic!("“{words}” never came to {url}:\n{}", self.text().await);
    }

    /// Selectors of the boxes of this name that can be ticked.
    pub(crate) async fn ticks(&self, name: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll('input[type=checkbox]:not(:disabled)')]
            .filter((it) => it.name === arguments[0]).map((it) => it.value)";
        let found = self.page.execute(script, vec![name.into()]).await.expect("looks");
        let values: Vec<String> = serde_json::from_value(found).expect("values");
        values.iter().map(|value| format!("input[name='{name}'][value='{value}']")).collect()
    }

    /// Where the first link leads whose words contain these.
    pub(crate) async fn link(&self, words: &str) -> String {
        let script = "const it = [...document.querySelectorAll('main a')]
            .find((a) => a.textContent.includes(arguments[0])); return it ? it.href : '';";
        let found = self.page.execute(script, vec![words.into()]).await.expect("looks");
        let href = found.as_str().unwrap_or_default().to_owned();
        assert!(
            !href.is_empty(),
            "no link “{words}” at {}:\n{}",
            self.here().await,
            self.text().await
        );
        href
    }

    /// The texts of everything that this selector finds.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((it) => it.textContent)";
        let found = self.page.execute(script, vec![css.into()]).await.expect("looks");
        serde_json::from_value(found).expect("texts")
    }

    /// Fetches a file as the person signed in here would.
    pub(crate) async fn download(&self, url: &str) -> Vec<u8> {
        let script = "const [url, done] = arguments;
            fetch(url).then(async (it) => {
                if (!it.ok) throw new Error(it.status + ' ' + await it.text());
                done([...new Uint8Array(await it.arrayBuffer())]);
            }).catch((error) => done(String(error)));";
        let came = self.page.execute_async(script, vec![url.into()]).await.expect("fetches");
        assert!(came.is_array(), "{url}: {came}");
        serde_json::from_value(came).expect("bytes")
    }

    /// Leaves whoever is here and signs in.
    pub(crate) async fn sign_in(&self, house: &House, name: &str, password: &str) {
        self.page.delete_all_cookies().await.expect("forgets");
        self.goto(&house.path("/sign-in")).await;
        self.fill("sign_in_name", name).await;
        self.fill("password", password).await;
        self.press("登录").await;
        for _ in 0..200 {
            if !self.here().await.contains("/sign-in") {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{name} cannot sign in:\n{}", self.text().await);
    }

    pub(crate) async fn find(&self, css: &str) -> Element {
        self.find_at(Locator::Css(css), css).await
    }

    async fn find_at(&self, place: Locator<'_>, what: &str) -> Element {
        match self.page.wait().at_most(Duration::from_secs(20)).for_element(place).await {
            Ok(element) => element,
            Err(error) => panic!("no “{what}” at {}: {error}", self.here().await),
        }
    }

    /// Brings it to the middle, as a person would: the bar of phone pages lies
    /// over the lower edge.
    async fn show(&self, element: &Element) -> Result<(), CmdError> {
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        let argument = serde_json::to_value(element).expect("an element");
        self.page.execute(script, vec![argument]).await.map(drop)
    }

    /// Clicks the link or button with these words, and waits until the page that
    /// a form sends it to is there: what comes next must not look at the old one.
    pub(crate) async fn press(&self, words: &str) {
        let path = format!("//*[self::a or self::button][normalize-space()='{words}']");
        let presses = async || {
            let element = self.find_at(Locator::XPath(&path), words).await;
            self.show(&element).await?;
            self.page.execute(NOTES_THE_WAY, Vec::new()).await?;
            element.click().await
        };
        self.insist(&format!("press “{words}”"), presses).await;
        self.arrives(words).await;
    }

    /// Waits until the page that is being left has gone.
    async fn arrives(&self, words: &str) {
        for _ in 0..400 {
            let way = self.page.execute("return window.theWay || ''", Vec::new()).await;
            if way.is_ok_and(|way| way.as_str() != Some("leaves")) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("“{words}” leads nowhere from {}", self.here().await);
    }

    /// What the page says now; nothing while one page gives way to the next.
    pub(crate) async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        match self.page.execute(script, Vec::new()).await {
            Ok(said) => said.as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page shows these words.
    pub(crate) async fn sees(&self, words: &str) {
        for _ in 0..200 {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("“{words}” is not at {}:\n{}", self.here().await, self.text().await);
    }

    pub(crate) async fn here(&self) -> String {
        self.page.current_url().await.map_or_else(|_| "?".to_owned(), |url| url.to_string())
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.page.set_window_size(width, height).await.expect("resizes");
    }

    /// Nothing stands out to the right: no page scrolls sideways.
    pub(crate) async fn fits_the_width(&self) {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let over = self.page.execute(script, Vec::new()).await.expect("measures");
        let over = over.as_i64().unwrap_or_default();
        assert!(over <= 1, "{} is {over} px too wide", self.here().await);
    }

    /// Keeps a picture where `WUZHA_TEST_SCREENSHOTS` says, for people to look at.
    pub(crate) async fn picture(&self, name: &str) {
        if let Ok(folder) = std::env::var("WUZHA_TEST_SCREENSHOTS") {
            let png = self.page.screenshot().await.expect("a picture");
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).expect("kept");
        }
    }

    pub(crate) async fn close(self) {
        let Self { mut driver, page, .. } = self;
        // The window may be gone with its driver; that is the end asked for.
        let _ = page.close().await;
        let _ = driver.kill();
        let _ = driver.wait();
    }
}

/// Remembers in the window whether a form was sent from it. The window's own
/// script is asked last, so that what a page answers by itself counts as staying;
/// a new page knows nothing of it.
const NOTES_THE_WAY: &str = "window.theWay = '';
    addEventListener('submit', (event) => {
        window.theWay = event.defaultPrevented ? 'stays' : 'leaves';
    }, { once: true });";

/// Whether the page gave way to the next one while it was asked: what stood on it
/// has gone, in one of the driver's several words for that.
fn gave_way(error: &CmdError) -> bool {
    error.is_stale_element_reference()
        || error.to_string().contains("does not belong to the document")
}

/// Where to run: SQLite always, PostgreSQL where the test command started one.
pub(crate) fn databases() -> Vec<Option<String>> {
    let mut places = vec![None];
    match std::env::var("WUZHA_TEST_POSTGRES") {
        Ok(url) => places.push(Some(url)),
        Err(_) => println!("skipped on PostgreSQL: WUZHA_TEST_POSTGRES is not set"),
    }
    places
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
