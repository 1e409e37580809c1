use super::*;

fn head() -> Letterhead {
    Letterhead {
        organization: "Nordlicht & Söhne".to_owned(),
        color: Color::GREEN,
        from: "steward@nordlicht.example".parse().unwrap(),
        list_id: "notices.nordlicht.hr.example".to_owned(),
        settings_url: "https://hr.example/account".to_owned(),
    }
}

fn letter() -> Letter {
    Letter {
        language: "en".to_owned(),
        to: "mira@nordlicht.example".parse().unwrap(),
        to_name: "Mira Castell".to_owned(),
        subject: "Your leave is approved".to_owned(),
        greeting: "Hello Mira,".to_owned(),
        paragraphs: vec!["Jonas Brandt approved your leave.".to_owned(), "“Enjoy <Turku> & rest.”".to_owned()],
        facts: vec![("Days".to_owned(), "Tue 8 – Fri 11 Dec".to_owned()), ("Left".to_owned(), "12.5 days".to_owned())],
        button: Some(Button {
            label: "Open the request".to_owned(),
            url: "https://hr.example/leave/requests/17?a=1&b=2".to_owned(),
        }),
        aside: None,
        reason: "You get this because it is about your leave.".to_owned(),
        settings_label: "Choose what comes by mail".to_owned(),
    }
}

fn stamp() -> Stamp {
    Stamp {
        id: "notice.7Fh3".to_owned(),
        thread: Some("leave_request.17.nordlicht".to_owned()),
        date: "2026-12-01T09:30:00Z".parse().unwrap(),
    }
}

fn text(mail: &Mail) -> String {
    String::from_utf8(mail.bytes.clone()).unwrap()
}

#[test]
fn a_whole_mail() {
    let mail = compose(&head(), &letter(), &stamp()).unwrap();
    insta::assert_snapshot!(text(&mail).replace("\r\n", "\n"));
    assert_eq!(mail.bytes, compose(&head(), &letter(), &stamp()).unwrap().bytes);
    assert!(mail.bytes.is_ascii());
}

#[test]
fn a_mail_of_one_sentence() {
    let letter = Letter { facts: Vec::new(), button: None, paragraphs: vec!["Done.".to_owned()], ..letter() };
    let mail = compose(&head(), &letter, &Stamp { thread: None, ..stamp() }).unwrap();
    let text = text(&mail);
    assert!(!text.contains("References") && !text.contains("padding:10px"));
    assert!(text.contains("Hello Mira,\r\n\r\nDone.\r\n\r\n--=20\r\nYou get this"), "{text}");
}

#[test]
fn nothing_that_a_person_types_becomes_a_header() {
    let letter = Letter {
        to_name: "Mira\r\nBcc: all@nordlicht.example".to_owned(),
        subject: "Approved\r\nBcc: all@nordlicht.example".to_owned(),
        ..letter()
    };
    let head = Letterhead { organization: "Nord\r\nBcc: x@y.example \"<".to_owned(), ..head() };
    let mail = compose(&head, &letter, &stamp()).unwrap();
    let text = text(&mail);
    let (headers, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(!headers.contains("\nBcc:") && headers.contains("Bcc: all@nordlicht.example"), "{headers}");
}

#[test]
fn links_are_absolute_and_ids_plain() {
    for url in
        ["/leave/17", "javascript:alert(1)", "https:///x", "ftp://hr.example/x", "https://hr.example/a b", "http://"]
    {
        let button = Some(Button { label: "Open".to_owned(), url: url.to_owned() });
        assert!(compose(&head(), &Letter { button, ..letter() }, &stamp()).is_err(), "{url}");
    }
    for id in ["", "a b", "a>\r\nBcc: x", "ü"] {
        assert!(compose(&head(), &letter(), &Stamp { id: id.to_owned(), ..stamp() }).is_err(), "{id}");
    }
}

#[test]
fn words_on_a_colour_can_be_read() {
    assert_eq!(Color::GREEN.to_string(), "#17644a");
    assert_eq!("#FFD166".parse::<Color>().unwrap().text_on(), "#1f1d18");
    // Between the two neither white nor ink reaches 4.5 : 1.
    assert_eq!("#767d80".parse::<Color>().unwrap().text_on(), "#000000");
    assert_eq!(Color::GREEN.on_paper(), Color::GREEN);
    assert_eq!("#FFD166".parse::<Color>().unwrap().on_paper().to_string(), "#1f1d18");
    assert_eq!(Color::GREEN.text_on(), "#ffffff");
    for wrong in ["17644a", "#17644", "#17644g", "#+1+2+3", "#ääa", ""] {
        assert!(wrong.parse::<Color>().is_err(), "{wrong}");
    }
}

#[test]
fn settings_are_shown_without_the_password() {
    let settings = SmtpSettings {
        host: "mail.example".to_owned(),
        port: Security::StartTls.usual_port(),
        security: "starttls".parse().unwrap(),
        login: Some(Login { user: "steward".to_owned(), password: "secret".to_owned() }),
        from: "hr@nordlicht.example".parse().unwrap(),
        timeout: Duration::from_secs(30),
        patience: SmtpSettings::PATIENCE,
        authority: None,
    };
    assert_eq!(
        format!("{settings:?} {:?}", settings.login),
        "mail.example:587 (starttls) Some(steward with a password)"
    );
    assert!("ssl".parse::<Security>().is_err());
}
