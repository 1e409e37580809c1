//! How the API names a thing: by its id, and by what a person would read.

use serde::Serialize;

/// `{"id": 7, "name": "Mira Castell"}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NameRef {
    #[schema(example = 7)]
    pub id: i64,
    #[schema(example = "Mira Castell")]
    pub name: String,
}

impl NameRef {
    /// Of two columns that an outer join may have left empty.
    ///
    /// # Errors
    /// Where the columns hold something else.
    pub fn from_columns(row: &rusqlite::Row<'_>, id: usize, name: usize) -> rusqlite::Result<Option<NameRef>> {
        let id: Option<i64> = row.get(id)?;
        let name: Option<String> = row.get(name)?;
        Ok(id.zip(name).map(|(id, name)| NameRef { id, name }))
    }
}
