//! What somebody needs to see of overtime in order to decide.

use std::collections::HashMap;

use crate::approvals::{Fact, Facts};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::msg;
use crate::storage::Rx;

use super::rules::Verdict;
use super::words::{class_name, compensation_name, factor, format_for, limit_name, limit_words, tightest, title_in};
use super::{standing, store};

/// What the inbox shows of requests that wait: minutes credited, the fullest limit, how it is made good.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let format = format_for(actor, rx.now());
    let say = |text: Msg| format.lang.msg(&text);
    let mut facts = HashMap::new();
    for request in store::by_ids(rx, ids)? {
        let classes = store::classes_of(rx, request.id)?;
        let times: Vec<String> = classes
            .iter()
            .map(|one| format!("{} × {}", say(class_name(one.day_class)), factor(one.multiplier)))
            .collect();
        let mut rows = vec![Fact {
            label: say(msg!("Credited")),
            value: format!("{}, {}", format.hours(request.credited_minutes.get()), times.join(", ")),
            warn: false,
        }];
        let standing = standing(rx, &request)?;
        if let Some(limit) = tightest(&standing) {
            rows.push(Fact {
                label: say(limit_name(limit.kind)),
                value: say(limit_words(limit, &format)),
                warn: limit.verdict != Verdict::Within,
            });
        }
        rows.push(Fact { label: say(msg!("As")), value: say(compensation_name(request.compensation)), warn: false });
        let shown = Facts {
            link: format!("/overtime/{}", request.id),
            icon: "overtime",
            title: say(title_in(&request, &format)),
            quote: format!("{}: {}", request.project.name, request.reason),
            facts: rows,
        };
        facts.insert(request.id.0, shown);
    }
    Ok(facts)
}
