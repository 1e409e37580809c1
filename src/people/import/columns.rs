//! The columns of the file, ours and those of the systems that people come from.
//!
//! The header may be ours, TimeOff.Management's (`email,lastname,name,department`) or OrangeHRM's (`employee_id`,
//! `work_email`, `work_telephone`, `other_email`, `date_of_birth`, and many that mean nothing here and are told to be left
//! out).

use std::borrow::Cow;

use crate::people::custom::Field;
use crate::sheet::{Bounds, Column};

/// What a file may hold: 16 MB, 20,000 rows, 1,000 characters a cell.
pub const BOUNDS: Bounds = Bounds { bytes: 16 * 1024 * 1024, rows: 20_000, cell: 1_000 };

const fn column(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name: Cow::Borrowed(name), aliases, required: false }
}

/// In the order in which an export writes them.
pub static COLUMNS: [Column; 21] = [
    column("number", &["employee_id", "employee number", "employee no", "personnel number", "Personalnummer"]),
    // TimeOff.Management calls the first name just so.
    column("first_name", &["name", "given name", "forename", "Vorname"]),
    column("last_name", &["surname", "family name", "Nachname"]),
    column("email", &["work_email", "e-mail address", "email address"]),
    column("phone", &["work_telephone", "telephone", "work phone", "Telefon"]),
    column("position", &["job title", "title", "Stelle"]),
    column("employment_type", &["employment status"]),
    column("entity", &["company", "Firma"]),
    column("location", &["site", "Standort"]),
    column("department", &["sub unit", "Abteilung"]),
    column("manager", &["line manager", "reports to"]),
    column("approver", &[]),
    column("deputy", &["Vertretung"]),
    column("join_date", &["joined date", "start date", "Eintritt"]),
    column("probation_end", &["probation end date", "Probezeitende", "Ende der Probezeit"]),
    column("leave_date", &["end date", "Austritt"]),
    column("groups", &["Gruppen"]),
    column("exclude_from_reports", &[]),
    column("legal_name", &["full legal name"]),
    column("private_email", &["other_email", "personal email", "private e-mail"]),
    column("birthday", &["date_of_birth", "birth date", "Geburtsdatum"]),
];

/// How the column of one of HR's own fields is headed: "custom:shoe_size".
pub fn header_of(field: &Field) -> String {
    format!("{CUSTOM}{}", field.facts.code)
}

/// What the header of such a column begins with.
pub const CUSTOM: &str = "custom:";

/// All columns of a file, those of HR's own fields last.
pub fn with_custom(fields: &[Field]) -> Vec<Column> {
    let own = |field: &Field| Column { name: Cow::Owned(header_of(field)), aliases: &[], required: false };
    COLUMNS.iter().cloned().chain(fields.iter().map(own)).collect()
}

/// Names of groups in one cell, however they are set apart.
pub fn split_groups(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([' ', ',', ';', '|']).filter(|code| !code.is_empty())
}
