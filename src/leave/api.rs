//! The feature's part of the OpenAPI document.

use utoipa::OpenApi;

use super::{import, ledger, liability, policy, request, types, year_change};

#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        request::api::list,
        request::api::create,
        request::api::my,
        request::api::preview,
        request::api::get,
        request::api::update,
        request::api::remove,
        request::api::approve,
        request::api::reject,
        request::api::clarify,
        request::api::cancel,
        request::api::revoke,
        request::api::return_early,
        ledger::api::balances,
        ledger::api::adjust,
        ledger::api::ledger,
        ledger::api::encash,
        policy::api::list,
        policy::api::create,
        policy::api::preset,
        policy::api::get,
        policy::api::update,
        policy::api::remove,
        policy::api::holders,
        year_change::api::change,
        liability::api::list,
        liability::api::export,
        import::api::balances,
        import::api::requests,
        types::api::list,
        types::api::create,
        types::api::get,
        types::api::update,
        types::api::remove,
    ),
    tags((name = "leave", description = "Requests, balances and the ledger behind them. All lengths of time are minutes."))
)]
pub struct Api;
