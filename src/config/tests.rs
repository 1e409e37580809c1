use super::*;

fn load(file: &str, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("steward.toml"), file).unwrap();
    let flags: Vec<_> = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let env = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Config::load(folder.path(), &env, &flags)
}

fn source(config: &Config, name: &str) -> (String, Source) {
    config.dump().into_iter().find(|(key, ..)| key.name == name).map(|(_, value, source)| (value, source)).unwrap()
}

#[test]
fn the_stronger_source_wins_and_is_named() {
    let config = load("port = 1\nlisten = \"127.0.0.1\"", &[("STEWARD_PORT", "2")], &[("port", "3")]).unwrap();
    assert_eq!((config.port, source(&config, "port").1), (3, Source::Flag));
    assert_eq!(source(&config, "listen"), ("127.0.0.1".into(), Source::File));
    assert_eq!(source(&config, "readers"), ("2".into(), Source::Default));
    assert_eq!(load("port = 1", &[("STEWARD_PORT", "2")], &[]).unwrap().port, 2);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let error = load("prot = 1", &[], &[]).unwrap_err();
    assert!(error.0.contains("did you mean \"port\""), "{error}");
    assert!(load("[smtp]\nhots = \"x\"", &[], &[]).unwrap_err().0.contains("smtp.host"));
}

#[test]
fn values_out_of_range_are_refused_by_name_and_source() {
    let error = load("", &[("STEWARD_READERS", "0")], &[]).unwrap_err();
    assert_eq!(error.0, "readers (environment): \"0\" is not a number from 1 to 32");
    assert!(load("base_url = \"steward.example\"", &[], &[]).is_err());
    assert!(load("[tls]\ncertificate = \"a.pem\"", &[], &[]).is_err());
}

#[test]
fn hsts_goes_where_the_name_is_ours_alone() {
    let hsts = |file: &str| load(file, &[], &[]).unwrap().hsts;
    assert!(!hsts(""), "port 8443: the host name may serve others");
    assert!(hsts("port = 443"));
    assert!(hsts("base_url = \"https://hr.example\""));
    assert!(!hsts("base_url = \"https://nas.example:8443\""));
    assert!(!hsts("base_url = \"http://hr.example\"\nport = 443"));
    assert!(hsts("[tls]\nhsts = \"true\"") && !hsts("port = 443\n[tls]\nhsts = \"false\""));
}

#[test]
fn plain_http_for_loopback_stays_there() {
    assert!(load("allow_plain_http = \"loopback\"\nlisten = \"127.0.0.1\"", &[], &[]).unwrap().allow_plain_http);
    assert!(load("allow_plain_http = \"loopback\"", &[], &[("listen", "0.0.0.0")]).is_err());
}

#[test]
fn secrets_come_from_files_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("word");
    std::fs::write(&path, "correct horse\n").unwrap();
    let smtp = "[smtp]\nhost = \"mail.example\"\nuser = \"hr\"\nfrom = \"hr@firm.example\"";
    let config = load(smtp, &[("STEWARD_SMTP_PASSWORD_FILE", path.to_str().unwrap())], &[]).unwrap();
    assert_eq!(config.smtp.as_ref().unwrap().login.as_ref().unwrap().password, "correct horse");
    assert_eq!(source(&config, "smtp.password"), ("(set)".into(), Source::Environment));
    assert!(load(smtp, &[("STEWARD_SMTP_PASSWORD", "changeme")], &[]).unwrap_err().0.contains("known default"));
}

#[test]
fn the_host_of_an_address_keeps_the_colons_that_belong_to_it() {
    for (address, host) in [
        ("https://steward.example", Some("steward.example")),
        ("https://steward.example:8443", Some("steward.example")),
        ("https://[fd00::7]", Some("[fd00::7]")),
        ("https://[fd00::7]:8443/", Some("[fd00::7]")),
        ("", None),
    ] {
        assert_eq!(load("", &[("STEWARD_BASE_URL", address)], &[]).unwrap().base_host(), host, "{address}");
    }
}

#[test]
fn a_mistyped_variable_is_named_with_the_nearest_setting() {
    let names =
        ["STEWARD_PROT", "STEWARD_PORT", "STEWARD_DATA", "STEWARD_SMTP_PASSWORD_FILE", "STEWARD_PORT_FILE", "PATH"];
    let told = unknown_environment(names.into_iter().map(str::to_owned));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("STEWARD_PROT") && told[0].contains("did you mean STEWARD_PORT?"), "{told:?}");
    assert!(told[1].contains("STEWARD_PORT_FILE"), "{told:?}");
}
