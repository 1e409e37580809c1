//! The part of the OpenAPI document that is about settings.

use utoipa::OpenApi;

use super::{chains, hosts, jobs, mail, settings, wizard};

#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        settings::api::get,
        settings::api::update,
        chains::api::list,
        chains::api::create,
        chains::api::get,
        chains::api::update,
        chains::api::remove,
        chains::api::would_ask,
        mail::api::get,
        mail::api::set,
        mail::api::test,
        mail::queue::api::list,
        mail::queue::api::resend_all,
        mail::queue::api::resend,
        mail::queue::api::take_out,
        hosts::api::list,
        hosts::api::set,
        hosts::api::remove,
        jobs::api::list,
        jobs::api::get,
        jobs::api::update,
        jobs::api::runs,
        jobs::api::run,
        jobs::api::retry,
        wizard::api::get,
        wizard::api::skip,
        wizard::api::close,
        wizard::api::restart,
    ),
    tags((name = "settings", description = "What holds for the organization, and how the machine is reached and sends mail."))
)]
pub struct Api;
