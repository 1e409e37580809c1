//! The page before a change that leave is counted anew by: whom it touches, and what it makes of their leave.

use axum::http::StatusCode;
use axum::response::Response;

use super::{Matter, Touched, mark};
use crate::auth::Ctx;
use crate::error::{Msg, Result};
use crate::web::{self, FormState, Format, Shell, filters};
use crate::{msg, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/recount.html")]
pub struct Ask {
    shell: Shell,
    title: Msg,
    /// The list is another than the one that was confirmed.
    changed: bool,
    rows: Vec<Row>,
    action: String,
    back: String,
    /// What was sent, and the mark of the list.
    hidden: Vec<(String, String)>,
    /// Something was typed: the button of this name leads back to it.
    turns_back: Option<&'static str>,
}
web::pages!(Ask);

#[derive(Debug)]
struct Row {
    name: String,
    href: Option<String>,
    /// "Vacation, 8 – 11 Dec"
    what: String,
    state: &'static str,
    before: String,
    after: String,
    balance: String,
    /// Something worth saying: nothing is left of it, or the balance is below zero.
    remark: Option<&'static str>,
}

/// The name of the hidden control that says which list was confirmed.
pub const CONFIRMED: &str = "confirmed";

/// The name of the button that leads back to the form.
pub(super) const BACK: &str = "back_to_form";

impl Ask {
    /// Asks whether what `form` says is to be done, `touched` being what it does to leave.
    ///
    /// # Errors
    /// When the page's frame cannot be read.
    pub async fn show(
        ctx: &Ctx,
        title: Msg,
        (action, back): (&str, &str),
        form: &FormState,
        touched: &[Touched],
    ) -> Result<Response> {
        let format = ctx.format();
        let sent = form.controls().filter(|(name, _)| *name != CONFIRMED);
        let mut hidden: Vec<(String, String)> = sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        hidden.push((CONFIRMED.to_owned(), mark(touched)));
        let page = Ask {
            shell: ctx.shell().await?,
            title,
            changed: !form.value(CONFIRMED).is_empty(),
            rows: touched.iter().map(|one| Row::of(one, &format)).collect(),
            action: action.to_owned(),
            back: back.to_owned(),
            turns_back: (hidden.len() > 1).then_some(BACK),
            hidden,
        };
        web::page_with(StatusCode::OK, &page)
    }
}

impl Row {
    fn of(touched: &Touched, format: &Format) -> Row {
        let amount = |minutes: crate::time::Minutes| match touched.per_day {
            Some(per_day) => format.days_long(minutes.get(), per_day.get()),
            None => format.spent(minutes.get()),
        };
        let when = format.range(touched.period.first(), touched.period.last());
        let kind = format.lang.text(&touched.kind);
        let remark = match touched.balance_after {
            Some(balance) if touched.matter == Matter::LieuDay && balance.is_negative() => {
                Some(tr!("This lieu day is taken back. The balance is below zero then."))
            }
            _ if touched.matter == Matter::LieuDay => Some(tr!("This lieu day is taken back.")),
            Some(balance) if touched.matter == Matter::Entitlement && balance.is_negative() => {
                Some(tr!("The balance is below zero then."))
            }
            _ if touched.matter == Matter::Entitlement => None,
            _ if touched.after.is_zero() && touched.open => {
                Some(tr!("No working time is left in it; it can only be rejected or taken back."))
            }
            _ if touched.after.is_zero() => {
                Some(tr!("No working time is left in it; it stays approved and takes nothing."))
            }
            Some(balance) if balance.is_negative() => Some(tr!("The balance is below zero then.")),
            _ => None,
        };
        Row {
            name: touched.employee.name.clone(),
            href: touched.request_id.map(|id| format!("/leave/requests/{id}")),
            what: format.lang.msg(&msg!("{0}, {1}", kind, when)),
            state: match touched.matter {
                Matter::Entitlement => tr!("granted so far"),
                _ if touched.open => tr!("not decided yet"),
                _ => tr!("approved"),
            },
            before: amount(touched.before),
            after: amount(touched.after),
            balance: touched.balance_after.map(amount).unwrap_or_default(),
            remark,
        }
    }
}
