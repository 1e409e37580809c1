//! What a person recognizes a signed-in device by: "Firefox on Linux", made of the User-Agent header.

/// Longest text kept, in characters.
const LONGEST: usize = 100;

/// Names in the order in which they are looked for: many browsers carry the names of others after their own.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

/// A short name for the device behind a User-Agent. Text of unknown programs is kept, cut and without control
/// characters; nothing at all is an "Unknown device".
pub fn name(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => {
            let kept: String = user_agent.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
            if kept.trim().is_empty() { "Unknown device".to_owned() } else { kept.trim().to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn devices_are_named_as_people_would() {
        for (agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
                "Safari on Mac",
            ),
            ("curl/8.9.1", "curl"),
            ("payroll-sync/2", "payroll-sync/2"),
            ("", "Unknown device"),
            ("\r\n\t", "Unknown device"),
        ] {
            assert_eq!(name(agent), expected, "{agent}");
        }
        assert_eq!(name(&"x".repeat(500)).len(), 100);
    }
}
