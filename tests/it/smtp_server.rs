//! Debian's aiosmtpd as the mail server that users have: started on loopback, on a port of its own, gone with the
//! value.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use steward::mail::{Login, Security, SmtpSettings};
use tempfile::TempDir;

pub struct SmtpServer {
    child: Child,
    dir: TempDir,
    port: u16,
    security: Security,
    authority: Option<Vec<u8>>,
}

impl SmtpServer {
    /// Speaks without encryption and wants no login.
    pub fn plain() -> Self {
        Self::start(Security::Plain, None)
    }

    /// Turns every connection away: 421.
    pub fn busy() -> Self {
        Self::start_with(Security::Plain, &["--busy"])
    }

    /// Takes so long for each recipient.
    pub fn slow(seconds: u32) -> Self {
        Self::start_with(Security::Plain, &["--slow", &seconds.to_string()])
    }

    /// `login` is `user:password`.
    pub fn start(security: Security, login: Option<&str>) -> Self {
        Self::start_with(security, login.map(|login| ["--login", login]).as_ref().map_or(&[], |both| both.as_slice()))
    }

    fn start_with(security: Security, arguments: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smtp_server.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(dir.path());
        let mut authority = None;
        if security != Security::Plain {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
            let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
            std::fs::write(&cert, made.cert.pem()).unwrap();
            std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
            let kind = if security == Security::Tls { "implicit" } else { "starttls" };
            command.args(["--tls", kind, "--cert"]).arg(cert).arg("--key").arg(key);
            authority = Some(made.cert.pem().into_bytes());
        }
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().expect("/usr/bin/python3: install the Debian packages python3 and python3-aiosmtpd");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            let mut why = String::new();
            child.stderr.as_mut().unwrap().read_to_string(&mut why).unwrap();
            panic!("the SMTP server did not start (Debian package python3-aiosmtpd): {why}");
        };
        SmtpServer { child, dir, port, security, authority }
    }

    /// Settings that reach it.
    pub fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: self.port,
            security: self.security,
            login: None,
            from: "hr@nordlicht.example".parse().unwrap(),
            timeout: Duration::from_secs(10),
            patience: Duration::from_secs(10),
            authority: self.authority.clone(),
        }
    }

    pub fn settings_with(&self, user: &str, password: &str) -> SmtpSettings {
        let login = Some(Login { user: user.to_owned(), password: password.to_owned() });
        SmtpSettings { login, ..self.settings() }
    }

    /// The flags of a program that sends through it.
    pub fn flags(&self) -> [(&'static str, String); 4] {
        [
            ("smtp.host", "localhost".to_owned()),
            ("smtp.port", self.port.to_string()),
            ("smtp.security", self.security.to_string()),
            ("smtp.from", "hr@nordlicht.example".to_owned()),
        ]
    }

    /// The mails it took, in the order of their arrival.
    pub fn mails(&self) -> Vec<String> {
        let read = |n: usize| std::fs::read_to_string(self.dir.path().join(format!("{n}.eml"))).ok();
        (1..).map_while(read).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The value of a header as it stands, continuation lines joined.
pub fn header(mail: &str, name: &str) -> String {
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_default().to_owned()
}

/// Text and HTML of a mail, decoded.
pub fn bodies(mail: &str) -> [String; 2] {
    let boundary = mail.split_once("boundary=\"").unwrap().1.split_once('"').unwrap().0;
    let part = |kind: &str| {
        let part = mail.split(&format!("--{boundary}")).find(|part| part.contains(&format!("Content-Type: {kind}")));
        let (head, body) = part.unwrap().split_once("\r\n\r\n").unwrap();
        let decoded = if head.contains("quoted-printable") {
            quoted_printable(body)
        } else if head.contains("base64") {
            use base64::Engine as _;
            let plain: String = body.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(plain).unwrap()
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(decoded).unwrap().replace("\r\n", "\n")
    };
    [part("text/plain"), part("text/html")]
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        match (first, more) {
            (b'=', [a, b, after @ ..]) => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&[*a, *b]).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    bytes
}
