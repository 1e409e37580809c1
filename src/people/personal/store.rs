//! SQL of private data.

use std::collections::HashMap;

use super::model::{Personal, Sensitive};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

/// What is known of a person; nothing where there is no row yet.
pub(super) fn get(rx: &Rx<'_>, id: EmployeeId) -> Result<Personal> {
    let found = rx.one(
        "SELECT legal_name, account_holder, iban, bic, private_email, private_phone, home_address, birthday, \
         birthday_shown, emergency_name, emergency_relation, emergency_phone \
         FROM employee_personal WHERE employee_id = ?1",
        [id],
        |row| {
            Ok(Personal {
                sensitive: Sensitive {
                    legal_name: row.get(0)?,
                    account_holder: row.get(1)?,
                    iban: row.get(2)?,
                    bic: row.get(3)?,
                },
                private_email: row.get(4)?,
                private_phone: row.get(5)?,
                home_address: row.get(6)?,
                birthday: row.get(7)?,
                birthday_shown: row.get(8)?,
                emergency_name: row.get(9)?,
                emergency_relation: row.get(10)?,
                emergency_phone: row.get(11)?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Of everybody of whom something is known.
pub(super) fn everybody(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, Personal>> {
    let ids: Vec<EmployeeId> =
        rx.all("SELECT employee_id FROM employee_personal /* whole table */", (), |row| row.get(0))?;
    ids.into_iter().map(|id| Ok((id, get(rx, id)?))).collect()
}

pub(super) fn put(tx: &mut Tx<'_>, id: EmployeeId, personal: &Personal) -> Result<()> {
    let now = tx.now();
    let Personal { sensitive, .. } = personal;
    tx.run(
        "INSERT INTO employee_personal (employee_id, legal_name, account_holder, iban, bic, private_email, private_phone, \
         home_address, birthday, birthday_shown, emergency_name, emergency_relation, emergency_phone, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
         ON CONFLICT (employee_id) DO UPDATE SET legal_name = excluded.legal_name, \
         account_holder = excluded.account_holder, iban = excluded.iban, bic = excluded.bic, \
         private_email = excluded.private_email, private_phone = excluded.private_phone, \
         home_address = excluded.home_address, birthday = excluded.birthday, birthday_shown = excluded.birthday_shown, \
         emergency_name = excluded.emergency_name, emergency_relation = excluded.emergency_relation, \
         emergency_phone = excluded.emergency_phone, updated_at = excluded.updated_at",
        rusqlite::params![
            id,
            sensitive.legal_name,
            sensitive.account_holder,
            sensitive.iban,
            sensitive.bic,
            personal.private_email,
            personal.private_phone,
            personal.home_address,
            personal.birthday,
            personal.birthday_shown,
            personal.emergency_name,
            personal.emergency_relation,
            personal.emergency_phone,
            now,
        ],
    )?;
    Ok(())
}

/// The row as it is, for the person's own archive.
pub(super) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json("SELECT * FROM employee_personal WHERE employee_id = ?1", [id])
}
