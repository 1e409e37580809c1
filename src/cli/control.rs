//! The control socket: a Unix socket (0600) through which a verb asks the running program. Its path stands in
//! `instance.lock`; it lies in the runtime directory because socket paths are short and copy tools stumble over
//! sockets. One line of JSON each way.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

use crate::appliance::House;
use crate::error::AppError;
use crate::ids::random_bytes;
use crate::storage::dir;

use super::ask::{Answer, Ask, perform};

/// The longest line that is read: no verb is near it.
const LONGEST: u64 = 1 << 20;

/// How long a program that holds the lock may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// The listening end, removed from disk when dropped.
#[derive(Debug)]
pub struct ControlSocket {
    path: PathBuf,
    listener: tokio::net::UnixListener,
}

impl ControlSocket {
    /// Binds `path`, readable and writable by the owner only.
    ///
    /// # Errors
    /// Where the runtime directory does not let us.
    pub fn bind(path: &Path) -> std::io::Result<ControlSocket> {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = std::fs::remove_file(path)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let listener = tokio::net::UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(ControlSocket { path: path.to_owned(), listener })
    }

    /// Answers verbs until the task is dropped.
    pub async fn serve(self, house: Arc<House>) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let house = Arc::clone(&house);
                    tokio::spawn(async move {
                        if let Err(error) = answer(stream, house).await {
                            tracing::warn!(%error, "control socket");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "control socket");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // Nothing to do about a socket that is gone already.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(stream: tokio::net::UnixStream, house: Arc<House>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let reply: Result<Answer, String> = match serde_json::from_str::<Ask>(&line) {
        Ok(ask) => tokio::task::spawn_blocking(move || perform(&house, ask).map_err(told))
            .await
            .unwrap_or_else(|_| Err("the verb broke off; the log of the running program says why".to_owned())),
        Err(error) => Err(format!("the running program does not know this verb ({error}); are both of one version?")),
    };
    let mut text = serde_json::to_vec(&reply)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// What the other side is told. Our own faults are told once, whole, in our log.
fn told(error: AppError) -> String {
    let AppError::Internal(error) = error else { return error.to_string() };
    let reference: String = random_bytes::<6>().iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(%reference, %error, "a verb failed");
    format!("something went wrong in the running program; its log says what, under {reference}")
}

/// Asks the program that holds the lock of `data`; `None` where none runs.
///
/// # Errors
/// What the running program answered, or why it could not be reached.
pub fn ask_running(data: &Path, ask: &Ask) -> Result<Option<Answer>, Box<dyn std::error::Error + Send + Sync>> {
    let deadline = Instant::now() + PATIENCE;
    let mut stream = loop {
        let Some(path) = dir::running_socket(data)? else { return Ok(None) };
        match UnixStream::connect(&path) {
            Ok(stream) => break stream,
            // A program that starts, or a verb that holds the lock for a moment and listens to nobody.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
                    && Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(error) => {
                return Err(format!(
                    "a program runs on {}, but its control socket {} cannot be reached: {error}",
                    data.display(),
                    path.display()
                )
                .into());
            }
        }
    };
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    serde_json::to_writer(&stream, ask)?;
    stream.write_all(b"\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    match serde_json::from_str::<Result<Answer, String>>(&line)? {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => Err(error.into()),
    }
}
