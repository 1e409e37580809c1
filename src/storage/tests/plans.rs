use rusqlite::Connection;

use crate::storage::plans::whole_scan;
use crate::storage::{ORG, Schema};

static SHOP: Schema = Schema { name: "shop", migrations: || refinery::Runner::new(&[]), grows: &["sales"] };

fn scanned(sql: &str) -> Option<String> {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(
        "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT) STRICT;
         CREATE TABLE sales (id INTEGER PRIMARY KEY, day TEXT, good INTEGER, open INTEGER) STRICT;
         CREATE INDEX sales_day ON sales (day);
         CREATE INDEX sales_open ON sales (good) WHERE open = 1;",
    )
    .unwrap();
    whole_scan(&conn, &SHOP, sql)
}

#[test]
fn walking_through_a_growing_table_is_found_by_whatever_name() {
    for sql in [
        "SELECT id FROM sales WHERE good = ?1",
        "SELECT s.id FROM sales s WHERE s.good = 1",
        "SELECT s.id FROM goods AS g LEFT JOIN sales AS s ON s.good = g.id + 0 AND s.open = 2",
        "SELECT count(*) FROM sales",
        "SELECT id FROM sales WHERE good = 1 ORDER BY open LIMIT 5",
        "UPDATE sales SET open = 0 WHERE good = 1",
        "DELETE FROM sales WHERE open = 0",
        "INSERT INTO goods (name) SELECT day FROM sales",
    ] {
        assert_eq!(scanned(sql).as_deref(), Some("sales"), "{sql}");
    }
}

#[test]
fn searches_short_walks_small_tables_and_purpose_are_fine() {
    for sql in [
        "SELECT id FROM sales WHERE day = ?1",
        "SELECT id FROM sales WHERE id = 1",
        "SELECT id FROM sales ORDER BY day DESC LIMIT 5",
        "SELECT id FROM sales WHERE open = 1 ORDER BY good",
        "SELECT name FROM goods WHERE name LIKE '%a%'",
        "SELECT sum(good) FROM sales /* whole table */",
        "INSERT INTO sales (day) VALUES ('2026-07-08')",
    ] {
        assert_eq!(scanned(sql), None, "{sql}");
    }
}

/// Whoever adds a table decides on which side it stands.
#[test]
fn every_table_grows_or_stays_small() {
    const SMALL: &[&str] = &[
        "approval_chain_levels",
        "approval_chains",
        "commits",
        "department_managers",
        "departments",
        "employee_changes",
        "employee_schedule_days",
        "employee_schedules",
        "employees",
        "entities",
        "feed_host",
        "feeds",
        "generations",
        "group_stays",
        "groups",
        "holidays",
        "job_marks",
        "job_schedule",
        "known_devices",
        "leave_policies",
        "leave_blackouts",
        "leave_coverage_rules",
        "leave_settings",
        "leave_shutdown_exceptions",
        "leave_shutdowns",
        "leave_types",
        "leave_year_starts",
        "locations",
        "notice_preferences",
        "personal_tokens",
        "projects",
        "refinery_schema_history",
        "schedule_templates",
        "erasures",
        "employee_fields",
        "schedule_template_days",
        "schedule_overlay_days",
        "employee_field_options",
        "schedule_overlays",
        "employee_personal",
        "settings",
        "template_task_needs",
        "template_tasks",
        "templates",
        "user_roles",
        "users",
    ];
    let (_dir, db) = super::open();
    let tables: Vec<String> = db
        .read_blocking(|rx| {
            let all = "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            rx.all(all, [], |row| row.get(0))
        })
        .unwrap();
    for table in &tables {
        let sides = (SMALL.contains(&table.as_str()), ORG.grows.contains(&table.as_str()));
        assert!(sides.0 != sides.1, "is {table} a table that grows with use? Say so in storage/schema.rs, or here");
    }
    let gone: Vec<_> =
        SMALL.iter().chain(ORG.grows).filter(|known| !tables.iter().any(|table| table == *known)).collect();
    assert!(gone.is_empty(), "there are no such tables: {gone:?}");
}
