//! The page before something that cannot simply be taken back: what will happen, to whom, and a way back. The
//! `dialog` macro opens the same question where there is script; the page works without.

use super::NameRef;
use crate::error::Msg;
use crate::web::{self, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/confirm.html")]
pub(super) struct Confirm {
    shell: Shell,
    title: Msg,
    says: Vec<Msg>,
    /// What is touched: a heading, and the names beneath it.
    lists: Vec<(&'static str, Vec<NameRef>)>,
    action: String,
    yes: &'static str,
    back: String,
}
web::pages!(Confirm);

impl Confirm {
    pub(super) fn new(shell: Shell, title: Msg, yes: &'static str, back: &str) -> Confirm {
        Confirm { shell, title, says: Vec::new(), lists: Vec::new(), action: String::new(), yes, back: back.to_owned() }
    }

    pub(super) fn posts_to(mut self, action: String) -> Confirm {
        self.action = action;
        self
    }

    pub(super) fn says(mut self, says: Vec<Msg>) -> Confirm {
        self.says = says;
        self
    }

    /// Shown where it is not empty.
    pub(super) fn lists(mut self, heading: &'static str, names: Vec<NameRef>) -> Confirm {
        if !names.is_empty() {
            self.lists.push((heading, names));
        }
        self
    }
}
