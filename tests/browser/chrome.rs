//! One browser, with or without JavaScript, gone with the value.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::cookies::Cookie;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// What the pages are looked at on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Desk,
    /// As wide as most phones: 390 pixels.
    Phone,
}

pub struct Chrome {
    pub client: Client,
    pub scripts: Scripts,
    base: String,
    driver: Child,
    /// Sessions of the accounts that were here, so that each signs in once.
    sessions: RefCell<HashMap<String, Vec<Cookie<'static>>>>,
    _profile: TempDir,
}

impl Chrome {
    /// A fresh browser on a desk that will look at `base`.
    pub async fn open(base: &str, scripts: Scripts) -> Chrome {
        Chrome::open_on(Screen::Desk, base, scripts).await
    }

    pub async fn open_on(screen: Screen, base: &str, scripts: Scripts) -> Chrome {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: install the Debian packages chromium and chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = lines
            .find_map(|line| {
                line.ok()?.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        std::thread::spawn(move || lines.for_each(drop));

        let profile = TempDir::new().unwrap();
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            "--lang=en-US".to_owned(),
            "--window-size=1280,1000".to_owned(),
        ];
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let allowed = if scripts == Scripts::On { 1 } else { 2 };
        let mut options = json!({
            "args": arguments,
            "binary": "/usr/bin/chromium",
            "prefs": { "profile.managed_default_content_settings.javascript": allowed, "intl.accept_languages": "en-US" },
        });
        if screen == Screen::Phone {
            // Not with touch: then chromium without scripts answers no click.
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0, "touch": false } });
        }
        let capabilities = serde_json::Map::from_iter([
            ("goog:chromeOptions".to_owned(), options),
            ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" })),
        ]);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts: install the Debian package chromium");
        let sessions = RefCell::default();
        Chrome { client, scripts, base: base.to_owned(), driver, sessions, _profile: profile }
    }

    /// Opens a page, which must be there for who is signed in.
    pub async fn go(&self, path: &str) {
        let status = self.answer(path).await;
        assert_eq!(status, 200, "{path} at {}:\n{}", self.at().await, self.text().await);
    }

    /// Opens a page and says with which status it was answered.
    pub async fn answer(&self, path: &str) -> u64 {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.client.execute(status, Vec::new()).await.unwrap().as_u64().unwrap()
    }

    /// Goes on as `account@demo.test`, signing in where this browser has not yet.
    pub async fn sign_in(&self, account: &str) {
        self.leave().await;
        let known = self.sessions.borrow().get(account).cloned();
        if let Some(cookies) = known {
            for cookie in cookies {
                self.client.add_cookie(cookie).await.unwrap();
            }
            return;
        }
        self.go("/sign-in").await;
        self.fill("input[name=email]", &format!("{account}@demo.test")).await;
        self.fill("input[name=password]", "steward-demo").await;
        self.click("main form button.go").await;
        self.see("nav.side, nav.bar").await;
        let cookies = self.client.get_all_cookies().await.unwrap();
        self.sessions.borrow_mut().insert(account.to_owned(), cookies);
    }

    /// Nobody is signed in here any more; the sessions go on.
    pub async fn leave(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }

    /// The element, once it is there.
    pub async fn see(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css} at {}: {error}\n{}", self.at().await, self.text().await),
        }
    }

    /// The element that an XPath finds, once it is there.
    pub async fn see_at(&self, path: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await {
            Ok(element) => element,
            Err(error) => panic!("no {path} at {}: {error}\n{}", self.at().await, self.text().await),
        }
    }

    /// Waits until the page says these words.
    pub async fn reads(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not say {words:?}:\n{}", self.at().await, self.text().await);
    }

    /// What the page says, with every space the same.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default().replace('\u{a0}', " "),
            Err(_) => String::new(),
        }
    }

    pub async fn at(&self) -> String {
        self.client.current_url().await.map(|url| url.path().to_owned()).unwrap_or_default()
    }

    pub async fn click(&self, css: &str) {
        self.strike(Locator::Css(css), css).await;
    }

    /// The first link or button of the page whose words contain these.
    pub async fn press(&self, words: &str) {
        self.press_in("//main", words).await;
    }

    /// The first link or button whose words contain these, below what `place` (an XPath) finds.
    pub async fn press_in(&self, place: &str, words: &str) {
        let path =
            format!("{place}//*[self::a or self::button or self::summary][contains(normalize-space(.), '{words}')]");
        self.strike(Locator::XPath(&path), words).await;
    }

    /// Clicks, again where a preview has just put a new button in the place of the one that was found. What may stand
    /// under the bar at the foot is scrolled to the middle first, as a person would.
    pub async fn strike(&self, place: Locator<'_>, name: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let struck = match self.client.find(place).await {
                Ok(element) => {
                    let middle = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
                    let place = serde_json::to_value(&element).unwrap();
                    match self.client.execute(middle, vec![place]).await {
                        Ok(_) => element.click().await,
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            };
            match struck {
                Ok(()) => return,
                Err(error) if Instant::now() > until => {
                    panic!("{name:?} cannot be pressed at {}: {error}\n{}", self.at().await, self.text().await)
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Types into a field in the place of what is there.
    pub async fn fill(&self, css: &str, value: &str) {
        let element = self.see(css).await;
        element.clear().await.unwrap();
        element.send_keys(value).await.unwrap();
    }

    /// What a field holds now.
    pub async fn value(&self, css: &str) -> String {
        self.see(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Types an ISO date ("2026-12-22") into a date field as an American keyboard would.
    pub async fn date(&self, css: &str, iso: &str) {
        let parts: Vec<&str> = iso.split('-').collect();
        self.see(css).await.send_keys(&format!("{}{}{}", parts[1], parts[2], parts[0])).await.unwrap();
        assert_eq!(self.value(css).await, iso, "{css}");
    }

    /// Types "18:00" into a time field.
    pub async fn time(&self, css: &str, clock: &str) {
        let (hour, minute) = clock.split_once(':').unwrap();
        let hour: u32 = hour.parse().unwrap();
        let (twelve, half) =
            (if hour.is_multiple_of(12) { 12 } else { hour % 12 }, if hour < 12 { "AM" } else { "PM" });
        self.see(css).await.send_keys(&format!("{twelve:02}{minute}{half}")).await.unwrap();
        assert_eq!(self.value(css).await, clock, "{css}");
    }

    /// Chooses the option with these words.
    pub async fn choose(&self, css: &str, label: &str) {
        self.see(css).await.select_by_label(label).await.unwrap_or_else(|error| panic!("{css}, {label}: {error}"));
    }

    /// Where every element of `css` leads.
    pub async fn links(&self, css: &str) -> Vec<String> {
        let mut found = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await.unwrap() {
            found.extend(element.attr("href").await.unwrap());
        }
        found
    }

    /// What the API answers to who is signed in here.
    pub async fn json(&self, path: &str) -> serde_json::Value {
        let ask = "const ask = new XMLHttpRequest(); ask.open('GET', arguments[0], false); ask.send(); \
                   return JSON.parse(ask.responseText)";
        self.client.execute(ask, vec![json!(path)]).await.unwrap()
    }

    /// What a count beside a link says; none is 0.
    pub async fn figure(&self, css: &str) -> u64 {
        match self.client.find(Locator::Css(css)).await {
            Ok(count) => count.text().await.unwrap_or_default().trim().parse().unwrap_or(0),
            Err(_) => 0,
        }
    }

    /// Waits until that count says so much.
    pub async fn counts(&self, css: &str, wanted: u64) {
        let until = Instant::now() + PATIENCE;
        while self.figure(css).await != wanted {
            assert!(Instant::now() < until, "{css} says {}, not {wanted}", self.figure(css).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How much wider than the screen the page is, in CSS pixels.
    pub async fn too_wide(&self) -> i64 {
        let measure = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.client.execute(measure, Vec::new()).await.unwrap().as_i64().unwrap()
    }

    /// What the browser complained of since it was asked last: errors of scripts, what the policy refused, what could
    /// not be loaded.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(BrowserLog).await.unwrap();
        let severe = |entry: &&serde_json::Value| entry["level"] == "SEVERE";
        let words = |entry: &serde_json::Value| format!("{}: {}", entry["source"], entry["message"]);
        log.as_array().unwrap().iter().filter(severe).map(words).collect()
    }

    /// Ends the browser, which must have had nothing to complain of but answers like 422 that a journey provokes.
    pub async fn close(self) {
        let mut complaints = self.complaints().await;
        complaints.retain(|complaint| !complaint.starts_with("\"network\""));
        // While the program starts again, pages that are open try in vain to hear from it.
        complaints.retain(|complaint| !complaint.contains("WebSocket connection to"));
        assert!(complaints.is_empty(), "{complaints:#?}");
        // A browser that is gone already has nothing to say.
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Chromedriver's own command for what stands in the console.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
