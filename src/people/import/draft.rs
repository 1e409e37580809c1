//! A file that was sent, kept on disk until it is imported or an hour has passed: so that looking at the dry run,
//! going back and confirming need no script and no second upload, and a large file never fills the memory.
//!
//! It lies in `imports/` of the organization's folder under a name that holds when it ends, whose it is, and 256
//! random bits. Nobody else can name it; every upload and every hour sweep away what is over.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::{BOUNDS, Table, read};
use crate::auth::{Actor, Ctx};
use crate::error::{AppError, Result};
use crate::ids::random_token;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::msg_n;
use crate::orgs::Org;
use crate::people::custom;
use crate::sheet::Fault;
use crate::web::Settings;
use crate::web::problem::Refused;

/// Where they lie, in the organization's folder.
const FOLDER: &str = "imports";
/// How long a file waits to be confirmed.
const LIVES_SECONDS: i64 = 60 * 60;

/// A form has a little around its file.
const AROUND_FILE: u64 = 64 * 1024;

/// How much of a body that is refused is let go by.
const HEARD_BYTES: u64 = 1024 * 1024 * 1024;
const HEARD_FOR: std::time::Duration = std::time::Duration::from_secs(30);

/// How long a file may be, in bytes: what the settings say, and never more than is read.
pub fn longest(settings: &Settings) -> u64 {
    settings.upload_limit.min(BOUNDS.bytes)
}

/// A file on disk. It goes when this is dropped, unless it is kept.
#[derive(Debug)]
pub struct Draft {
    id: String,
    path: PathBuf,
    kept: bool,
}

impl Draft {
    /// Takes a file from a form's field `file`, or a body that is CSV itself.
    ///
    /// # Errors
    /// [`Refused::TooLarge`] beyond [`longest`], at once where the request says how long it is;
    /// [`Refused::UnsupportedMediaType`]; [`AppError::Invalid`] on `file` where the form has none.
    pub async fn receive(ctx: &Ctx, settings: &Settings, mut request: Request) -> Result<Draft, Refused> {
        let longest = longest(settings);
        let longest_form = usize::try_from(longest + AROUND_FILE).unwrap_or(usize::MAX);
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if length.is_some_and(|length: usize| length > longest_form) {
            // Who asks before sending is told at once. Whoever sends already is heard out: a connection that is cut
            // while it sends shows its error and never our answer.
            if !headers.contains_key(header::EXPECT) {
                hear_out(request).await;
            }
            return Err(Refused::TooLarge);
        }
        let mut draft = Draft::begin(ctx)?;
        match kind.as_str() {
            "multipart/form-data" => {
                DefaultBodyLimit::max(longest_form).apply(&mut request);
                let unread = |_| Refused::App(AppError::invalid("file", "The form could not be read."));
                let mut form = Multipart::from_request(request, &()).await.map_err(unread)?;
                while let Some(field) = form.next_field().await.map_err(|error| refused(&error))? {
                    if field.name() == Some("file") {
                        draft.fill(longest, field.map_err(|error| refused(&error))).await?;
                        return Ok(draft);
                    }
                }
                Err(AppError::invalid("file", "Choose a file.").into())
            }
            "text/csv" | "application/csv" | "text/plain" | "application/vnd.ms-excel" | "application/octet-stream" => {
                draft.fill(longest, request.into_body().into_data_stream().map_err(|_| broken().into())).await?;
                Ok(draft)
            }
            _ => Err(Refused::UnsupportedMediaType),
        }
    }

    /// The file that somebody kept under this id; it stays until it is discarded or its hour is over.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none, or it is over, or it is somebody else's.
    pub fn find(ctx: &Ctx, id: &str) -> Result<Draft> {
        let path = path(ctx, id)?.filter(|path| path.is_file()).ok_or(AppError::NotFound)?;
        Ok(Draft { id: id.to_owned(), path, kept: true })
    }

    /// Leaves the file where it is until its hour is over. Answers what to [`find`](Draft::find) it by: digits,
    /// letters, `-` and `_`.
    pub fn keep(mut self) -> String {
        self.kept = true;
        self.id.clone()
    }

    /// The file is imported: it goes, and what remains is that it was.
    pub fn taken(self) {
        // Where that cannot be kept, pressing twice finds nothing: no harm.
        let _ = std::fs::write(done(&self.path), "");
        self.discard();
    }

    /// Whether the file that somebody kept under this id was imported within its hour: who pressed twice is told so.
    pub fn was_taken(ctx: &Ctx, id: &str) -> Result<bool> {
        Ok(path(ctx, id)?.is_some_and(|path| done(&path).is_file()))
    }

    /// Where the file lies: what an import is known by while it goes on.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file of this id lies, or lay until it was imported.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the id is none, or its hour is over.
    pub fn place(ctx: &Ctx, id: &str) -> Result<PathBuf> {
        path(ctx, id)?.ok_or(AppError::NotFound)
    }

    /// Removes the file now.
    pub fn discard(mut self) {
        self.kept = false;
    }

    /// Reads the file off the async threads. Hands itself back, so that it lives as long as its reading.
    ///
    /// # Errors
    /// The inner one is what is wrong with the file; the outer one, that the disk does not answer.
    pub async fn table(self, ctx: &Ctx) -> Result<(Draft, Result<Table, Fault>)> {
        let fields = ctx.read(|rx, _| custom::fields(rx)).await?;
        let reading = tokio::task::spawn_blocking(move || {
            let file = File::open(&self.path).map_err(AppError::internal)?;
            let table = read(BufReader::new(file), fields);
            Ok((self, table))
        });
        reading.await.map_err(AppError::internal)?
    }

    fn begin(ctx: &Ctx) -> Result<Draft> {
        let folder = folder(ctx);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(AppError::internal)?;
        let now = now(ctx).as_second();
        sweep(&folder, now);
        let (ends, token) = (now + LIVES_SECONDS, random_token());
        let path = folder.join(name(ends, &whose(ctx)?, &token));
        Ok(Draft { id: format!("{ends}-{token}"), path, kept: false })
    }

    async fn fill(&mut self, longest: u64, chunks: impl Stream<Item = Result<Bytes, Refused>>) -> Result<(), Refused> {
        let mut chunks = std::pin::pin!(chunks);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&self.path).map_err(AppError::internal)?;
        let mut length = 0;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            length += chunk.len() as u64;
            if length > longest {
                return Err(Refused::TooLarge);
            }
            // Chunks are some kilobytes: the page cache takes them without waiting for the disk.
            file.write_all(&chunk).map_err(AppError::internal)?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // Where it cannot go now it goes when the next upload sweeps.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Where the file of this id lies; none where the id is none, or its hour is over.
fn path(ctx: &Ctx, id: &str) -> Result<Option<PathBuf>> {
    let over = |ends: i64| ends < now(ctx).as_second();
    let whose = whose(ctx)?;
    Ok(parse(id).filter(|(ends, _)| !over(*ends)).map(|(ends, token)| folder(ctx).join(name(ends, &whose, token))))
}

/// When the hour is over, and the chance part; none where the id is none.
fn parse(id: &str) -> Option<(i64, &str)> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let (ends, token) = id.split_once('-')?;
    plain(token).then_some((ends.parse().ok()?, token))
}

/// Where the file of this id of theirs lies, or lay; none where the id is none.
pub(super) fn place_of(org: &Org, actor: &Actor, id: &str) -> Option<PathBuf> {
    let (ends, token) = parse(id)?;
    Some(org.dir.join(FOLDER).join(name(ends, &actor.user_id?.to_string(), token)))
}

/// What lies in the place of a file that was imported.
fn done(path: &Path) -> PathBuf {
    path.with_extension("done")
}

/// Lets a body go by that is refused anyway, a chunk in memory at a time: at most [`HEARD_BYTES`] and half a minute.
async fn hear_out(request: Request) {
    let mut chunks = request.into_body().into_data_stream();
    let listen = async {
        let mut heard = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            heard += chunk.len() as u64;
            if heard > HEARD_BYTES {
                return;
            }
        }
    };
    // Whoever is slower than that is cut off after all.
    let _ = tokio::time::timeout(HEARD_FOR, listen).await;
}

fn broken() -> AppError {
    AppError::invalid("file", "The file did not arrive whole: send it again.")
}

fn refused(error: &MultipartError) -> Refused {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Refused::TooLarge } else { broken().into() }
}

fn folder(ctx: &Ctx) -> PathBuf {
    ctx.org.dir.join(FOLDER)
}

fn name(ends: i64, whose: &str, token: &str) -> String {
    format!("{ends}.{whose}.{token}.csv")
}

/// A file belongs to the login that sent it.
fn whose(ctx: &Ctx) -> Result<String> {
    ctx.actor.user_id.map(|id| id.to_string()).ok_or(AppError::Unauthenticated)
}

fn now(ctx: &Ctx) -> Timestamp {
    ctx.auth.clock().now()
}

/// Removes each hour the files that nobody confirmed: they hold everybody's data.
#[derive(Clone, Copy, Debug)]
pub struct SweepDrafts;

impl Job for SweepDrafts {
    fn name(&self) -> &'static str {
        "import_drafts"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Files of imports that were not confirmed")
    }

    fn schedule(&self) -> &'static str {
        "20 * * * *"
    }

    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let now = ctx.read(|rx| Ok(rx.now()))?;
        let swept = sweep(&ctx.org.dir.join(FOLDER), now.as_second());
        Ok(match swept {
            0 => Outcome::nothing(),
            n => Outcome::did(msg_n!(n, "{0} file removed", "{0} files removed")),
        })
    }
}

/// Removes what is over; how many.
fn sweep(folder: &Path, now: i64) -> i64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let mut swept = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ends = name.to_str().and_then(|name| name.split('.').next()).and_then(|ends| ends.parse::<i64>().ok());
        if ends.is_some_and(|ends| ends < now) && std::fs::remove_file(entry.path()).is_ok() {
            swept += 1;
        }
    }
    swept
}
