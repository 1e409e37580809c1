//! Changing one's own password: the old one is asked for, and counted like a sign-in when it is wrong.

use std::sync::Arc;

use crate::auth::lockout::{self, Begun};
use crate::auth::password::{self, About, Password, PasswordHash};
use crate::auth::session::Client;
use crate::auth::{Ctx, sign_in, user};
use crate::error::{AppError, Result};
use crate::msg;
use crate::storage::{Housekeeping, Op, Tx};
use crate::text::EmailAddress;

use super::store;

const CHANGED: Op = Op::act("user.password_set");
const COUNTED: Op = Op::housekeeping(Housekeeping::Lockout);

/// Sets the acting person's password and ends their other sessions.
///
/// # Errors
/// [`AppError::Invalid`] on `current_password` or `new_password`; [`AppError::TooMany`] after too many wrong ones.
pub async fn change(ctx: &Ctx, client: Client, current: Password, new: Password) -> Result<()> {
    ctx.require_session()?;
    let account = ctx.account();
    let address: EmailAddress =
        account.email.parse().map_err(|why| AppError::internal(format!("{}: {why}", account.email)))?;
    let about = About { name: &account.name, local_part: address.local_part() };
    password::check(&new, password::MIN_CHARS, about).map_err(|why| AppError::invalid("new_password", why))?;

    let (user, from) = (account.user_id, ctx.visit.address);
    let counted = match ctx.org.db.write(COUNTED, move |tx| lockout::begin(tx, user, None, from)).await? {
        Begun::Go(counted) => counted,
        Begun::Locked { until } => {
            let wait = ctx.auth.clock().now().duration_until(until);
            return Err(AppError::TooMany(wait.try_into().unwrap_or_default()));
        }
    };
    let stored = ctx.read(move |rx, _| store::password_hash(rx, user)).await?.unwrap_or_else(PasswordHash::none);
    let undo = counted.clone();
    let verified = match ctx.auth.passwords.verify(&address, current, vec![stored]).await {
        Ok(verified) => verified,
        Err(error) => {
            // Nobody has looked at the password: it counts for nothing.
            ctx.org.db.write(COUNTED, move |tx| lockout::undo(tx, user, &undo)).await?;
            return Err(error);
        }
    };
    if verified.matches != [true] {
        let locks_now = counted.locks_now;
        let actor = Arc::clone(&ctx.actor);
        // Not through the context: an attempt that failed leaves no Idempotency-Key behind.
        let write = move |tx: &mut Tx<'_>| sign_in::wrong_password(tx, &actor, user, &client, locks_now);
        ctx.org.db.write(sign_in::FAILED, write).await?;
        return Err(AppError::invalid("current_password", msg!("This is not your present password.")));
    }
    let hash = ctx.auth.passwords.hash(&address, new).await?;
    ctx.write(CHANGED, move |tx, actor| {
        lockout::undo(tx, user, &counted)?;
        user::set_password(tx, actor, user, &hash, "changed")
    })
    .await
}
