//! One browser, with or without JavaScript, gone with the value.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
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

pub struct Chrome {
    pub client: Client,
    base: String,
    driver: Child,
    _profile: TempDir,
}

impl Chrome {
    /// A fresh browser that will look at `base`.
    pub async fn open(base: &str, scripts: Scripts) -> Chrome {
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
        let options = json!({
            "args": arguments,
            "binary": "/usr/bin/chromium",
            "prefs": { "profile.managed_default_content_settings.javascript": allowed, "intl.accept_languages": "en-US" },
        });
        let capabilities = serde_json::Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts: install the Debian package chromium");
        Chrome { client, base: base.to_owned(), driver, _profile: profile }
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Signs in as `account@demo.test`, signing out whoever was there.
    pub async fn sign_in(&self, account: &str) {
        self.client.delete_all_cookies().await.unwrap();
        self.go("/sign-in").await;
        self.fill("input[name=email]", &format!("{account}@demo.test")).await;
        self.fill("input[name=password]", "steward-demo").await;
        self.click("main form button.go").await;
        self.see("nav.side").await;
    }

    /// The element, once it is there.
    pub async fn see(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css} at {}: {error}\n{}", self.at().await, self.text().await),
        }
    }

    /// Waits until the page says these words.
    pub async fn reads(&self, words: &str) {
        let until = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < until {
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
        let element = self.see(css).await;
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// The first link or button whose words contain these.
    pub async fn press(&self, words: &str) {
        let path = format!("//main//*[self::a or self::button][contains(normalize-space(.), '{words}')]");
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            Ok(element) => element.click().await.unwrap_or_else(|error| panic!("{words}: {error}")),
            Err(error) => {
                panic!("nothing to press says {words:?} at {}: {error}\n{}", self.at().await, self.text().await)
            }
        }
    }

    /// Types into an empty field.
    pub async fn fill(&self, css: &str, value: &str) {
        let element = self.see(css).await;
        element.clear().await.unwrap();
        element.send_keys(value).await.unwrap();
    }

    pub async fn close(self) {
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
