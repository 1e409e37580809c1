//! The integration tests: one binary, real files, real servers on loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod auth_api;
mod auth_links;
mod auth_sessions;
mod auth_sign_in;
mod clockwork;
mod guards;
mod inbox_pages;
mod leave_api;
mod leave_pages;
mod mail;
mod model;
mod notices;
mod onboarding_journey;
mod onboarding_pages;
mod once;
mod openapi;
mod orgs_whole;
mod overtime_reports;
mod overtime_requests;
mod people_api;
mod people_files;
mod people_pages;
mod people_records;
mod personal;
mod routes;
mod rules_leave;
mod rules_lines;
mod rules_overtime;
mod rules_policy;

mod set_up;
mod smtp_server;
mod storage_child;
mod storage_copies;
mod storage_crash;
mod storage_disk;
mod storage_lock;
mod support;
mod verbs;
mod web_layers;
mod web_listen;
mod web_templates;
mod words;
