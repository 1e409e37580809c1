//! Journeys in a real browser (Debian's chromium, driven by its chromedriver) against the program itself, each once
//! with JavaScript and once with it switched off. What is missing on the machine fails and says which package to
//! install.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chrome;
mod days;
mod house;

mod books;
mod calendar;
mod founding;
mod hiring;
mod import;
mod leave;
mod leave_given_back;
mod levels;
mod live;
mod overtime;
mod papers;
mod phone;
mod profile;
mod restart;
mod restructuring;
mod walk;
