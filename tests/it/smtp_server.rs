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

    /// `login` is `user:password`.
    pub fn start(security: Security, login: Option<&str>) -> Self {
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
        if let Some(login) = login {
            command.args(["--login", login]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
            authority: self.authority.clone(),
        }
    }

    pub fn settings_with(&self, user: &str, password: &str) -> SmtpSettings {
        let login = Some(Login { user: user.to_owned(), password: password.to_owned() });
        SmtpSettings { login, ..self.settings() }
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
