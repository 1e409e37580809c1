//! The two schemas of the program, embedded from `migrations/`.

/// One kind of database: the stem of its files' names and the migrations that make it.
#[derive(Debug)]
pub struct Schema {
    /// `steward` makes files `steward-000001.db`, `steward-000002.db`…
    pub name: &'static str,
    pub migrations: fn() -> refinery::Runner,
}

/// An organization's database.
pub static ORG: Schema = Schema { name: "steward", migrations: org::migrations::runner };

/// The appliance's own database.
pub static INSTANCE: Schema = Schema { name: "instance", migrations: instance::migrations::runner };

mod org {
    refinery::embed_migrations!("migrations/org");
}

mod instance {
    refinery::embed_migrations!("migrations/instance");
}

impl Schema {
    /// The highest version this program knows.
    pub(super) fn version(&self) -> i64 {
        let newest = (self.migrations)().get_migrations().iter().map(|migration| i64::from(migration.version())).max();
        newest.unwrap_or(0)
    }
}
