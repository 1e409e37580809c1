//! The day's workbooks: made anew by the clockwork after each change of a day's overtime, as rows of the outbox say,
//! and kept in the organization's `reports/YYYY/MM/`. The file's name is the date's, and what is in it follows from the
//! day's requests alone, so that making one twice does no harm.

pub mod api;
mod book;
pub mod pages;
mod store;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;

use super::REPORT;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::jobs::{Effect, Failure};
use crate::orgs::Org;
use crate::storage::outbox::OutboxRow;
use crate::storage::{Housekeeping, Op, Rx};
use crate::web::Listing;

const MADE: Op = Op::housekeeping(Housekeeping::Reports);

/// The folder of finished workbooks in the organization's own.
const FOLDER: &str = "reports";

crate::text_enum! {
    /// What a workbook holds.
    pub enum ReportKind {
        /// A sheet for each department, and the summary.
        Day = "day",
        /// The summary alone: employees by day class.
        DaySummary = "day_summary",
    }
}

/// A finished workbook.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = OvertimeReport)]
pub struct Report {
    pub id: i64,
    pub kind: ReportKind,
    #[schema(value_type = String, format = Date, example = "2026-11-27")]
    pub date: Date,
    /// Below the folder of reports: `2026/11/20261127OT.xlsx`.
    #[schema(example = "2026/11/20261127OT.xlsx")]
    pub path: String,
    pub bytes: u64,
    /// Requests that it is made of.
    #[schema(example = 14)]
    pub rows: i64,
    #[schema(value_type = String, example = "2026-11-28T05:00:00Z")]
    pub made_at: Timestamp,
}

impl Report {
    /// `20261127OT.xlsx`
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// The latest days first; answers the page's rows and how many there are. For HR.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody else.
pub fn list(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<(Vec<Report>, i64)> {
    actor.require_hr()?;
    store::list(rx, (listing.filter("from")?, listing.filter("to")?), listing.limit(), listing.offset())
}

/// One workbook. For HR.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody else; [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: i64) -> Result<Report> {
    actor.require_hr()?;
    store::get(rx, id)?.ok_or(AppError::NotFound)
}

/// The bytes of a workbook.
///
/// # Errors
/// [`AppError::NotFound`] where the file is gone; the disk's other complaints.
async fn read(org: &Org, report: &Report) -> Result<Vec<u8>> {
    let path = org.dir.join(FOLDER).join(&report.path);
    match tokio::fs::read(&path).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(AppError::NotFound),
        Err(error) => Err(AppError::internal(error)),
    }
}

/// Makes the workbooks of a day that changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportEffect;

impl Effect for ReportEffect {
    fn kind(&self) -> &'static str {
        REPORT
    }

    /// A copy of the house makes its own files and reaches nobody with them.
    fn waits_on_copies(&self) -> bool {
        false
    }

    fn perform<'a>(&'a self, org: &'a Arc<Org>, row: &'a OutboxRow) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let date = row.payload["date"].as_str().and_then(|text| text.parse::<Date>().ok());
            let date = date.ok_or_else(|| Failure::Refused("the row names no date".to_owned()))?;
            make(org, date).await.map_err(|error| Failure::Later(error.to_string()))
        })
    }
}

/// Reads the day, writes its files, then says where they lie. A day that nothing is left of gets empty workbooks in
/// the place of those it had, and none where it had none.
async fn make(org: &Arc<Org>, date: Date) -> Result<()> {
    let (day, known) = org.db.read(move |rx| Ok((store::day(rx, date)?, store::is_known(rx, date)?))).await?;
    if day.lines.is_empty() && !known {
        return Ok(());
    }
    let root = org.dir.join(FOLDER);
    let made = tokio::task::spawn_blocking(move || files(&root, date, &day)).await.map_err(AppError::internal)??;
    org.db
        .write(MADE, move |tx| {
            let made_at = tx.now();
            made.iter().try_for_each(|file| store::put(tx, &Report { made_at, ..file.clone() }))
        })
        .await
}

fn files(root: &Path, date: Date, day: &store::Day) -> Result<Vec<Report>> {
    let folder = format!("{:04}/{:02}", date.year(), date.month());
    let stem = format!("{:04}{:02}{:02}OT", date.year(), date.month(), date.day());
    let books = [
        (ReportKind::Day, format!("{folder}/{stem}.xlsx"), book::day(date, day)?),
        (ReportKind::DaySummary, format!("{folder}/{stem}Summary.xlsx"), book::summary(date, day)?),
    ];
    let rows = i64::try_from(day.lines.len()).unwrap_or(i64::MAX);
    let mut made = Vec::with_capacity(books.len());
    for (kind, path, bytes) in books {
        replace(&root.join(&path), &bytes)
            .map_err(|error| AppError::internal(format!("{path} could not be written: {error}")))?;
        let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        made.push(Report { id: 0, kind, date, path, bytes, rows, made_at: Timestamp::UNIX_EPOCH });
    }
    Ok(made)
}

/// Puts a whole file in the place of another: whoever reads sees the old one or the new one, also after a power cut.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a file needs a folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part: PathBuf = folder.join(name);
    let mut file = std::fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&part, path)?;
    std::fs::File::open(folder)?.sync_all()
}
