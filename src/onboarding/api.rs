//! The feature's part of the OpenAPI document.

use utoipa::OpenApi;

use super::{hire, runs, tasks, templates};

#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        hire::api::create,
        templates::api::list,
        templates::api::create,
        templates::api::get,
        templates::api::update,
        templates::api::remove,
        templates::api::tasks,
        templates::api::set_tasks,
        templates::api::copy,
        templates::api::publish,
        runs::api::list,
        runs::api::create,
        runs::api::get,
        runs::api::update,
        runs::api::cancel,
        runs::api::progress,
        runs::api::timeline,
        tasks::api::list,
        tasks::api::create,
        tasks::api::get,
        tasks::api::update,
        tasks::api::complete,
        tasks::api::approve,
        tasks::api::reject,
        tasks::api::reassign,
        tasks::api::reopen,
        tasks::api::take_out,
        tasks::api::remind,
        tasks::api::comments,
        tasks::api::comment,
        tasks::api::all_at_once,
    ),
    tags(
        (name = "templates", description = "What every new colleague gets: tasks by part and day."),
        (name = "onboardings", description = "One person's run of a template, and how far it is."),
        (name = "tasks", description = "What people do in an onboarding."),
    )
)]
pub struct Api;
