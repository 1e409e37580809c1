//! SQL of holds, and of what was erased.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Hold, Kind};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

pub(super) fn hold(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<Hold>> {
    rx.one("SELECT reason, set_by, set_at FROM retention_holds WHERE employee_id = ?1", [id], |row| {
        Ok(Hold { reason: row.get(0)?, set_by: row.get(1)?, set_at: row.get(2)? })
    })
}

pub(super) fn put_hold(tx: &mut Tx<'_>, id: EmployeeId, reason: &str, by: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO retention_holds (employee_id, reason, set_by, set_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (employee_id) DO UPDATE SET reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at",
        (id, reason, by, now),
    )?;
    Ok(())
}

pub(super) fn drop_hold(tx: &mut Tx<'_>, id: EmployeeId) -> Result<()> {
    tx.run("DELETE FROM retention_holds WHERE employee_id = ?1", [id])?;
    Ok(())
}

/// When a kind was erased of somebody the last time.
pub(super) fn erased_at(rx: &Rx<'_>, id: EmployeeId, kind: Kind) -> Result<Option<Timestamp>> {
    rx.one("SELECT erased_at FROM erasures WHERE employee_id = ?1 AND kind = ?2", (id, kind.as_str()), |row| row.get(0))
}

pub(super) fn mark(tx: &mut Tx<'_>, id: EmployeeId, kind: Kind) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO erasures (employee_id, kind, erased_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (employee_id, kind) DO UPDATE SET erased_at = excluded.erased_at",
        (id, kind.as_str(), now),
    )?;
    Ok(())
}

/// Everybody whose last day was before `today` and who is not held, with that day.
pub(super) fn gone(rx: &Rx<'_>, today: Date) -> Result<Vec<(EmployeeId, Date)>> {
    rx.all(
        "SELECT id, leave_date FROM employees WHERE leave_date < ?1 \
         AND NOT EXISTS (SELECT 1 FROM retention_holds h WHERE h.employee_id = employees.id) ORDER BY leave_date, id",
        [today],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Who is held, with their names.
pub(super) fn held(rx: &Rx<'_>) -> Result<Vec<(EmployeeId, String, Hold)>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name, h.reason, h.set_by, h.set_at \
         FROM retention_holds h JOIN employees e ON e.id = h.employee_id ORDER BY e.name_key, e.id",
        (),
        |row| {
            let hold = Hold { reason: row.get(2)?, set_by: row.get(3)?, set_at: row.get(4)? };
            Ok((row.get(0)?, row.get(1)?, hold))
        },
    )
}
