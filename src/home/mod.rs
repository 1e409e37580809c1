//! Home answers four questions at a glance: what needs me, what is my balance, who is away today, what is next. It
//! asks the rooms that know, in one read, and only lays out.

pub mod pages;

use crate::admin::wizard;
use crate::approvals::{self, Kind};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::leave::{self, home::Away, home::Balances, home::NextItem};
use crate::msg;
use crate::onboarding;
use crate::storage::Rx;
use crate::web::Format;

/// How many tasks and how many things that come are shown.
const TASKS: u32 = 5;
const NEXT: usize = 5;

/// Something that waits for the person.
#[derive(Clone, Debug)]
pub struct Need {
    /// Whose name the avatar bears; empty where an icon says it better.
    pub who: String,
    pub icon: &'static str,
    pub title: String,
    pub detail: String,
    pub href: String,
    /// The word on the button. English; the template translates it.
    pub button: &'static str,
    pub late: bool,
}

/// All that Home shows.
#[derive(Clone, Debug)]
pub struct Glance {
    pub needs: Vec<Need>,
    pub balances: Balances,
    pub away: Away,
    pub next: Vec<NextItem>,
}

/// Gathers it.
///
/// # Errors
/// When the database cannot be read.
pub fn glance(rx: &Rx<'_>, actor: &Actor, format: &Format) -> Result<Glance> {
    Ok(Glance {
        needs: needs(rx, actor, format)?,
        balances: leave::home_balances(rx, actor)?,
        away: leave::away_on(rx, actor, format.today())?,
        next: leave::next_of(rx, actor, NEXT)?,
    })
}

fn needs(rx: &Rx<'_>, actor: &Actor, format: &Format) -> Result<Vec<Need>> {
    let say = |message: Msg| format.lang.msg(&message);
    let mut needs = Vec::new();
    for (approval, question) in approvals::questions_to(rx, actor)? {
        needs.push(Need {
            title: say(msg!("{0} asks: {1}", question.who, approval.title)),
            detail: format!("“{}” · {}", question.note, format.when(question.at)),
            href: subject_page(approval.kind, approval.subject_id),
            who: question.who,
            icon: "ask",
            button: crate::tr!("Answer"),
            late: false,
        });
    }
    if actor.is_admin() {
        let set_up = wizard::progress(rx)?;
        if let (false, Some(next)) = (set_up.is_over(), set_up.next(None)) {
            let (done, all) = (set_up.finished(), wizard::Step::ALL.len());
            needs.push(Need {
                who: String::new(),
                icon: "sliders",
                title: say(msg!("Set your company up")),
                detail: say(msg!("{0} of {1} steps · next: {2}", done, all, format.lang.text(next.label()))),
                href: wizard::HOME.to_owned(),
                button: crate::tr!("Go on"),
                late: false,
            });
        }
    }
    let waiting = approvals::count_for(rx, actor)?;
    if waiting > 0 {
        needs.push(Need {
            who: String::new(),
            icon: "inbox",
            title: say(crate::msg_n!(
                i64::from(waiting),
                "{0} request waits for your decision",
                "{0} requests wait for your decision",
                waiting
            )),
            detail: say(msg!("Decide in the inbox, one or several at once")),
            href: "/inbox".to_owned(),
            button: crate::tr!("Decide"),
            late: false,
        });
    }
    for task in onboarding::my_open_tasks(rx, actor, TASKS)? {
        let late = task.due_date < format.today();
        let due = if late {
            msg!("was due {0}", format.day(task.due_date))
        } else {
            msg!("by {0}", format.day(task.due_date))
        };
        let own = actor.employee_id.is_some_and(|me| me.0 == task.hire.id);
        needs.push(Need {
            who: String::new(),
            icon: "sprout",
            detail: if own { say(due) } else { say(msg!("For {0} · {1}", task.hire.name, say(due))) },
            title: task.title,
            href: format!("/tasks/{}", task.id),
            button: crate::tr!("Open"),
            late,
        });
    }
    Ok(needs)
}

/// The page of what was decided about.
pub fn subject_page(kind: Kind, subject: i64) -> String {
    match kind {
        Kind::Leave => format!("/leave/requests/{subject}"),
        Kind::Overtime => format!("/overtime/{subject}"),
        Kind::Trip => format!("/trips/{subject}"),
        Kind::Task => format!("/tasks/{subject}"),
        Kind::Profile => format!("/profile-changes/{subject}"),
    }
}
