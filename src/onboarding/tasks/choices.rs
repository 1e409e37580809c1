//! Who a task can be given to, as choices of a form.

use crate::auth::Actor;
use crate::error::Result;
use crate::lang::Lang;
use crate::people::{directory, groups};
use crate::storage::Rx;
use crate::tr;

/// Value (`hire`, `group:it`, `employee:12`) and words of everybody: first the parts, then groups, then people.
///
/// # Errors
/// When the database cannot be read.
pub fn doers(rx: &Rx<'_>, actor: &Actor, lang: Lang) -> Result<Vec<(String, String)>> {
    let mut all = parts(rx, lang)?;
    let people = directory::choices(rx, actor.today(rx.now()))?;
    all.extend(people.into_iter().map(|person| (format!("employee:{}", person.id), person.name)));
    Ok(all)
}

/// The parts of a run and the groups.
fn parts(rx: &Rx<'_>, lang: Lang) -> Result<Vec<(String, String)>> {
    let part = |word: &str, words: &str| (word.to_owned(), lang.text(words).to_owned());
    let mut all = vec![
        part("hire", tr!("New colleague")),
        part("manager", tr!("Line manager")),
        part("buddy", tr!("Buddy")),
        part("hr", tr!("HR")),
    ];
    all.extend(groups::all(rx)?.into_iter().map(|group| (format!("group:{}", group.code), group.name)));
    Ok(all)
}
