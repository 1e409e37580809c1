//! Mail against a real SMTP server: what arrives, and what each kind of refusal is taken for.

use std::time::Duration;

use jiff::Timestamp;
use steward::mail::{
    Button, Color, Letter, Letterhead, Mail, Security, SendError, Session, SmtpSettings, Stamp, compose,
};

use crate::smtp_server::SmtpServer;

fn mail_to(to: &str, from: &SmtpSettings) -> Mail {
    let head = Letterhead {
        organization: "Nordlicht Ünited".to_owned(),
        color: Color::GREEN,
        from: from.from.clone(),
        list_id: "notices.nordlicht.hr.example".to_owned(),
        settings_url: "https://hr.example/account".to_owned(),
    };
    let letter = Letter {
        language: "en".to_owned(),
        to: to.parse().unwrap(),
        to_name: "Siobhán Ní Dhomhnaill".to_owned(),
        subject: "Your leave is approved: 8 – 11 Dec".to_owned(),
        greeting: "Hello Siobhán,".to_owned(),
        paragraphs: vec!["Jonas Brandt approved your leave.\n.\nA line with only a dot must arrive.".to_owned()],
        facts: Vec::new(),
        button: Some(Button { label: "Open".to_owned(), url: "https://hr.example/leave/requests/17".to_owned() }),
        aside: None,
        reason: "You get this because it concerns you.".to_owned(),
        settings_label: "Choose what comes by mail".to_owned(),
    };
    let date: Timestamp = "2026-12-01T09:30:00Z".parse().unwrap();
    compose(&head, &letter, &Stamp { id: "notice.1.abc".to_owned(), thread: None, date }).unwrap()
}

#[tokio::test]
async fn several_mails_go_over_one_connection_and_arrive_whole() {
    let server = SmtpServer::plain();
    let settings = server.settings();
    let mut session = Session::open(&settings).await.unwrap();
    assert_eq!(session.send(&mail_to("a@x.example", &settings)).await.unwrap(), "250 2.0.0 Kept as 1");
    assert_eq!(session.send(&mail_to("b@müller.example", &settings)).await.unwrap(), "250 2.0.0 Kept as 2");
    let said = session.close().await.to_string();
    assert!(said.contains("→ RCPT TO:<a@x.example>\n← 250 2.1.5 Recipient ok\n→ DATA\n← 354"), "{said}");
    assert!(said.ends_with("→ QUIT\n← 221 Bye"), "{said}");

    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].contains("X-Envelope-From: hr@nordlicht.example\r\nX-Envelope-To: a@x.example\r\n"));
    assert!(mails[0].contains("\r\nMessage-ID: <notice.1.abc@nordlicht.example>\r\n"));
    assert!(mails[0].contains("approved your leave.\r\n.\r\nA line"), "{}", mails[0]);
    assert!(mails[1].contains("X-Envelope-To: b@xn--mller-kva.example\r\n"));
}

#[tokio::test]
async fn what_the_server_refuses_is_classed_and_the_next_mail_still_goes() {
    let server = SmtpServer::plain();
    let settings = server.settings();
    let mut session = Session::open(&settings).await.unwrap();
    let refused = session.send(&mail_to("refused@x.example", &settings)).await.unwrap_err();
    assert_eq!(refused, SendError::Refused("550 5.1.1 No such mailbox".to_owned()));
    let later = session.send(&mail_to("later@x.example", &settings)).await.unwrap_err();
    assert_eq!(later, SendError::Later("451 4.2.1 Mailbox busy, try again".to_owned()));
    let spam = session.send(&mail_to("spam@x.example", &settings)).await.unwrap_err();
    assert_eq!(spam, SendError::Refused("554 5.7.1 Looks like spam".to_owned()));
    let utf8 = session.send(&mail_to("jörg@x.example", &settings)).await.unwrap_err();
    assert!(matches!(utf8, SendError::Refused(why) if why.contains("no SMTPUTF8")));
    session.send(&mail_to("fine@x.example", &settings)).await.unwrap();
    assert_eq!(server.mails().len(), 1);

    // A sender that the server does not know is a matter of the settings: no mail is lost for it.
    let settings = SmtpSettings { from: "nobody@nordlicht.example".parse().unwrap(), ..settings };
    let down = session.send(&mail_to("fine@x.example", &settings)).await.unwrap_err();
    assert_eq!(down, SendError::Down("553 5.1.8 Sender not known here".to_owned()));
}

#[tokio::test]
async fn encryption_and_login_as_the_settings_say() {
    for security in [Security::Tls, Security::StartTls] {
        let server = SmtpServer::start(security, Some("steward:pass word"));
        let settings = server.settings_with("steward", "pass word");
        let mut session = Session::open(&settings).await.unwrap();
        session.send(&mail_to("a@x.example", &settings)).await.unwrap();
        let said = session.close().await.to_string();
        assert!(said.contains("→ AUTH as steward (password not shown)\n← 235"), "{said}");
        assert!(!said.contains("pass word"));
        assert!(server.mails()[0].contains("X-Encrypted: True\r\nX-Signed-In: True\r\n"));

        let (wrong, said) = Session::open(&server.settings_with("steward", "wrong")).await.unwrap_err();
        assert!(
            matches!(&wrong, SendError::Down(why) if why.starts_with("localhost does not let steward in: 535")),
            "{wrong}"
        );
        assert!(said.to_string().contains("does not let steward in"), "{said}");

        // A certificate of nobody we trust, and one for another name.
        let stranger = SmtpSettings { authority: None, ..settings.clone() };
        assert!(matches!(Session::open(&stranger).await, Err((SendError::Down(_), _))));
    }
}

#[tokio::test]
async fn nothing_is_sent_unprotected_against_the_settings() {
    let server = SmtpServer::plain();
    let settings = SmtpSettings { security: Security::StartTls, ..server.settings() };
    let (error, _) = Session::open(&settings).await.unwrap_err();
    assert!(matches!(&error, SendError::Down(why) if why.contains("STARTTLS is not supported")), "{error}");

    let settings = SmtpSettings { host: "mail.example".to_owned(), ..server.settings_with("steward", "secret") };
    let (error, _) = Session::open(&settings).await.unwrap_err();
    assert!(matches!(&error, SendError::Down(why) if why.contains("choose tls or starttls")), "{error}");
}

#[tokio::test]
async fn a_server_that_is_gone_or_silent_costs_no_more_than_the_timeout() {
    let server = SmtpServer::plain();
    let short = Duration::from_millis(300);
    let settings = SmtpSettings { timeout: short, patience: short, ..server.settings() };
    let mut session = Session::open(&settings).await.unwrap();
    let silent = session.send(&mail_to("silent@x.example", &settings)).await.unwrap_err();
    assert_eq!(silent, SendError::Down("no answer within 0.3 s".to_owned()));
    drop(server);
    let (gone, said) = Session::open(&settings).await.unwrap_err();
    assert!(matches!(&gone, SendError::Down(why) if why.contains("does not answer as a mail server")), "{gone}");
    assert!(said.lines()[0].starts_with("· connecting to localhost"));
}
