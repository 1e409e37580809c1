//! SQL of the lieu days: which row of the ledger was given for whose holiday.

use jiff::civil::Date;

use crate::error::Result;
use crate::ids::{EmployeeId, EntityId, LedgerId, LocationId};
use crate::storage::{Rx, Tx};
use crate::time::Period;

/// A lieu day that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub employee_id: EmployeeId,
    pub date: Date,
    pub location_id: LocationId,
    pub entity_id: Option<EntityId>,
    pub row: LedgerId,
}

pub(super) fn given(rx: &Rx<'_>, period: Period) -> Result<Vec<Given>> {
    rx.all(
        "SELECT d.employee_id, d.holiday_date, d.location_id, l.entity_id, d.ledger_id FROM leave_lieu_days d \
         JOIN locations l ON l.id = d.location_id WHERE d.holiday_date BETWEEN ?1 AND ?2 \
         ORDER BY d.holiday_date, d.employee_id",
        (period.first(), period.last()),
        |row| {
            Ok(Given {
                employee_id: row.get(0)?,
                date: row.get(1)?,
                location_id: row.get(2)?,
                entity_id: row.get(3)?,
                row: row.get(4)?,
            })
        },
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    employee: EmployeeId,
    date: Date,
    location: LocationId,
    row: LedgerId,
) -> Result<()> {
    tx.run(
        "INSERT INTO leave_lieu_days (employee_id, holiday_date, location_id, ledger_id) VALUES (?1, ?2, ?3, ?4)",
        (employee, date, location, row),
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, employee: EmployeeId, date: Date) -> Result<()> {
    tx.run("DELETE FROM leave_lieu_days WHERE employee_id = ?1 AND holiday_date = ?2", (employee, date))?;
    Ok(())
}
