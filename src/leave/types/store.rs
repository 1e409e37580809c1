//! SQL of leave types.

use rusqlite::{Row, named_params};

use super::model::{LeaveType, TypeFields, attachment_column, attachment_of_column};
use crate::error::Result;
use crate::ids::LeaveTypeId;
use crate::storage::{Rx, Tx};
use crate::text;

const COLUMNS: &str = "id, preset, name, description, color, letter, unit, granularity, requires_approval,
    attachment_from_days, attachment_within_days, requires_reason, notice_days, max_consecutive_days,
    max_minutes_per_year, usable_after_months, usable_after_probation, entity_id, location_id, employment_type, group_id,
    unplanned, overlap,
    negative_limit_minutes, counts_non_working_days, visible_as, affects_balance, works, paid, sort_order,
    active";

fn read(row: &Row<'_>) -> rusqlite::Result<LeaveType> {
    Ok(LeaveType {
        id: row.get("id")?,
        preset: row.get("preset")?,
        fields: TypeFields {
            name: row.get("name")?,
            description: row.get("description")?,
            color: row.get("color")?,
            letter: row.get("letter")?,
            unit: row.get("unit")?,
            granularity: row.get("granularity")?,
            requires_approval: row.get("requires_approval")?,
            attachment: attachment_of_column(row.get("attachment_from_days")?),
            attachment_within_days: row.get("attachment_within_days")?,
            requires_reason: row.get("requires_reason")?,
            notice_days: row.get("notice_days")?,
            max_consecutive_days: row.get("max_consecutive_days")?,
            max_minutes_per_year: row.get("max_minutes_per_year")?,
            usable_after_months: row.get("usable_after_months")?,
            usable_after_probation: row.get("usable_after_probation")?,
            entity_id: row.get("entity_id")?,
            location_id: row.get("location_id")?,
            employment_type: row.get("employment_type")?,
            group_id: row.get("group_id")?,
            unplanned: row.get("unplanned")?,
            overlap: row.get("overlap")?,
            negative_limit_minutes: row.get("negative_limit_minutes")?,
            counts_non_working_days: row.get("counts_non_working_days")?,
            visible_as: row.get("visible_as")?,
            affects_balance: row.get("affects_balance")?,
            works: row.get("works")?,
            paid: row.get("paid")?,
            sort_order: row.get("sort_order")?,
            active: row.get("active")?,
        },
    })
}

/// Every type, inactive ones included, in the order of lists.
pub(in crate::leave) fn all(rx: &Rx<'_>) -> Result<Vec<LeaveType>> {
    rx.all(&format!("SELECT {COLUMNS} FROM leave_types ORDER BY sort_order, name_key, id"), [], read)
}

pub(in crate::leave) fn get(rx: &Rx<'_>, id: LeaveTypeId) -> Result<LeaveType> {
    rx.get(&format!("SELECT {COLUMNS} FROM leave_types WHERE id = ?1"), [id], read)
}

pub(in crate::leave) fn find(rx: &Rx<'_>, id: LeaveTypeId) -> Result<Option<LeaveType>> {
    rx.one(&format!("SELECT {COLUMNS} FROM leave_types WHERE id = ?1"), [id], read)
}

pub(in crate::leave) fn by_preset(rx: &Rx<'_>, preset: &str) -> Result<Option<LeaveType>> {
    rx.one(&format!("SELECT {COLUMNS} FROM leave_types WHERE preset = ?1"), [preset], read)
}

/// The type that bears this name already, regardless of case.
pub(super) fn by_name(rx: &Rx<'_>, name: &str) -> Result<Option<LeaveTypeId>> {
    rx.one("SELECT id FROM leave_types WHERE name_key = ?1", [text::fold(name)], |row| row.get(0))
}

/// Whether anything was ever asked for or booked of this type.
pub(super) fn is_used(rx: &Rx<'_>, id: LeaveTypeId) -> Result<bool> {
    rx.scalar(
        "/* whole table */ SELECT EXISTS (SELECT 1 FROM leave_requests WHERE leave_type_id = ?1)
             OR EXISTS (SELECT 1 FROM leave_ledger WHERE leave_type_id = ?1)",
        [id],
    )
}

/// Whether leave of this type interrupted other leave, or gave days back for it.
pub(super) fn has_met(rx: &Rx<'_>, id: LeaveTypeId) -> Result<bool> {
    rx.scalar(
        "/* whole table */ SELECT EXISTS (
             SELECT 1 FROM leave_request_days d WHERE d.given_back_minutes > 0 AND (d.leave_type_id = ?1 OR EXISTS (
                 SELECT 1 FROM leave_request_days o JOIN leave_requests r ON r.id = o.request_id AND r.status = 'approved'
                 WHERE o.employee_id = d.employee_id AND o.date = d.date AND o.leave_type_id = ?1)))",
        [id],
    )
}

/// Whether the entity, the location and the group that a type is kept to are there, by field.
pub(super) fn known_places(rx: &Rx<'_>, fields: &TypeFields) -> Result<[(&'static str, bool); 3]> {
    rx.get(
        "SELECT ?1 IS NULL OR EXISTS (SELECT 1 FROM entities WHERE id = ?1),
             ?2 IS NULL OR EXISTS (SELECT 1 FROM locations WHERE id = ?2),
             ?3 IS NULL OR EXISTS (SELECT 1 FROM groups WHERE id = ?3)",
        (fields.entity_id, fields.location_id, fields.group_id),
        |row| Ok([("entity_id", row.get(0)?), ("location_id", row.get(1)?), ("group_id", row.get(2)?)]),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, preset: Option<&str>, fields: &TypeFields) -> Result<LeaveTypeId> {
    let id = tx.insert(
        "INSERT INTO leave_types (preset, name, name_key, description, color, letter, unit, granularity, requires_approval,
             attachment_from_days, attachment_within_days, requires_reason, notice_days, max_consecutive_days, max_minutes_per_year,
             usable_after_months, usable_after_probation, entity_id, location_id, employment_type, group_id, unplanned,
             overlap, negative_limit_minutes, counts_non_working_days, visible_as, affects_balance, works, paid,
             sort_order, active)
         VALUES (:preset, :name, :name_key, :description, :color, :letter, :unit, :granularity, :requires_approval,
             :attachment_from_days, :attachment_within_days, :requires_reason, :notice_days, :max_consecutive_days, :max_minutes_per_year,
             :usable_after_months, :usable_after_probation, :entity_id, :location_id, :employment_type, :group_id,
             :unplanned, :overlap, :negative_limit_minutes, :counts_non_working_days, :visible_as, :affects_balance,
             :works, :paid, :sort_order, :active)",
        named_params! {
            ":preset": preset,
            ":name": fields.name, ":name_key": text::fold(&fields.name), ":description": fields.description,
            ":color": fields.color, ":letter": fields.letter, ":unit": fields.unit, ":granularity": fields.granularity,
            ":requires_approval": fields.requires_approval, ":attachment_from_days": attachment_column(fields.attachment),
            ":attachment_within_days": fields.attachment_within_days, ":requires_reason": fields.requires_reason, ":notice_days": fields.notice_days,
            ":max_consecutive_days": fields.max_consecutive_days, ":max_minutes_per_year": fields.max_minutes_per_year,
            ":usable_after_months": fields.usable_after_months,
            ":usable_after_probation": fields.usable_after_probation,
            ":entity_id": fields.entity_id,
            ":location_id": fields.location_id,
            ":employment_type": fields.employment_type,
            ":group_id": fields.group_id,
            ":unplanned": fields.unplanned,
            ":overlap": fields.overlap,
            ":negative_limit_minutes": fields.negative_limit_minutes,
            ":counts_non_working_days": fields.counts_non_working_days, ":visible_as": fields.visible_as,
            ":affects_balance": fields.affects_balance, ":works": fields.works, ":paid": fields.paid,
            ":sort_order": fields.sort_order, ":active": fields.active,
        },
    )?;
    Ok(LeaveTypeId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: LeaveTypeId, fields: &TypeFields) -> Result<()> {
    tx.run(
        "UPDATE leave_types SET name = :name, name_key = :name_key, description = :description, color = :color,
             letter = :letter, unit = :unit, granularity = :granularity, requires_approval = :requires_approval,
             attachment_from_days = :attachment_from_days,
             attachment_within_days = :attachment_within_days, requires_reason = :requires_reason,
             notice_days = :notice_days, max_consecutive_days = :max_consecutive_days,
             max_minutes_per_year = :max_minutes_per_year, usable_after_months = :usable_after_months,
             usable_after_probation = :usable_after_probation, entity_id = :entity_id, location_id = :location_id,
             employment_type = :employment_type, group_id = :group_id, unplanned = :unplanned, overlap = :overlap,
             negative_limit_minutes = :negative_limit_minutes, counts_non_working_days = :counts_non_working_days,
             visible_as = :visible_as, affects_balance = :affects_balance, works = :works, paid = :paid,
             sort_order = :sort_order, active = :active
         WHERE id = :id",
        named_params! {
            ":id": id,
            ":name": fields.name, ":name_key": text::fold(&fields.name), ":description": fields.description,
            ":color": fields.color, ":letter": fields.letter, ":unit": fields.unit, ":granularity": fields.granularity,
            ":requires_approval": fields.requires_approval, ":attachment_from_days": attachment_column(fields.attachment),
            ":attachment_within_days": fields.attachment_within_days, ":requires_reason": fields.requires_reason, ":notice_days": fields.notice_days,
            ":max_consecutive_days": fields.max_consecutive_days, ":max_minutes_per_year": fields.max_minutes_per_year,
            ":usable_after_months": fields.usable_after_months,
            ":usable_after_probation": fields.usable_after_probation,
            ":entity_id": fields.entity_id,
            ":location_id": fields.location_id,
            ":employment_type": fields.employment_type,
            ":group_id": fields.group_id,
            ":unplanned": fields.unplanned,
            ":overlap": fields.overlap,
            ":negative_limit_minutes": fields.negative_limit_minutes,
            ":counts_non_working_days": fields.counts_non_working_days, ":visible_as": fields.visible_as,
            ":affects_balance": fields.affects_balance, ":works": fields.works, ":paid": fields.paid,
            ":sort_order": fields.sort_order, ":active": fields.active,
        },
    )?;
    Ok(())
}

/// Of a type that nothing names.
pub(super) fn delete(tx: &mut Tx<'_>, id: LeaveTypeId) -> Result<()> {
    tx.run("/* whole table */ DELETE FROM leave_types WHERE id = ?1", [id])?;
    Ok(())
}
