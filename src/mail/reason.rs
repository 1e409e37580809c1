//! Why a mail did not leave, in plain words: what the server's answer means and what to do about it. The answer itself
//! stands beside them, for whoever runs the mail server.

use crate::error::Msg;
use crate::msg;

/// What `said` (a server's answer such as "550 5.1.1 No such user", or what happened beneath the words) means.
pub fn in_plain_words(said: &str) -> Msg {
    match (code(said), enhanced(said)) {
        (None, _) => beneath(said),
        (_, Some((_, 1, 1 | 2 | 3 | 6 | 10))) | (Some(550 | 551 | 553), None) => {
            msg!("The address does not exist. Correct it in the person’s record, then send the mail again.")
        }
        (_, Some((_, 2, 2))) | (Some(452 | 552), None) => msg!("The mailbox is full. Its owner must make room."),
        (_, Some((_, 2, 1))) if said.starts_with('5') => msg!("The mailbox is switched off."),
        (_, Some((5, 7, _))) | (Some(554), None) => {
            msg!(
                "The mail server refused the mail by its rules: as unwanted, or because this sender may not write there."
            )
        }
        (Some(..500), _) => msg!("The mail server asks to try later. It is tried again by itself."),
        (Some(500..), _) => msg!("The mail server refused the mail for good."),
    }
}

/// What went wrong before there was an answer about this mail.
fn beneath(said: &str) -> Msg {
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["no answer within", "it took longer than"]) {
        return msg!("The mail server took too long to answer. It is tried again by itself.");
    }
    if has(&["certificate", "unknownissuer", "invalid peer"]) {
        return msg!(
            "The mail server’s certificate is not trusted. Name its authority on the page of the mail server."
        );
    }
    if has(&["starttls is not supported", "encrypted"]) {
        return msg!(
            "The mail server does not offer the encryption that the settings ask for. Look at the page of the mail server."
        );
    }
    if has(&["cannot be used:"]) {
        return msg!("The mail server’s settings cannot be used. Look at the page of the mail server.");
    }
    if has(&["does not let"]) {
        return msg!(
            "The mail server does not accept the user name or the password. Look at the page of the mail server."
        );
    }
    if has(&["does not answer as a mail server", "connection", "broken pipe", "eof", "incomplete"]) {
        return msg!("The mail server cannot be reached, or hung up. It is tried again by itself.");
    }
    if has(&["smtputf8"]) {
        return msg!("The mail server cannot write to addresses with letters beyond a–z before the @.");
    }
    msg!("The mail could not be handed over.")
}

/// 550 of "550 5.1.1 No such user"; `None` for what is no answer of a server.
fn code(said: &str) -> Option<u16> {
    let word = said.split([' ', '\n']).next().filter(|word| word.len() == 3)?;
    word.parse().ok().filter(|code| (400..=599).contains(code))
}

/// The enhanced status code (RFC 3463): 5, 1, 1 of "550 5.1.1 No such user".
fn enhanced(said: &str) -> Option<(u16, u16, u16)> {
    let mut parts = said.split_whitespace().nth(1)?.splitn(3, '.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::in_plain_words;

    #[test]
    fn answers_are_put_into_words() {
        for (said, expected) in [
            ("550 5.1.1 No such mailbox", "The address does not exist"),
            ("550 no such user here", "The address does not exist"),
            ("452 4.2.2 Over quota", "The mailbox is full"),
            ("550 5.2.1 Mailbox disabled", "The mailbox is switched off"),
            ("451 4.2.1 Mailbox busy, try again", "The mail server asks to try later"),
            ("421 Too many connections", "The mail server asks to try later"),
            ("554 5.7.1 Looks like spam", "The mail server refused the mail by its rules"),
            ("554 No", "The mail server refused the mail by its rules"),
            ("504 What?", "The mail server refused the mail for good"),
            ("no answer within 30 s", "The mail server took too long"),
            ("mail.x:25 does not answer as a mail server: refused", "The mail server cannot be reached"),
            ("127.0.0.1:25 does not answer as a mail server: 421 Busy", "The mail server cannot be reached"),
            ("Connection error: Broken pipe", "The mail server cannot be reached"),
            (
                "x could not be reached encrypted: invalid peer certificate: UnknownIssuer",
                "The mail server’s certificate",
            ),
            ("localhost could not be reached encrypted: STARTTLS is not supported", "The mail server does not offer"),
            ("x does not let steward in: 535 5.7.8", "The mail server does not accept the user name"),
            ("the mail server cannot send to jörg@x (no SMTPUTF8)", "The mail server cannot write to addresses"),
            ("", "The mail could not be handed over"),
        ] {
            assert!(in_plain_words(said).to_string().starts_with(expected), "{said}: {}", in_plain_words(said));
        }
    }
}
