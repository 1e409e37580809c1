//! What holds for every template: nothing inline (the policy forbids it), and every icon and asset exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use steward::web::assets;

use crate::support::TestApp;

/// Name and text of every page template; letters have rules of their own.
fn templates() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != "mail" {
                    walk(&path, found);
                }
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    assert!(found.len() > 15);
    found
}

#[test]
fn nothing_is_inline() {
    for (name, text) in templates() {
        let lower = text.to_lowercase();
        for inline in
            ["<style", "<script>", "javascript:", " style=\"", " onclick=", " onchange=", " onsubmit=", " oninput="]
        {
            assert!(!lower.contains(inline), "{name} has {inline}");
        }
    }
}

/// Strings before a filter: `"leave"|icon`.
fn filtered<'a>(text: &'a str, filter: &str) -> Vec<&'a str> {
    text.match_indices(filter).filter_map(|(at, _)| text[..at].strip_suffix('"')?.rsplit('"').next()).collect()
}

#[test]
fn every_icon_and_asset_is_there() {
    let sprite = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icons.svg")).unwrap();
    let drawn: BTreeSet<&str> =
        sprite.split("<symbol id=\"").skip(1).filter_map(|symbol| symbol.split('"').next()).collect();
    for (name, text) in templates() {
        for icon in filtered(&text, "|icon").into_iter().chain(filtered(&text, "|hued")) {
            assert!(drawn.contains(icon), "{name}: there is no icon {icon:?}");
        }
        for asset in filtered(&text, "|asset") {
            assert!(!assets::url(asset).is_empty(), "{name}: there is no asset {asset:?}");
        }
    }
}

#[tokio::test]
async fn the_documentation_is_served_whole_and_without_anything_inline() {
    let app = TestApp::new();
    let stranger = app.anonymous();
    let docs = stranger.get("/api/docs").await.assert_ok();
    assert!(docs.header("content-security-policy").contains("img-src 'self' data:"));
    assert!(!docs.header("content-security-policy").contains("unsafe"));
    for part in docs.text().split(['"']).filter(|part| part.starts_with("/api/docs/") || part.starts_with("/assets/")) {
        stranger.get(part).await.assert_ok();
    }
    let reference = stranger.get("/api/reference").await.assert_ok().text();
    let document = stranger.get("/api/v1/openapi.json").await.assert_ok().json();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(reference.contains(path.as_str()), "{path} is not in the reference");
        for operation in item.as_object().unwrap().values().filter_map(|o| o["operationId"].as_str()) {
            assert!(reference.contains(&format!("id=\"{operation}\"")), "{operation}");
        }
    }
    // Every link within the page leads somewhere on it.
    for target in reference.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(reference.contains(&format!("id=\"{target}\"")), "#{target}");
    }
    stranger.get("/api/redoc").await.assert_redirect("/api/reference");
}

#[tokio::test]
async fn a_reader_chooses_language_and_look_before_signing_in() {
    let app = TestApp::new();
    let mut reader = app.anonymous();
    let form = [("lang", "de"), ("theme", "dark"), ("next", "/sign-in")];
    reader.submit("/preferences", form).await.assert_redirect("/sign-in");
    let page = reader.get("/sign-in").await.assert_ok().text();
    assert!(page.contains("<html lang=\"de\" data-theme=\"dark\">"), "{page}");
    let away = [("theme", "light"), ("next", "//evil.test")];
    reader.submit("/preferences", away).await.assert_redirect("/");
}
