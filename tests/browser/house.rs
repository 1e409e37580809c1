//! The program itself, serving a small demo company on loopback, with a real mail server behind it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub struct House {
    program: Child,
    mail: Child,
    /// Where the mail server listens, on loopback.
    pub mail_port: u16,
    folder: TempDir,
    pub address: String,
}

impl House {
    /// Makes the company and serves it.
    pub fn open() -> House {
        let folder = TempDir::new().unwrap();
        let (mail, mail_port) = mail_server(&folder.path().join("mail"));
        let data = folder.path().join("demo");
        let program = env!("CARGO_BIN_EXE_steward");
        let made = Command::new(program)
            .args(["demo", "--only-make", "--employees", "30", "--data"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut serve = Command::new(program)
            .args(["serve", "--port", "0", "--data"])
            .arg(&data)
            .env("STEWARD_SMTP_HOST", "127.0.0.1")
            .env("STEWARD_SMTP_PORT", mail_port.to_string())
            .env("STEWARD_SMTP_SECURITY", "plain")
            .env("STEWARD_SMTP_FROM", "hr@nordlicht.test")
            .env("STEWARD_LOG_LEVEL", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(serve.stdout.take().unwrap()).lines();
        let line =
            lines.find_map(|line| line.ok().filter(|line| line.contains("listens on "))).expect("the program listens");
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.rsplit_once("on ").unwrap().1.trim().to_owned();
        House { program: serve, mail, mail_port, folder, address }
    }

    /// Serves an empty folder: nobody is here yet. Answers with the link that set-up begins with.
    pub fn empty() -> (House, String) {
        let folder = TempDir::new().unwrap();
        let (mail, mail_port) = mail_server(&folder.path().join("mail"));
        let data = folder.path().join("demo");
        let program = env!("CARGO_BIN_EXE_steward");
        let mut serve = Command::new(program)
            .args(["serve", "--port", "0", "--data"])
            .arg(&data)
            .env("STEWARD_LISTEN", "127.0.0.1")
            .env("STEWARD_ALLOW_PLAIN_HTTP", "loopback")
            .env("STEWARD_LOG_LEVEL", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(serve.stdout.take().unwrap()).lines();
        let line =
            lines.find_map(|line| line.ok().filter(|line| line.contains("listens on "))).expect("the program listens");
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.rsplit_once("on ").unwrap().1.trim().to_owned();
        let link = Command::new(program).args(["setup-url", "--data"]).arg(&data).output().unwrap();
        assert!(link.status.success(), "{}", String::from_utf8_lossy(&link.stderr));
        let link = String::from_utf8(link.stdout).unwrap().trim().to_owned();
        let path = link[link.find("/set-up/").expect("a link to the set-up page")..].to_owned();
        (House { program: serve, mail, mail_port, folder, address }, path)
    }

    /// Files below the organization's folder.
    pub fn organization(&self) -> PathBuf {
        self.folder.path().join("demo/orgs/nordlicht")
    }

    /// Waits for a mail to this address whose text holds these words, and answers it with its lines joined again.
    pub async fn mail(&self, to: &str, words: &str) -> String {
        let until = Instant::now() + Duration::from_secs(30);
        let addressed = format!("X-Envelope-To: {to}");
        while Instant::now() < until {
            for entry in std::fs::read_dir(self.folder.path().join("mail")).unwrap().flatten() {
                let letter = unfolded(&std::fs::read_to_string(entry.path()).unwrap_or_default());
                if letter.contains(&addressed) && letter.contains(words) {
                    return letter;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no mail to {to} says {words:?}");
    }

    /// Kills the program as a power cut would, and starts it again on the same folder and port.
    pub fn kill_and_start(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
        let port = self.address.rsplit_once(':').unwrap().1.to_owned();
        let mut serve = Command::new(env!("CARGO_BIN_EXE_steward"))
            .args(["serve", "--port", &port, "--data"])
            .arg(self.folder.path().join("demo"))
            .env("STEWARD_LOG_LEVEL", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(serve.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line.contains("listens on "))), "the program starts again");
        std::thread::spawn(move || lines.for_each(drop));
        self.program = serve;
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.mail] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Long lines of a mail are cut, with "=" at the cut and "=3D" for what was one.
fn unfolded(letter: &str) -> String {
    letter.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
}

fn mail_server(folder: &Path) -> (Child, u16) {
    std::fs::create_dir_all(folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smtp_server.py");
    let mut child = Command::new("/usr/bin/python3")
        .arg(script)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("/usr/bin/python3: install the Debian packages python3 and python3-aiosmtpd");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let Ok(port) = line.trim().parse() else {
        let mut why = String::new();
        child.stderr.as_mut().unwrap().read_to_string(&mut why).unwrap();
        panic!("the SMTP server did not start (Debian package python3-aiosmtpd): {why}");
    };
    (child, port)
}
